import Testing

@testable import Deployment

/// Case S12 of the reliability catalogue.
@Suite struct DockerEndpointTests {
    private func paths(_ environment: [String: String], user: UInt32) throws -> [String] {
        try DockerEndpoint.candidates(environment: environment, user: user).map(\.path)
    }

    @Test func `DOCKER_HOST alone is tried where it is set`() throws {
        let environment = ["DOCKER_HOST": "unix:///run/own.sock", "XDG_RUNTIME_DIR": "/run/user/1"]
        #expect(try paths(environment, user: 1) == ["/run/own.sock"])
        #expect(try paths(environment, user: 0) == ["/run/own.sock"])
    }

    @Test func `a user's own engines are tried after the machine's`() throws {
        #expect(
            try paths(["XDG_RUNTIME_DIR": "/run/user/1000", "DOCKER_HOST": ""], user: 1000) == [
                "/var/run/docker.sock", "/run/user/1000/docker.sock", "/run/podman/podman.sock",
                "/run/user/1000/podman/podman.sock",
            ]
        )
        #expect(
            try paths(["XDG_RUNTIME_DIR": "relative"], user: 1000) == [
                "/var/run/docker.sock", "/run/podman/podman.sock",
            ]
        )
    }

    @Test func `root never listens to the engine of a user`() throws {
        #expect(
            try paths(["XDG_RUNTIME_DIR": "/run/user/1000"], user: 0) == [
                "/var/run/docker.sock", "/run/podman/podman.sock",
            ]
        )
    }

    @Test(
        arguments: [
            ("tcp://127.0.0.1:2375", EngineError.HostFault.otherScheme),
            ("ssh://root@example.com", .otherScheme), ("npipe:////./pipe/docker", .otherScheme),
            ("/run/docker.sock", .noScheme), ("localhost:2375", .noScheme),
            ("unix://docker.sock", .notAbsolute), ("unix://", .notAbsolute),
            ("unix:///run/\(String(repeating: "x", count: 120))", .tooLong),
        ]
    )
    func `what is no socket of this machine is refused`(
        host: String,
        fault: EngineError.HostFault
    ) {
        #expect(throws: EngineError.unusableHost(host, fault)) {
            try DockerEndpoint.candidates(environment: ["DOCKER_HOST": host], user: 1000)
        }
    }
}

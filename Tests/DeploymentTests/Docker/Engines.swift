import TestSupport
import Testing

@testable import Deployment

extension ScriptedEngine {
    /// A client of this engine.
    func client(clock: ManualClock = ManualClock()) async throws -> EngineClient {
        let endpoint = try DockerEndpoint(host: "unix:///run/docker.sock")
        return try await EngineClient.connected(toFirstOf: [endpoint], clock: clock) { _ in self }
    }

    /// A client, and what it sees of a container.
    func client(
        for name: String,
        clock: ManualClock = ManualClock()
    ) async throws -> (EngineClient, Container) {
        let client = try await client(clock: clock)
        return (client, try await client.container(name))
    }
}

extension ScriptedEngine.Model {
    /// With one running nginx, after a change to it.
    static func with(
        _ name: String = "web",
        _ change: (inout ScriptedContainer) -> Void = { _ in }
    ) -> ScriptedEngine.Model {
        var container = ScriptedContainer(name)
        change(&container)
        return ScriptedEngine.Model([container])
    }
}

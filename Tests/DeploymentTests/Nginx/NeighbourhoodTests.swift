import TestSupport
import Testing

@testable import Deployment

/// Whom nginx's container reaches by a name, and what asking for it costs.
@Suite struct NeighbourhoodTests {
    private func container(
        _ name: String,
        _ network: String = "shop",
        _ change: (inout ScriptedContainer) -> Void = { _ in }
    ) -> ScriptedContainer {
        var container = ScriptedContainer(name)
        container.networks = [network: "10.0.0.2"]
        container.networkMode = network
        change(&container)
        return container
    }

    /// An engine with nginx in the container `proxy`, and what is around it.
    private func neighbourhood(
        _ others: [ScriptedContainer],
        _ change: (inout ScriptedContainer) -> Void = { _ in }
    ) async throws -> (Neighbourhood, ScriptedEngine) {
        let engine = ScriptedEngine(.init([container("proxy", "shop", change)] + others))
        let (client, found) = try await engine.client(for: "proxy")
        let nginx = try await ContainerNginx(found, engine: client, host: ScriptedHost())
        engine.forget()
        return (nginx.neighbourhood, engine)
    }

    private func neighbour(
        named name: String,
        _ others: [ScriptedContainer],
        _ change: (inout ScriptedContainer) -> Void = { _ in }
    ) async throws -> Neighbour? {
        var (neighbourhood, _) = try await neighbourhood(others, change)
        return try await neighbourhood.neighbours(named: [name])[name]
    }

    @Test(arguments: ["frontend", "Frontend", "web", "www"])
    func `a container answers to its name, its service's and its aliases`(
        name: String
    ) async throws {
        let others = [
            container("frontend") { container in
                container.labels = ["com.docker.compose.service": "web"]
                container.aliases = ["www"]
            }
        ]
        #expect(try await neighbour(named: name, others) == .running)
    }

    @Test func `where all run, the engine is asked once`() async throws {
        var (neighbourhood, engine) = try await neighbourhood(
            [container("frontend"), container("backend")]
        )
        let names: Set = ["frontend", "backend"]
        let found = try await neighbourhood.neighbours(named: names)
        #expect(found == ["frontend": .running, "backend": .running])
        #expect(engine.requests.count == 1)
        #expect(engine.paths.first?.contains("%22network%22%3A%5B%22shop%22%5D") == true)
    }

    @Test func `one that does not run is told with what starts it`() async throws {
        let others = [
            container("shop-frontend-1") { container in
                container.status = "exited"
                container.labels = ["com.docker.compose.service": "frontend"]
            }
        ]
        #expect(
            try await neighbour(named: "frontend", others)
                == .stopped(
                    container: "shop-frontend-1",
                    status: .exited,
                    command: "docker start shop-frontend-1"
                )
        )
    }

    @Test func `of two by that name one that runs is enough`() async throws {
        let others = ["exited", "running"].enumerated().map { number, status in
            container("web-\(number)") { container in
                container.status = status
                container.labels = ["com.docker.compose.service": "web"]
            }
        }
        #expect(try await neighbour(named: "web", others) == .running)
    }

    @Test func `one in another network is not reached`() async throws {
        #expect(
            try await neighbour(named: "frontend", [container("frontend", "other")])
                == .elsewhere(container: "frontend")
        )
    }

    @Test func `a name that nobody has comes with the one that was meant`() async throws {
        #expect(
            try await neighbour(named: "frontnd", [container("frontend")])
                == .missing(similar: "frontend")
        )
        #expect(try await neighbour(named: "x", []) == .missing(similar: nil))
    }

    @Test func `in the engine's own network containers have no names`() async throws {
        #expect(
            try await neighbour(named: "frontend", [container("frontend", "bridge")]) { proxy in
                proxy.networks = ["bridge": "172.17.0.2"]
                proxy.networkMode = "bridge"
            } == .unnamed(container: "frontend", network: "bridge")
        )
    }

    @Test(arguments: ["host", "none"])
    func `where names are not the engine's nothing is asked`(mode: String) async throws {
        var (neighbourhood, engine) = try await neighbourhood([]) { proxy in
            proxy.networks = [mode: ""]
            proxy.networkMode = mode
        }
        #expect(try await neighbourhood.neighbours(named: ["frontend"]).isEmpty)
        #expect(engine.requests.isEmpty)
    }

    @Test func `of what a swarm has elsewhere nothing is said`() async throws {
        #expect(
            try await neighbour(named: "frontend", []) { proxy in
                proxy.labels = ["com.docker.swarm.service.id": "s"]
            } == nil
        )
    }

    @Test func `among very many containers aliases are not looked for, and nothing is said`()
        async throws
    {
        let others = (0..<20).map { container("c\($0)") }
        #expect(try await neighbour(named: "frontend", others) == nil)
        #expect(try await neighbour(named: "c19", others) == .running)
    }

    // MARK: The loopback address

    @Test func `a network of its own is nginx's alone`() async throws {
        var (neighbourhood, engine) = try await neighbourhood([container("frontend")])
        #expect(try await neighbourhood.isAlone())
        #expect(engine.requests.count == 1)
    }

    @Test(arguments: ["host", "container:other"])
    func `one that is another's is not`(mode: String) async throws {
        var (neighbourhood, _) = try await neighbourhood([container("other")]) { proxy in
            proxy.networkMode = mode
        }
        #expect(try await !neighbourhood.isAlone())
    }

    @Test func `nor one that another shares`() async throws {
        var (neighbourhood, _) = try await neighbourhood([
            container("app") { container in
                container.networks = [:]
                container.networkMode = "container:\(ScriptedContainer("proxy").id)"
            }
        ])
        #expect(try await !neighbourhood.isAlone())
    }
}

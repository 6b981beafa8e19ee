import Diagnostics
import HTTP
import TestSupport
import Testing

@testable import Deployment

/// Case S03 of the reliability catalogue: no match, two matches, renamed, not running.
@Suite struct ContainerFinderTests {
    private func finder(_ containers: ScriptedContainer...) async throws -> ContainerFinder {
        let engine = ScriptedEngine(ScriptedEngine.Model(containers))
        return ContainerFinder(engine: try await engine.client())
    }

    private func container(
        _ name: String,
        _ change: (inout ScriptedContainer) -> Void = { _ in }
    ) -> ScriptedContainer {
        var container = ScriptedContainer(name)
        change(&container)
        return container
    }

    private func replica(
        _ name: String,
        _ change: (inout ScriptedContainer) -> Void = { _ in }
    )
        -> ScriptedContainer
    {
        container(name) { container in
            container.labels = [
                "com.docker.compose.project": "shop", "com.docker.compose.service": "proxy",
            ]
            change(&container)
        }
    }

    @Test func `a container is found by its whole name`() async throws {
        let finder = try await finder(container("web2"), container("web"))
        #expect(try await finder.container(named: "web").name == "web")
    }

    @Test func `without a match what there is is listed, nginx first`() async throws {
        let finder = try await finder(
            container("app") { $0.image = "shop/app" },
            container("shop-proxy-1") { $0.status = "exited" }
        )
        let expected = DeploymentError.noContainer(
            wanted: "container proxy",
            existing: ["shop-proxy-1 (nginx:1.30, exited)", "app (shop/app, running)"],
            similar: "shop-proxy-1"
        )
        await #expect(throws: expected) { _ = try await finder.container(named: "proxy") }
    }

    @Test func `a misspelt name is recognized`() async throws {
        let finder = try await finder(
            container("frontend"),
            container("database") { $0.image = "postgres" }
        )
        let error = await #expect(throws: DeploymentError.self) {
            _ = try await finder.container(named: "fronted")
        }
        #expect(error?.diagnosis.fix.hasPrefix("was frontend meant?") == true)
    }

    @Test func `a service is found by its labels`() async throws {
        let finder = try await finder(
            replica("shop-proxy-run") { $0.labels["com.docker.compose.oneoff"] = "True" },
            replica("shop-proxy-1"),
            replica("other") { $0.labels["com.docker.compose.project"] = "other" }
        )
        let found = try await finder.container(project: "shop", service: "proxy")
        #expect(found.name == "shop-proxy-1")
    }

    @Test func `of two replicas the one that runs is meant`() async throws {
        let finder = try await finder(
            replica("shop-proxy-1") { $0.status = "exited" },
            replica("shop-proxy-2")
        )
        let found = try await finder.container(project: "shop", service: "proxy")
        #expect(found.name == "shop-proxy-2")
    }

    @Test(arguments: ["running", "exited"])
    func `two that are the same are too many`(status: String) async throws {
        let finder = try await finder(
            replica("shop-proxy-1") { $0.status = status },
            replica("shop-proxy-2") { $0.status = status }
        )
        let expected = DeploymentError.severalContainers(
            wanted: "container of the service proxy of the Compose project shop",
            found: ["shop-proxy-1 (\(status))", "shop-proxy-2 (\(status))"]
        )
        await #expect(throws: expected) {
            _ = try await finder.container(project: "shop", service: "proxy")
        }
    }

    @Test func `the label wins over ports`() async throws {
        let finder = try await finder(
            container("web") { $0.ports = [(80, "0.0.0.0", 80)] },
            container("marked") { $0.labels = ["certctl.proxy": "true"] },
            container("unmarked") { $0.labels = ["certctl.proxy": "false"] }
        )
        #expect(try await finder.labelledOrPublished()?.name == "marked")
    }

    @Test func `of those with a web port the one that runs nginx is meant`() async throws {
        let finder = try await finder(
            container("app") { container in
                container.ports = [(8080, "0.0.0.0", 443)]
                container.processes = ["node server.js"]
            },
            container("inner"),
            container("web") { $0.ports = [(8080, "::", 80)] },
            container("alternative") { $0.ports = [(80, "0.0.0.0", 8080)] }
        )
        #expect(try await finder.labelledOrPublished()?.name == "web")
    }

    @Test func `one on the host's network may have the port too`() async throws {
        let finder = try await finder(container("web") { $0.networkMode = "host" })
        #expect(try await finder.labelledOrPublished()?.name == "web")
    }

    @Test func `two nginx with a web port are too many`() async throws {
        let finder = try await finder(
            container("one") { $0.ports = [(80, "0.0.0.0", 80)] },
            container("two") { $0.ports = [(443, "0.0.0.0", 443)] }
        )
        let expected = DeploymentError.severalContainers(
            wanted: "an nginx with port 80 or 443 of this host",
            found: ["one", "two"]
        )
        await #expect(throws: expected) { _ = try await finder.labelledOrPublished() }
    }

    @Test(arguments: ["exited", "created", "restarting", "paused"])
    func `one that would have the port and does not run is found where none runs`(
        status: String
    ) async throws {
        let stopped = container("web") { container in
            container.ports = [(80, "0.0.0.0", 80)]
            container.status = status
        }
        #expect(try await finder(stopped).labelledOrPublished()?.name == "web")
        let running = container("other") { $0.ports = [(443, "0.0.0.0", 443)] }
        #expect(try await finder(stopped, running).labelledOrPublished()?.name == "other")
    }

    @Test func `without any there is none`() async throws {
        #expect(try await finder().labelledOrPublished() == nil)
        let database = container("db") { $0.processes = ["postgres"] }
        #expect(try await finder(database).labelledOrPublished() == nil)
    }

    @Test func `one that goes away while it is looked at is none`() async throws {
        let engine = ScriptedEngine(.with { $0.ports = [(80, "0.0.0.0", 80)] })
        engine.change { model in
            model.interference = { request, _ in
                request.url.description.contains("/json?")
                    ? nil
                    : request.url.description.contains("/containers/")
                        ? .success(.init(status: 404)) : nil
            }
        }
        let finder = ContainerFinder(engine: try await engine.client())
        #expect(try await finder.labelledOrPublished() == nil)
        await #expect(throws: DeploymentError.containerGone("web")) {
            _ = try await finder.container(named: "web")
        }
    }
}

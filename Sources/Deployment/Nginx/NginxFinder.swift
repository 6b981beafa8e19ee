package import Platform
package import Settings

/// Finds the nginx that serves the sites.
package struct NginxFinder: Sendable {
    private let host: any HostView
    private let processes: any ProcessRunner
    private let connect: @Sendable () async throws -> EngineClient

    /// Makes a finder, which connects to the engine only where a container is in question.
    package init(
        host: any HostView,
        processes: any ProcessRunner,
        connect: @escaping @Sendable () async throws -> EngineClient
    ) {
        self.host = host
        self.processes = processes
        self.connect = connect
    }

    /// Finds it at the place that the settings name; without one, the container that is labelled or
    /// that has a web port, else this host's own.
    ///
    /// - Throws: ``DeploymentError`` or ``EngineError``.
    package func find(at place: ProxySettings.Place?) async throws -> any NginxInstance {
        switch place {
        case .host:
            return try HostNginx(host: host, processes: processes)
        case .container(let name):
            let engine = try await connect()
            let container = try await ContainerFinder(engine: engine).container(named: name)
            return try await ContainerNginx(container, engine: engine, host: host)
        case .compose(let project, let service):
            let engine = try await connect()
            let container = try await ContainerFinder(engine: engine)
                .container(project: project, service: service)
            return try await ContainerNginx(container, engine: engine, host: host)
        case nil:
            return try await findUnnamed()
        }
    }

    private func findUnnamed() async throws -> any NginxInstance {
        let engine: EngineClient
        do {
            engine = try await connect()
        } catch EngineError.noSocket {
            // A machine without containers.
            return try HostNginx(host: host, processes: processes)
        }
        let found = try await ContainerFinder(engine: engine).labelledOrPublished()
        let hostRuns = !HostNginx.masters(on: host).isEmpty
        if let found, found.isRunning || found.state.status == .restarting || !hostRuns {
            return try await ContainerNginx(found, engine: engine, host: host)
        }
        // One that cannot be trusted is told as that, where there is no other.
        if !host.processes(titled: NginxTitle.master).isEmpty {
            return try HostNginx(host: host, processes: processes)
        }
        let all = try await engine.containers()
        throw DeploymentError.noContainer(
            wanted: "nginx on this host, and no container with one and with port 80 or 443",
            existing: all.prefix(20).map { "\($0.name) (\($0.image), \($0.status))" },
            similar: nil
        )
    }
}

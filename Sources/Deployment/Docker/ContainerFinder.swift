import Diagnostics

/// Finds the container that nginx runs in, anew each time: its id changes whenever it is made anew.
package struct ContainerFinder: Sendable {
    /// The label by which a container is chosen without certctl.conf.
    package static let label = "certctl.proxy=true"
    private static let webPorts: Set<UInt16> = [80, 443]
    /// How many containers an error lists.
    private static let shown = 20

    private let engine: EngineClient

    /// Looks among the containers of `engine`.
    package init(engine: EngineClient) {
        self.engine = engine
    }

    /// Finds the container of that name.
    ///
    /// - Throws: ``DeploymentError`` when there is none, ``EngineError`` of the engine.
    package func container(named name: String) async throws -> Container {
        let all = try await engine.containers()
        guard let found = all.first(where: { $0.name == name }) else {
            throw noContainer("container \(name)", among: all, similarTo: name)
        }
        return try await inspect(found)
    }

    /// Finds the container of a service of a Compose project.
    ///
    /// Those of `docker compose run` are not meant. Of several replicas the only one that runs is
    /// taken; with two at work the caller would deploy to one and leave the other as it was.
    package func container(project: String, service: String) async throws -> Container {
        let labels = [
            "com.docker.compose.project": project, "com.docker.compose.service": service,
        ]
        let listed = try await engine.containers(labels: labels.map { "\($0.key)=\($0.value)" })
        // Looked at again: an engine may know other filters.
        let found = listed.filter { container in
            labels.allSatisfy { container.labels[$0.key] == $0.value }
                && !ComposeService.isOneOff(container.labels)
        }
        let wanted = "container of the service \(service) of the Compose project \(project)"
        return try await one(of: found, wanted: wanted, similarTo: service)
    }

    /// Finds the container with the label, or the one that has a web port of the host and runs nginx.
    ///
    /// - Returns: `nil` where no container is like that.
    package func labelledOrPublished() async throws -> Container? {
        let all = try await engine.containers()
        let labelled = all.filter { $0.labels["certctl.proxy"] == "true" }
        if !labelled.isEmpty {
            return try await one(of: labelled, wanted: "labelled \(Self.label)", similarTo: "")
        }
        var found: [Container] = []
        var masterless: Container?
        for summary in all where mayServe(summary) {
            // One that has just gone is none.
            guard let container = try await inspectIfThere(summary), hasWebPort(container) else {
                continue
            }
            if !container.isRunning || container.state.pid == 0 {
                // What does not run cannot be asked: its image's name is all there is to go by.
                if summary.image.contains("nginx") { masterless = masterless ?? container }
            } else if try await runsNginx(container) {
                found.append(container)
            }
        }
        guard found.count < 2 else {
            throw DeploymentError.severalContainers(
                wanted: "an nginx with port 80 or 443 of this host",
                found: found.map(\.name)
            )
        }
        return found.first ?? masterless
    }

    private func one(
        of found: [ContainerSummary],
        wanted: String,
        similarTo name: String
    ) async throws -> Container {
        let running = found.filter { $0.status == .running }
        if let only = found.count == 1 ? found.first : running.count == 1 ? running.first : nil {
            return try await inspect(only)
        }
        guard found.isEmpty else {
            throw DeploymentError.severalContainers(
                wanted: wanted,
                found: found.map { "\($0.name) (\($0.status))" }
            )
        }
        throw noContainer(wanted, among: try await engine.containers(), similarTo: name)
    }

    /// Tells what there is, those with nginx in their image first.
    private func noContainer(
        _ wanted: String,
        among all: [ContainerSummary],
        similarTo name: String
    ) -> DeploymentError {
        let (likely, others) = (
            all.filter { $0.image.contains("nginx") }, all.filter { !$0.image.contains("nginx") }
        )
        let listed = (likely + others).map { "\($0.name) (\($0.image), \($0.status))" }
        let more = listed.count > Self.shown ? ["\(listed.count - Self.shown) more"] : []
        let similar =
            all.first { isRenamed($0.name, from: name) }?.name
            ?? Suggestion.closest(to: name, among: all.map(\.name))
            ?? (likely.count == 1 ? likely.first?.name : nil)
        return .noContainer(
            wanted: wanted,
            existing: listed.prefix(Self.shown) + more,
            similar: similar
        )
    }

    /// Whether Compose has made one name out of the other: `proxy` becomes `shop-proxy-1`.
    private func isRenamed(_ name: String, from old: String) -> Bool {
        !old.isEmpty && name.split { "-_".contains($0) }.contains { $0 == old }
    }

    private func inspect(_ summary: ContainerSummary) async throws -> Container {
        guard let container = try await inspectIfThere(summary) else {
            throw DeploymentError.containerGone(summary.name)
        }
        return container
    }

    private func inspectIfThere(
        _ summary: ContainerSummary
    ) async throws(EngineError) -> Container? {
        do throws(EngineError) {
            return try await engine.container(summary.id)
        } catch {
            guard error.isNotFound else { throw error }
            return nil
        }
    }

    private func mayServe(_ summary: ContainerSummary) -> Bool {
        // What does not run has no ports in the list, and Podman lists no network mode.
        summary.status != .running || summary.networkMode == "host" || summary.networkMode.isEmpty
            || !Self.webPorts.isDisjoint(with: summary.hostPorts)
    }

    private func hasWebPort(_ container: Container) -> Bool {
        container.networkMode == "host"
            || container.publishedPorts.contains { Self.webPorts.contains($0.hostPort) }
            || (!container.isRunning
                && !Self.webPorts.isDisjoint(with: container.wantedHostPorts))
    }

    private func runsNginx(_ container: Container) async throws(EngineError) -> Bool {
        do throws(EngineError) {
            return try await engine.processes(in: container)
                .contains { $0.title.hasPrefix(NginxTitle.master) }
        } catch {
            // It has stopped or gone since it was listed.
            guard error.isAboutState else { throw error }
            return false
        }
    }
}

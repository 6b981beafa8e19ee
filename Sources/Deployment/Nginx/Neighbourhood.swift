import Diagnostics

/// Whom a container reaches by a name without dots.
package enum Neighbour: Equatable, Sendable {
    /// Another that runs.
    case running
    /// Another, by its own name, that does not run; the command is what starts it.
    case stopped(container: String, status: Container.State.Status, command: String)
    /// Nobody, since the other one is in none of its networks.
    case elsewhere(container: String)
    /// Nobody, since this network that they share has no names.
    case unnamed(container: String, network: String)
    /// Nobody; that is the name in its networks that is most like it.
    case missing(similar: String?)
}

/// The other containers as that of nginx has them around it.
///
/// The engine is asked when it is needed: once where all is well, and once more where it is not.
package struct Neighbourhood: Sendable {
    /// Networks that the engines come with; containers have no names there.
    private static let nameless: Set<String> = ["bridge", "podman"]
    /// Of so many containers, at most, other names are looked up one by one.
    private static let mostLookedAt = 20

    private let engine: EngineClient
    /// The container whose network it is, and whether nginx is in that one itself.
    private let owner: Container
    private let isOwn: Bool
    private var everyone: [ContainerSummary]?

    /// The surroundings of a container whose nginx has the network of `owner`.
    init(of container: Container, in owner: Container, engine: EngineClient) {
        self.engine = engine
        self.owner = owner
        isOwn = container.id == owner.id
    }

    /// Whether no other container is behind the loopback address of nginx.
    package mutating func isAlone() async throws(EngineError) -> Bool {
        guard isOwn, owner.networkMode != "host" else { return false }
        let modes = ["container:\(owner.id)", "container:\(owner.name)"]
        return try await all().allSatisfy { !modes.contains($0.networkMode) }
    }

    /// Whom nginx reaches by each of these names; nothing is said of one where that cannot be told.
    package mutating func neighbours(
        named names: Set<String>
    ) async throws(EngineError) -> [String: Neighbour] {
        let own = owner.networks.map(\.name)
        let isSwarms = owner.labels["com.docker.swarm.service.id"] != nil
        // On the host's network other name servers answer, and others than this engine's in a swarm.
        guard !own.isEmpty, !["host", "none"].contains(owner.networkMode), !isSwarms else {
            return [:]
        }
        let named = own.filter { !Self.nameless.contains($0) }
        let near = try await engine.containers(inNetworks: named.isEmpty ? own : named)
        var neighbours: [String: Neighbour] = [:]
        for name in names {
            let found = near.filter { $0.isCalled(name) }
            guard let one = found.first(where: { $0.status == .running }) ?? found.first else {
                continue
            }
            neighbours[name] =
                named.isEmpty
                ? .unnamed(container: one.name, network: own[0])
                : one.status == .running ? .running : stopped(one)
        }
        try await addUnknown(names, near, hasNames: !named.isEmpty, to: &neighbours)
        return neighbours
    }

    /// Adds what there is to say of names that no container of these networks has for its own.
    private mutating func addUnknown(
        _ names: Set<String>,
        _ near: [ContainerSummary],
        hasNames: Bool,
        to neighbours: inout [String: Neighbour]
    ) async throws(EngineError) {
        var unknown = names.filter { neighbours[$0] == nil }
        guard !unknown.isEmpty, near.count <= Self.mostLookedAt else { return }
        for container in hasNames ? near : [] {
            let aliases = try await engine.aliases(of: container)
            for name in unknown where aliases.contains(name.lowercased()) {
                neighbours[name] = container.status == .running ? .running : stopped(container)
                unknown.remove(name)
            }
            if unknown.isEmpty { return }
        }
        let known = near.flatMap(\.ownNames)
        for name in unknown {
            let other = try await all().first { $0.isCalled(name) }
            neighbours[name] =
                other.map { .elsewhere(container: $0.name) }
                ?? .missing(similar: Suggestion.closest(to: name, among: known))
        }
    }

    private func stopped(_ container: ContainerSummary) -> Neighbour {
        .stopped(
            container: container.name,
            status: container.status,
            command: "\(engine.tool) start \(container.name)"
        )
    }

    private mutating func all() async throws(EngineError) -> [ContainerSummary] {
        if let everyone { return everyone }
        let all = try await engine.containers()
        everyone = all
        return all
    }
}

extension ContainerNginx {
    /// The other containers as nginx has them around it.
    package var neighbourhood: Neighbourhood {
        Neighbourhood(of: container, in: network, engine: engine)
    }
}

extension ContainerSummary {
    /// Its name, and that of its service in a Compose project, which others there know it by.
    fileprivate var ownNames: [String] {
        [name, labels["com.docker.compose.service"]].compactMap(\.self)
    }

    fileprivate func isCalled(_ name: String) -> Bool {
        ownNames.contains { $0.lowercased() == name.lowercased() }
    }
}

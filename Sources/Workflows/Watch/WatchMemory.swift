import CertificateStore
import FoundationEssentials
import Renewal
import Settings

/// What was seen at the run before, for what is seen now to be told from it.
struct WatchMemory {
    /// After that a finding that is still there is told again.
    private static let repetition: TimeInterval = .day

    private let earlier: [Key: Observation]

    init(_ status: WatchStatus?) {
        earlier = (status?.observations ?? []).reduce(into: [:]) { $0[Key($1)] = $1 }
    }

    /// What makes two observations one: an address has one state at a time, a lineage may have several.
    private struct Key: Hashable {
        let lineage: String?
        let name: String?
        let address: String?
        let state: Observation.State?

        init(_ observation: Observation) {
            lineage = observation.lineage
            name = observation.name
            address = observation.address
            state = observation.isServed ? nil : observation.state
        }
    }

    /// What was seen of the same before.
    subscript(_ observation: Observation) -> Observation? { earlier[Key(observation)] }

    /// What was seen of a lineage's deploying before.
    func pending(_ name: LineageName) -> Observation? {
        earlier[
            Key(
                Observation(
                    lineage: "\(name)",
                    state: .deployPending,
                    level: .info,
                    message: "",
                    since: .distantPast
                )
            )
        ]
    }

    /// What was seen of lineages where they are served, of those alone that are in `names`.
    func served(_ names: Set<String>) -> [Observation] {
        earlier.values.filter { observation in
            observation.isServed && names.contains(observation.lineage ?? "")
        }
    }

    /// The lineages that certctl.conf had looked for nowhere, or at another port than the usual one.
    var elsewhere: Set<String> {
        let usual = ":\(WatchSettings.Place.usual.port)"
        return Set(
            earlier.values.filter { seen in
                seen.state == .unwatched
                    || seen.isServed && seen.address.map { !$0.hasSuffix(usual) } ?? false
            }.compactMap(\.lineage)
        )
    }

    /// That a lineage was looked for nowhere.
    func unwatched(_ name: String) -> [Observation] {
        earlier.values.filter { $0.lineage == name && $0.state == .unwatched }
    }

    /// The observation with what only the past can tell: since when, and when it was told of.
    func completed(_ observation: Observation) -> Observation {
        guard let before = self[observation], before.state == observation.state else {
            return observation
        }
        var observation = observation
        observation.since = min(before.since, observation.since)
        observation.alerted = before.alerted
        return observation
    }

    /// Compares with what is seen now.
    ///
    /// - Parameters:
    ///   - observations: All that is seen now.
    ///   - known: The lineages that there are.
    ///   - nowhere: Those that are looked for nowhere.
    ///   - isPlain: Whether names were looked for where they always are.
    /// - Returns: The findings of before that are gone, where that can be told; the worst first.
    func gone(
        from observations: [Observation],
        known: Set<String>,
        nowhere: Set<String>,
        isPlain: Bool
    ) -> [Observation] {
        let now = observations.reduce(into: [Key: Observation]()) { $0[Key($1)] = $1 }
        return earlier.values.filter { before in
            guard before.isFinding else { return false }
            if let seen = now[Key(before)] { return !seen.isFinding }
            guard let lineage = before.lineage else {
                // A place that was to be connected to concerns whoever has named it.
                return before.address == nil
            }
            let others = observations.filter { $0.lineage == lineage }
            guard known.contains(lineage), !others.contains(where: { $0.state == .unreadable })
            else { return false }
            guard before.isServed else { return !others.contains { $0.state == before.state } }
            // Whoever has been told is told that nobody looks any more.
            if nowhere.contains(lineage) { return isPlain }
            let places = others.filter { $0.name == before.name }
            return isPlain && !places.isEmpty && !places.contains(where: \.isFinding)
        }
        .sorted { ($0.level, $1.subject) > ($1.level, $0.subject) }
    }

    /// Whether it is a finding that was none before, or not this one, or less bad.
    func isNews(_ observation: Observation) -> Bool {
        guard observation.isFinding else { return false }
        guard let before = self[observation], before.isFinding else { return true }
        return before.state != observation.state || before.level < observation.level
    }

    /// Whether the hooks have to be told: of news, of what is still there after a day, and of what
    /// they could not be told before.
    func isDue(_ observation: Observation, now: Date) -> Bool {
        guard observation.isFinding else { return false }
        guard !isNews(observation), let alerted = observation.alerted else { return true }
        return abs(now.timeIntervalSince(alerted)) >= Self.repetition
    }
}

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

    /// Whether the certificate that expires then has been seen at the same place as one of ours.
    func wasOurs(_ name: LineageName, host: String, at address: String, notAfter: Date) -> Bool {
        let before = earlier.values.first { seen in
            seen.lineage == "\(name)" && seen.name == host && seen.address == address
        }
        guard let before, [.current, .old].contains(before.state) else { return false }
        return before.notAfter == notAfter
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

    /// What is looked for at all.
    struct Scope {
        /// The lineages that there are.
        let known: Set<String>
        /// Those that are looked for nowhere.
        let nowhere: Set<String>

        /// Why nobody looks for what a finding is about any more; `nil` where somebody does.
        func end(of finding: Observation) -> String? {
            guard let lineage = finding.lineage else { return nil }
            if !known.contains(lineage) { return "deleted" }
            return finding.isServed && nowhere.contains(lineage) ? "watch off" : nil
        }
    }

    /// The findings of before that are gone from all that is seen now, where that can be told, or that
    /// nobody looks for any more; the worst first.
    func gone(from observations: [Observation], _ scope: Scope) -> [Observation] {
        let now = observations.reduce(into: [Key: Observation]()) { $0[Key($1)] = $1 }
        return earlier.values.filter { before in
            guard before.isFinding else { return false }
            if let seen = now[Key(before)] { return !seen.isFinding }
            guard let lineage = before.lineage else { return true }
            let others = observations.filter { $0.lineage == lineage }
            guard !others.contains(where: { $0.state == .unreadable }) else { return false }
            // Whoever has been told is told that nobody looks any more.
            guard scope.end(of: before) == nil else { return true }
            guard before.isServed else { return !others.contains { $0.state == before.state } }
            let places = others.filter { $0.name == before.name }
            return !places.isEmpty && !places.contains(where: \.isFinding)
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

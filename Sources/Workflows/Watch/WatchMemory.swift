import CertificateStore
import FoundationEssentials
import Renewal
import Settings

extension Observation {
    /// Whether someone was told of it, or is to be, and has not been told that it is over.
    fileprivate var isOpen: Bool { isFinding || alerted != nil }
}

/// What was seen at the run before, for what is seen now to be told from it.
struct WatchMemory {
    /// After that a finding that is still there is told again.
    private static let repetition: TimeInterval = .day

    private let earlier: [Key: Observation]
    private let ended: [Observation]
    /// The lineages that certctl.conf had looked for elsewhere than usual, or nowhere.
    let elsewhere: Set<String>

    init(_ status: WatchStatus?) {
        earlier = (status?.observations ?? []).reduce(into: [:]) { $0[Key($1)] = $1 }
        ended = status?.ended ?? []
        elsewhere = Set(status?.elsewhere ?? [])
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
            state = observation.isServed ? nil : Self.topic(of: observation.state)
        }

        /// Of its certificate a lineage has one state at a time, too.
        private static func topic(of state: Observation.State) -> Observation.State {
            [.waiting, .lost, .revoked, .expiring].contains(state) ? .expired : state
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
        let place = Observation(
            lineage: "\(name)",
            name: host,
            address: address,
            state: .current,
            level: .ok,
            message: "",
            since: .distantPast
        )
        guard let before = self[place], [.current, .old].contains(before.state) else {
            return false
        }
        return before.notAfter == notAfter
    }

    /// What was seen of lineages where they are served, of those alone that are in `names`.
    func served(_ names: Set<String>) -> [Observation] {
        earlier.values.filter { observation in
            observation.isServed && names.contains(observation.lineage ?? "")
        }
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
        observation.untold = before.untold
        return observation
    }

    /// The lineages of which anything was seen.
    var lineages: Set<String> { Set(earlier.values.compactMap(\.lineage)) }

    /// The ends of findings of which hooks are still to be told: for a day, unless there it is again.
    func untoldEnds(besides observations: [Observation], now: Date) -> [Observation] {
        let found = Set(observations.filter(\.isFinding).map(Key.init))
        return ended.filter { end in
            abs(now.timeIntervalSince(end.since)) < Self.repetition && !found.contains(Key(end))
        }
    }

    /// What is seen and looked for at all, and what cannot be judged now.
    struct Scope {
        let observations: [Observation]
        /// The lineages that were there before and of which nothing is left.
        let deleted: Set<String>
        /// Where each lineage is looked for; of none that cannot be read.
        let places: [String: WatchedPlaces]
        /// The states of the host of which it cannot be told whether they are over.
        let unjudged: Set<Observation.State>

        /// Why nobody looks for what a finding is about any more; `nil` where somebody does.
        func end(of finding: Observation) -> String? {
            guard let lineage = finding.lineage else { return nil }
            if deleted.contains(lineage) { return "deleted" }
            if let end = finding.name.flatMap({ places[lineage]?.end(of: $0) }) { return end }
            return hasMoved(finding) ? "the name has another address now" : nil
        }

        /// Whether its name is asked for at other addresses alone, and all of them are known.
        private func hasMoved(_ finding: Observation) -> Bool {
            guard let address = finding.address else { return false }
            let now = observations.filter {
                $0.lineage == finding.lineage && $0.name == finding.name
            }
            return !now.isEmpty
                && now.allSatisfy { seen in
                    seen.state != .unresolved && seen.address.map { $0 != address } ?? false
                }
        }
    }

    /// What was found before and is not seen now, parted by whether it can be told to be gone, or nobody
    /// looks for it any more; the worst first.
    func unseen(_ scope: Scope) -> (gone: [Observation], open: [Observation]) {
        let keys = Set(scope.observations.map(Key.init))
        let gone = gone(scope)
        let known = Set(gone.map(Key.init))
        let open = earlier.values.filter { before in
            before.isOpen && !keys.contains(Key(before)) && !known.contains(Key(before))
        }
        return (gone, open.sorted { ($0.level, $1.subject) > ($1.level, $0.subject) })
    }

    private func gone(_ scope: Scope) -> [Observation] {
        let observations = scope.observations
        let now = observations.reduce(into: [Key: Observation]()) { $0[Key($1)] = $1 }
        return earlier.values.filter { before in
            guard before.isOpen else { return false }
            if let seen = now[Key(before)] { return !seen.isFinding && seen.state != before.state }
            guard let lineage = before.lineage else {
                // While certctl.conf cannot be used nobody knows which CA is to stand in.
                let isUnknown =
                    before.state == .fallbackUnready
                    && observations.contains { $0.state == .settingsUnusable }
                return !isUnknown && !scope.unjudged.contains(before.state)
            }
            let others = observations.filter { $0.lineage == lineage }
            // Whoever has been told is told that nobody looks any more.
            guard scope.end(of: before) == nil else { return true }
            // One that cannot be read, or whose journal is gone, is as it was.
            guard scope.places[lineage] != nil else { return false }
            guard before.isServed else { return !others.contains { $0.state == before.state } }
            let places = others.filter { $0.name == before.name }
            return !places.isEmpty && !places.contains(where: \.isFinding)
        }
        .sorted { ($0.level, $1.subject) > ($1.level, $0.subject) }
    }

    /// Whether it is a finding that was none before, or not this one, or less bad.
    func isNews(_ observation: Observation) -> Bool {
        guard observation.isFinding else { return false }
        guard let before = self[observation], before.isOpen else { return true }
        if before.state != observation.state { return true }
        return before.isFinding && before.level < observation.level
    }

    /// Whether the hooks have to be told: of news, of what is still there after a day, and of what
    /// they could not be told before.
    func isDue(_ observation: Observation, now: Date) -> Bool {
        guard observation.isFinding else { return false }
        guard !isNews(observation), let alerted = observation.alerted else { return true }
        return abs(now.timeIntervalSince(alerted)) >= Self.repetition
    }
}

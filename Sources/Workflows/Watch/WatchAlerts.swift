import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Platform

/// Tells hooks and the history of what has been found.
struct WatchAlerts: Sendable {
    /// More findings than these are told as a number: each runs every hook.
    static let mostTold = 20

    private let services: Services
    /// The hooks that have not come to an end in this run: each would take as long once more.
    private var hanging: Set<String> = []

    init(_ services: Services) {
        self.services = services
    }

    /// Tells of what is new, worse or still there, the worst first.
    ///
    /// A hook that fails is told itself and otherwise borne; of what it was not told, it alone is told at
    /// the next run. Returns the observations with when that was.
    mutating func tell(_ observations: [Observation], _ memory: WatchMemory) async -> [Observation]
    {
        let now = services.clock.now
        let sorted = observations.indices.sorted {
            (observations[$0].level, $1) > (observations[$1].level, $0)
        }
        let due = sorted.filter { memory.isDue(observations[$0], now: now) }
        note(due.map { observations[$0] }.filter(memory.isNews))
        let again = sorted.filter { index in
            observations[index].isFinding && observations[index].untold != nil
                && !due.contains(index)
        }
        guard !(due + again).isEmpty else { return observations }
        runner.tellIdle(in: services.layout.postHooks)
        guard let hooks = hooks(), !hooks.isEmpty else { return observations }
        var observations = observations
        for index in due.prefix(Self.mostTold) {
            observations[index].note(await tell(observations[index], hooks), at: now)
        }
        let rest = due.dropFirst(Self.mostTold)
        if let summary = summary(of: rest.map { observations[$0] }) {
            let telling = await tell(summary, hooks)
            for index in rest { observations[index].note(telling, at: now) }
        }
        for index in again.prefix(Self.mostTold) {
            let untold = hooks.filter { observations[index].untold?.contains($0) == true }
            observations[index].untold = await tell(observations[index], untold).failed
        }
        let restAgain = again.dropFirst(Self.mostTold)
        if let summary = summary(of: restAgain.map { observations[$0] }) {
            let untold = Set(restAgain.flatMap { observations[$0].untold ?? [] })
            let failed = await tell(summary, hooks.filter(untold.contains)).failed
            for index in restAgain { observations[index].untold = failed }
        }
        return observations
    }

    /// What is told in place of those that are too many; `nil` where there are none.
    private func summary(of observations: [Observation]) -> Observation? {
        observations.first.map { worst in
            Observation(
                state: worst.state,
                level: worst.level,
                message: "\(observations.count) more findings: certctl watch tells them",
                since: services.clock.now
            )
        }
    }

    /// Notes that findings are over, or that nobody looks for them any more; returns what hooks are to be told of
    /// that: those that know of the finding.
    func noteEnds(of findings: [Observation], _ scope: WatchMemory.Scope) -> [Observation] {
        guard !findings.isEmpty else { return [] }
        let hooks = findings.contains { $0.alerted != nil } ? hooks() ?? [] : []
        let ends = findings.map { finding in
            let news =
                scope.end(of: finding).map { "nobody looks any more (\($0))" } ?? "all right again"
            var end = Observation(
                lineage: finding.lineage,
                name: finding.name,
                address: finding.address,
                state: finding.state,
                level: .info,
                message: "\(news); it was: \(finding.message)",
                since: services.clock.now
            )
            // Whoever was not told of the finding has no use for its end.
            end.untold = finding.alerted == nil ? [] : hooks.filter { finding.isKnown(to: $0) }
            return end
        }
        note(ends)
        return ends.filter { $0.untold?.isEmpty == false }
    }

    /// Tells the hooks that have not been told yet of findings that are over; returns what has to be told once more,
    /// as a hook has failed.
    mutating func tellEnds(_ ends: [Observation]) async -> [Observation] {
        guard !ends.isEmpty else { return [] }
        guard let hooks = hooks() else { return ends }
        var ends = ends
        for index in ends.indices.prefix(Self.mostTold) {
            let untold = hooks.filter { ends[index].untold?.contains($0) == true }
            ends[index].untold = await tell(ends[index], untold).failed
        }
        let rest = ends.indices.dropFirst(Self.mostTold)
        if let first = rest.first {
            let summary = Observation(
                state: ends[first].state,
                level: .info,
                message: "over, or looked for no more: \(rest.count) more findings",
                since: services.clock.now
            )
            let untold = Set(rest.flatMap { ends[$0].untold ?? [] })
            let failed = await tell(summary, hooks.filter(untold.contains)).failed
            for index in rest { ends[index].untold = failed }
        }
        return ends.filter { $0.untold != nil }
    }

    private var runner: HookRunner { services.hookRunner }

    private func hooks() -> [String]? {
        do {
            return try runner.hooks(in: services.layout.postHooks) { warn($0) }
        } catch {
            warn(error)
            return nil
        }
    }

    /// Runs every hook, but for those that hang.
    private mutating func tell(_ observation: Observation, _ hooks: [String]) async -> Telling {
        let severity: HookEvent.Severity =
            switch observation.level {
            case .critical: .critical
            case .warning: .warning
            case .info, .ok: .info
            }
        let event = HookEvent.alert(
            severity,
            lineage: observation.lineage,
            message: observation.sentence.harmless(limit: 500)
        )
        var failed: [String] = []
        for hook in hooks {
            guard !hanging.contains(hook) else {
                failed.append(hook)
                continue
            }
            do {
                try await runner.run(hook, event)
            } catch {
                warn(error)
                failed.append(hook)
                if case HookError.timedOut = error { hanging.insert(hook) }
            }
        }
        return Telling(isAnyTold: failed.count < hooks.count, failed: failed.isEmpty ? nil : failed)
    }

    private func warn(_ error: any Error) {
        let reason = (error as? HookError)?.trouble ?? Services.reason(of: error)
        services.log.warning("an alarm could not be raised", ["reason": reason])
    }

    private func note(_ news: [Observation]) {
        for observation in news.prefix(Self.mostTold) {
            let event = Event(
                .alert,
                observation.lineage.flatMap(LineageName.init),
                at: services.clock.now,
                detail: "\(observation.level.rawValue): \(observation.sentence)".harmless(
                    limit: 500
                )
            )
            do {
                try services.store.writeAlert(event)
            } catch {
                services.log.warning(
                    "the history cannot be written",
                    ["reason": Services.reason(of: error)]
                )
                return
            }
        }
    }
}

/// What came of telling hooks of something.
private struct Telling {
    let isAnyTold: Bool
    /// The hooks that failed; `nil` where none has.
    let failed: [String]?
}

extension Observation {
    /// Whether a hook was told of it where any was.
    fileprivate func isKnown(to hook: String) -> Bool { untold?.contains(hook) != true }

    /// Notes when the hooks were told.
    ///
    /// Where none could be, all of them are told at the next run.
    fileprivate mutating func note(_ telling: Telling, at now: Date) {
        guard telling.isAnyTold else { return }
        alerted = now
        untold = telling.failed
    }
}

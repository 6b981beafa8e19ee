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

    init(_ services: Services) {
        self.services = services
    }

    /// Tells of what is new, worse or still there, the worst first.
    ///
    /// A hook that fails is told itself and otherwise borne; of what it was not told it is told at
    /// the next run. Returns the observations with when that was.
    func tell(_ observations: [Observation], _ memory: WatchMemory) async -> [Observation] {
        let now = services.clock.now
        let due = observations.indices.filter { memory.isDue(observations[$0], now: now) }
            .sorted { (observations[$0].level, $1) > (observations[$1].level, $0) }
        note(due.map { observations[$0] }.filter(memory.isNews))
        guard !due.isEmpty else { return observations }
        runner.tellIdle(in: services.layout.postHooks)
        guard let hooks = hooks(), !hooks.isEmpty else { return observations }
        var observations = observations
        for index in due.prefix(Self.mostTold) where await tell(observations[index], hooks) {
            observations[index].alerted = now
        }
        let rest = due.dropFirst(Self.mostTold)
        guard let worst = rest.first else { return observations }
        let summary = Observation(
            state: observations[worst].state,
            level: observations[worst].level,
            message: "\(rest.count) more findings: certctl watch tells them",
            since: now
        )
        if await tell(summary, hooks) {
            for index in rest { observations[index].alerted = now }
        }
        return observations
    }

    /// Tells once of findings that are gone, or that nobody looks for any more.
    func tellGone(_ findings: [Observation], _ scope: WatchMemory.Scope) async {
        let now = services.clock.now
        let cleared = findings.map { finding in
            let news =
                scope.end(of: finding).map { "nobody looks any more (\($0))" } ?? "all right again"
            return Observation(
                lineage: finding.lineage,
                name: finding.name,
                address: finding.address,
                state: finding.state,
                level: .info,
                message: "\(news); it was: \(finding.message)",
                since: now
            )
        }
        note(cleared)
        // Whoever was not told of the finding has no use for its end.
        let told = zip(findings, cleared).filter { $0.0.alerted != nil }.map(\.1)
        guard !told.isEmpty, let hooks = hooks(), !hooks.isEmpty else { return }
        for observation in told.prefix(Self.mostTold) { _ = await tell(observation, hooks) }
        let rest = told.count - Self.mostTold
        guard rest > 0 else { return }
        let summary = Observation(
            state: told[Self.mostTold].state,
            level: .info,
            message: "over, or looked for no more: \(rest) more findings",
            since: now
        )
        _ = await tell(summary, hooks)
    }

    private var runner: HookRunner { services.hookRunner }

    private func hooks() -> [String]? {
        do {
            return try runner.hooks(in: services.layout.postHooks)
        } catch {
            warn(error)
            return nil
        }
    }

    /// Runs every hook; returns whether all of them succeeded.
    private func tell(_ observation: Observation, _ hooks: [String]) async -> Bool {
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
        var isTold = true
        for hook in hooks {
            do {
                try await runner.run(hook, event)
            } catch {
                warn(error)
                isTold = false
            }
        }
        return isTold
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

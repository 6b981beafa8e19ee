import FoundationEssentials
import Renewal

/// A policy that is broken on purpose, to see whether the simulation notices.
///
/// The fault is put in here, from outside: certctl has no switch for any of them.
package struct Mutation: Sendable {
    package let name: String
    /// The kind of year that it cannot stand.
    package let world: String
    /// What it breaks there.
    package let breaks: YearRecord.Rule
    package let size: Int
    package let policy: Policy
    /// Whether what was written down for the next run is gone by then.
    package let isForgetful: Bool

    private init(
        _ name: String,
        _ world: String,
        breaks: YearRecord.Rule,
        size: Int = 1,
        isForgetful: Bool = false,
        policy: @escaping Policy
    ) {
        self.name = name
        self.world = world
        self.breaks = breaks
        self.size = size
        self.isForgetful = isForgetful
        self.policy = policy
    }

    package static let all: [Mutation] = [
        Mutation(
            "waits for ARI's window whatever is left",
            "ARI lies: too late",
            breaks: .nothingExpires
        ) { facts, now in
            let decision = RenewalPolicy.decide(facts, at: now)
            guard let window = facts.advice?.window, now < window.start, decision != .ask else {
                return decision
            }
            return .keep(until: window.start)
        },
        Mutation(
            "forgets its failures with every start",
            "names fail for good",
            breaks: .limits,
            isForgetful: true
        ) { facts, now in
            var facts = facts
            facts.failures = nil
            facts.authority = AuthorityHealth()
            return RenewalPolicy.decide(facts, at: now)
        },
        Mutation(
            "forgets with every start that the CA is down",
            "CA down 3 d, restarts",
            breaks: .calls,
            isForgetful: true
        ) { facts, now in RenewalPolicy.decide(facts, at: now) },
        Mutation(
            "gives up what has expired",
            "6 days, CA down 30 d",
            breaks: .nothingExpires
        ) { facts, now in
            now < facts.validity.notAfter
                ? RenewalPolicy.decide(facts, at: now) : .keep(until: .distantFuture)
        },
        Mutation("renews at three in the morning", "6 days", breaks: .load, size: 24) {
            facts,
            now in
            let decision = RenewalPolicy.decide(facts, at: now)
            guard case .renew = decision else { return decision }
            let hours = (now.timeIntervalSince1970 / .hour).rounded(.down)
            let wait = (27 - hours.truncatingRemainder(dividingBy: 24))
                .truncatingRemainder(dividingBy: 24)
            return wait == 0
                ? decision : .keep(until: Date(timeIntervalSince1970: (hours + wait) * .hour))
        },
        Mutation(
            "waits for its time when the CA calls certificates back",
            "ARI: all revoked",
            breaks: .recall
        ) { facts, now in
            var facts = facts
            if let advice = facts.advice, advice.window?.isSignal ?? false {
                facts.advice = RenewalAdvice(
                    window: nil,
                    asked: advice.asked,
                    next: advice.next,
                    failures: advice.failures
                )
            }
            return RenewalPolicy.decide(facts, at: now)
        },
        Mutation(
            "renews as often as ARI says",
            "ARI lies: always now",
            breaks: .moderation
        ) { facts, now in
            var facts = facts
            facts.signals = SignalHistory()
            return RenewalPolicy.decide(facts, at: now)
        },
    ]
}

import FoundationEssentials
import Renewal

/// One certificate with its CA, woken every hour: what the policy makes of months.
struct RenewalRun {
    private(set) var facts: RenewalFacts
    private(set) var attempts: [Date] = []
    private(set) var renewals: [Date] = []
    private let lifetime: TimeInterval

    init(days: Double) {
        facts = RenewalSample.facts(days: days)
        lifetime = days * .day
    }

    /// Wakes every hour from `start` until `end`; `isUp` tells whether the CA issues.
    ///
    /// `window` is what the CA advises for a certificate; `nil` from one that does not tell.
    mutating func run(
        from start: Date,
        until end: Date,
        window: ((Validity) -> (Date, Date))? = nil,
        isUp: (Date) -> Bool
    ) {
        facts.canAsk = window != nil
        var now = start
        while now < end {
            wake(at: now, window, isUp)
            now += .hour
        }
    }

    private mutating func wake(
        at now: Date,
        _ window: ((Validity) -> (Date, Date))?,
        _ isUp: (Date) -> Bool
    ) {
        var decision = RenewalPolicy.decide(facts, at: now)
        if decision == .ask, let window {
            let (start, end) = window(facts.validity)
            facts.advice = .told(
                start: start,
                end: end,
                interval: nil,
                after: facts.advice,
                at: now
            )
            decision = RenewalPolicy.decide(facts, at: now)
        }
        guard case .renew(let cause, _) = decision else { return }
        attempts.append(now)
        let succeeds = isUp(now)
        if cause.isOfWindowAlone { facts.signals.note(success: succeeds, at: now) }
        succeeds ? renew(at: now) : fail(at: now)
    }

    private mutating func renew(at now: Date) {
        renewals.append(now)
        facts.validity = Validity(notBefore: now, notAfter: now.addingTimeInterval(lifetime))
        facts.failures = nil
        facts.advice = nil
    }

    private mutating func fail(at now: Date) {
        facts.failures = FailureRecord(
            after: facts.failures,
            .temporary,
            reason: "no",
            at: now,
            remaining: facts.validity.remaining(at: now),
            facts.random
        )
    }
}

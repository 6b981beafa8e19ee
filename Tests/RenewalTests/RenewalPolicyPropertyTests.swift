import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// What holds for all facts, however they came about.
@Suite struct RenewalPolicyPropertyTests {
    private var generator = SeededGenerator(seed: 15)

    private mutating func moment(_ days: ClosedRange<Double>) -> Date {
        RenewalSample.issued + Days(Double.random(in: days, using: &generator))
    }

    private mutating func failure() -> FailureRecord? {
        guard !generator.oneIn(2) else { return nil }
        let now = moment(-30...430)
        return RenewalSample.failure(
            generator.pick([.temporary, .configuration, .rateLimited, .authority, .local]),
            at: now,
            until: generator.oneIn(2)
                ? nil : now + Days(Double.random(in: 0...9, using: &generator))
        )
    }

    private mutating func health() -> AuthorityHealth {
        AuthorityHealth(breaker: failure(), limit: generator.oneIn(3) ? moment(-30...430) : nil)
    }

    private mutating func facts() -> RenewalFacts {
        var facts = RenewalSample.facts(
            days: generator.pick(RenewalSample.lifetimes),
            seed: generator.next()
        )
        facts.isRevoked = generator.oneIn(20)
        facts.isBegun = generator.oneIn(20)
        facts.isLost = generator.oneIn(20)
        facts.canAsk = !generator.oneIn(4)
        if generator.oneIn(2) {
            let asked = moment(-10...430)
            facts.advice = .told(
                start: moment(-20...430),
                end: moment(-20...430),
                interval: Double.random(in: 0...100_000, using: &generator),
                after: nil,
                at: asked
            )
        }
        facts.failures = failure()
        facts.authority = health()
        if generator.oneIn(3) { facts.substitute = health() }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            facts.signals.note(success: generator.oneIn(2), at: moment(-5...430))
        }
        return facts
    }

    @Test mutating func `a certificate is kept until a later moment that is not beyond the last`() {
        for _ in 1...10_000 {
            let (facts, now) = (facts(), moment(-10...430))
            guard case .keep(let until) = RenewalPolicy.decide(facts, at: now) else { continue }
            #expect(until > now)
            #expect(until <= facts.validity.emergency)
        }
    }

    @Test mutating func `what is waited for has come at the moment that is told`() {
        for _ in 1...10_000 {
            let facts = facts()
            let start = moment(-10...430)
            var (now, holds) = (start, 0)
            wait: while true {
                switch RenewalPolicy.decide(facts, at: now) {
                case .ask, .renew: break wait
                case .keep(let until):
                    #expect(until > now)
                    now = until
                    // Once it is due, it is not kept any more.
                    #expect(holds == 0)
                case .hold(let until, _):
                    #expect(until > now)
                    now = until
                    holds += 1
                }
            }
            // Backoff, limit, breaker, signals: each of them once.
            #expect(holds <= 4)
        }
    }

    @Test mutating func `no certificate past its last moment is held for longer than a week`() {
        for _ in 1...10_000 {
            let facts = facts()
            let now = max(moment(-10...430), facts.validity.emergency)
            switch RenewalPolicy.decide(facts, at: now) {
            case .keep: Issue.record("kept past its last moment")
            case .hold(let until, _):
                // A week of a limit, and a day that a clock may have been ahead.
                #expect(until <= now + Days(8))
            case .ask, .renew: break
            }
        }
    }

    @Test mutating func `the same facts at the same moment are decided the same`() {
        for _ in 1...1_000 {
            let (facts, now) = (facts(), moment(-10...430))
            #expect(RenewalPolicy.decide(facts, at: now) == RenewalPolicy.decide(facts, at: now))
        }
    }

    @Test
    mutating func
        `the only certificates renewed before their window or time are those called back or lost`()
    {
        for _ in 1...10_000 {
            let (facts, now) = (facts(), moment(-10...430))
            guard case .renew(let cause, _) = RenewalPolicy.decide(facts, at: now) else { continue }
            let window = facts.advice?.window
            switch cause {
            case .revoked: #expect(facts.isRevoked)
            case .begun: #expect(facts.isBegun)
            case .demand: Issue.record("nobody asks the policy for what is not due")
            case .window, .signal: #expect(now >= window?.start ?? .distantFuture)
            case .lifetime: #expect(now >= facts.validity.fallback(facts.random))
            case .emergency: #expect(now >= facts.validity.emergency)
            case .lost: #expect(facts.isLost)
            }
        }
    }
}

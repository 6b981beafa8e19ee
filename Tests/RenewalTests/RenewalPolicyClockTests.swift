import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// Reliability §12, C: whatever the clock says or has said, no storm, and nothing held for ever.
@Suite struct RenewalPolicyClockTests {
    private let issued = RenewalSample.issued

    // A14, C01, C03
    @Test(arguments: [-TimeInterval.hour, -365 * .day, -1_800_000_000])
    func `before a certificate begins it is not renewed`(offset: TimeInterval) {
        for days in RenewalSample.lifetimes {
            let facts = RenewalSample.facts(days: days)
            let now = issued.addingTimeInterval(offset)
            let due = facts.validity.fallback(facts.random)
            #expect(RenewalPolicy.decide(facts, at: now) == .keep(until: due))
        }
    }

    // C04
    @Test(arguments: [2_147_483_647.0, 4_294_967_295, 10_000_000_000])
    func `certificates over the end of 32 bits are renewed as any`(moment: TimeInterval) {
        for days in RenewalSample.lifetimes {
            let begin = Date(timeIntervalSince1970: moment) + Days(-days / 2)
            let facts = {
                var facts = RenewalSample.facts(days: days)
                facts.validity = Validity(notBefore: begin, notAfter: begin + Days(days))
                return facts
            }()
            let due = facts.validity.fallback(facts.random)
            #expect(RenewalPolicy.decide(facts, at: due + Days(-0.01)) == .keep(until: due))
            #expect(RenewalPolicy.decide(facts, at: due) == .renew(.lifetime, from: .usual))
        }
    }

    // C02, C06: a year ahead, put right; 25 hours ahead, put right.
    @Test(arguments: [365 * TimeInterval.day, 25 * .hour])
    func `failures under a clock that was ahead hold a due certificate for no time`(
        ahead: TimeInterval
    ) {
        let now = issued + Days(61)
        let future = now.addingTimeInterval(ahead)
        for failureClass in [FailureClass.temporary, .configuration, .rateLimited] {
            var facts = RenewalSample.facts(days: 90)
            facts.failures = RenewalSample.failure(
                failureClass,
                at: future,
                until: future + Days(7)
            )
            #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lifetime, from: .usual))
            // The next failure holds it again: one try, no storm.
            facts.failures = RenewalSample.failure(after: facts.failures, at: now)
            #expect(RenewalPolicy.decide(facts, at: now) != .renew(.lifetime, from: .usual))
        }
    }

    // C02: of the CA, for all certificates.
    @Test func `an outage noted under a clock that was ahead is none`() {
        let now = issued + Days(61)
        var facts = RenewalSample.facts(days: 90)
        facts.authority.breaker = RenewalSample.failure(.authority, at: now + Days(365))
        facts.authority.limit = now + Days(365)
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lifetime, from: .usual))
    }

    // C11
    @Test func `advice noted under a clock that was ahead is asked for again`() {
        var facts = RenewalSample.facts(days: 90)
        facts.canAsk = true
        let now = issued + Days(10)
        facts.advice = RenewalSample.advice(
            from: issued + Days(60),
            to: issued + Days(61),
            at: now + Days(365)
        )
        #expect(RenewalPolicy.decide(facts, at: now) == .ask)
    }
}

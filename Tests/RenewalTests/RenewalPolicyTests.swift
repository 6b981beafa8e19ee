import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// Reliability §15: `due`, and what stands between a due certificate and its renewal.
@Suite struct RenewalPolicyTests {
    private let issued = RenewalSample.issued

    /// What is known of a certificate of 90 days whose CA has told that window at its beginning.
    private func advised(from start: Date, to end: Date, learned: Date? = nil) -> RenewalFacts {
        var facts = RenewalSample.facts(days: 90)
        facts.canAsk = true
        facts.advice = RenewalSample.advice(from: start, to: end, at: learned ?? issued)
        return facts
    }

    /// Decides where the CA cannot be asked.
    private func decide(_ facts: RenewalFacts, at now: Date) -> RenewalDecision {
        var facts = facts
        facts.canAsk = false
        return RenewalPolicy.decide(facts, at: now)
    }

    // MARK: When it is due

    @Test(arguments: RenewalSample.lifetimes)
    func `without advice it is due by its lifetime, to the second`(days: Double) {
        let facts = RenewalSample.facts(days: days)
        let due = facts.validity.fallback(facts.random)
        #expect(RenewalPolicy.decide(facts, at: due + Days(-0.001)) == .keep(until: due))
        #expect(RenewalPolicy.decide(facts, at: due) == .renew(.lifetime, from: .usual))
    }

    @Test func `with a window it is due at its moment in it`() {
        let facts = advised(from: issued + Days(20), to: issued + Days(22))
        let (moment, cause) = RenewalPolicy.due(facts)
        #expect((issued + Days(20)...issued + Days(22)).contains(moment))
        #expect(cause == .window)
        #expect(decide(facts, at: moment) == .renew(.window, from: .usual))
    }

    // A03
    @Test func `nonsense counts as no answer`() {
        let end = issued + Days(90)
        let year9999 = Date(timeIntervalSince1970: 253_402_300_799)
        for (from, to) in [
            (issued + Days(50), issued + Days(40)), (issued + Days(50), issued + Days(50)),
            (Date(timeIntervalSince1970: 0), issued + Days(1)), (end, year9999),
            (year9999, year9999 + Days(1)),
        ] {
            let facts = advised(from: from, to: to)
            #expect(RenewalPolicy.due(facts) == (facts.validity.fallback(facts.random), .lifetime))
        }
    }

    // A06
    @Test func `no window reaches beyond the last moment`() {
        let late = advised(from: issued + Days(89), to: issued + Days(400))
        #expect(RenewalPolicy.due(late) == (late.validity.emergency, .emergency))
        let wide = advised(from: issued, to: Date(timeIntervalSince1970: 253_402_300_799))
        #expect(RenewalPolicy.due(wide).moment <= wide.validity.emergency)
    }

    // A01
    @Test func `a window in the past asks for a renewal now`() {
        let learned = issued + Days(10)
        let facts = advised(from: issued, to: issued + Days(1), learned: learned)
        let (moment, cause) = RenewalPolicy.due(facts)
        #expect(cause == .signal)
        #expect((learned...learned.addingTimeInterval(1_800)).contains(moment))
    }

    @Test func `one that was called back is due at once, whatever the window says`() {
        var facts = advised(from: issued + Days(60), to: issued + Days(61))
        facts.isRevoked = true
        let now = issued + Days(1)
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.revoked, from: .usual))
    }

    @Test
    func `an order that was begun is gone on with at once, after a failure when that is over`() {
        var facts = RenewalSample.facts(days: 90)
        facts.isBegun = true
        let now = issued + Days(1)
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.begun, from: .usual))
        let failure = RenewalSample.failure(at: now)
        facts.failures = failure
        #expect(
            RenewalPolicy.decide(facts, at: now) == .hold(until: failure.notBefore, .backoff)
        )
    }

    @Test func `one whose files are damaged is due at once, whatever the window says`() {
        var facts = advised(from: issued + Days(60), to: issued + Days(61))
        facts.isLost = true
        facts.canAsk = false
        let now = issued + Days(1)
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lost, from: .usual))
    }

    // MARK: Asking

    @Test func `the CA is asked first, and again when it says`() {
        var facts = RenewalSample.facts(days: 90)
        facts.canAsk = true
        #expect(RenewalPolicy.decide(facts, at: issued) == .ask)
        facts = advised(from: issued + Days(60), to: issued + Days(61))
        #expect(RenewalPolicy.decide(facts, at: issued) == .keep(until: issued + .hours(6)))
        #expect(RenewalPolicy.decide(facts, at: issued + .hours(6)) == .ask)
    }

    @Test func `also when it is due the CA is asked first`() {
        let facts = advised(from: issued + Days(60), to: issued + Days(61))
        #expect(RenewalPolicy.decide(facts, at: issued + Days(62)) == .ask)
    }

    // A09
    @Test func `an expired certificate is renewed without asking`() {
        let facts = advised(from: issued + Days(60), to: issued + Days(61))
        let end = facts.validity.notAfter
        #expect(RenewalPolicy.decide(facts, at: end) == .renew(.window, from: .usual))
        #expect(RenewalPolicy.decide(facts, at: end.addingTimeInterval(-1)) == .ask)
    }

    @Test func `a CA that is down is not asked before its breaker lets one try`() {
        var facts = RenewalSample.facts(days: 90)
        facts.canAsk = true
        let now = issued + Days(1)
        let breaker = RenewalSample.failure(.authority, at: now)
        facts.authority.breaker = breaker
        #expect(RenewalPolicy.decide(facts, at: now) == .keep(until: breaker.notBefore))
        #expect(RenewalPolicy.decide(facts, at: breaker.notBefore) == .ask)
    }

    // A04
    @Test func `where nobody answers for 30 days, the lifetime decides to the second`() {
        var facts = RenewalSample.facts(days: 45)
        facts.canAsk = true
        var (now, questions) = (issued, 0)
        var decision = RenewalPolicy.decide(facts, at: now)
        while !isRenewal(decision) {
            if case .keep(let moment) = decision { now = moment }
            if decision == .ask {
                questions += 1
                facts.advice = .unanswered(after: facts.advice, at: now)
            }
            decision = RenewalPolicy.decide(facts, at: now)
        }
        #expect(decision == .renew(.lifetime, from: .usual))
        #expect(now == facts.validity.fallback(facts.random))
        // Three quick ones, then four a day.
        #expect((115...125).contains(questions))
    }

    // MARK: What holds it

    // A15
    @Test func `a thousand restarts do not bring a try forward`() {
        var facts = RenewalSample.facts(days: 90)
        let now = issued + Days(61)
        let failure = RenewalSample.failure(.configuration, at: now)
        facts.failures = failure
        let wait = failure.notBefore.timeIntervalSince(now)
        for restart in 0..<1_000 {
            let moment = now.addingTimeInterval(wait * Double(restart) / 1_000)
            let decision = RenewalPolicy.decide(facts, at: moment)
            #expect(decision == .hold(until: failure.notBefore, .backoff))
        }
        #expect(
            RenewalPolicy.decide(facts, at: failure.notBefore) == .renew(.lifetime, from: .usual)
        )
    }

    @Test func `a rate limit and an outage hold it, and are told apart`() {
        let now = issued + Days(61)
        var limited = RenewalSample.facts(days: 90)
        limited.failures = RenewalSample.failure(.rateLimited, at: now, until: now + Days(2))
        #expect(RenewalPolicy.decide(limited, at: now) == .hold(until: now + Days(2), .rateLimit))

        var account = RenewalSample.facts(days: 90)
        account.authority.limit = now + Days(1)
        #expect(RenewalPolicy.decide(account, at: now) == .hold(until: now + Days(1), .rateLimit))

        var down = RenewalSample.facts(days: 90)
        let breaker = RenewalSample.failure(.authority, at: now)
        down.authority.breaker = breaker
        #expect(RenewalPolicy.decide(down, at: now) == .hold(until: breaker.notBefore, .outage))
    }

    // A02
    @Test func `a window alone renews once a day, and the lifetime all the same`() {
        var facts = advised(from: issued, to: issued + Days(0.1), learned: issued + Days(1))
        facts.signals.note(success: true, at: issued + Days(1))
        let held = decide(facts, at: issued + Days(1.5))
        #expect(held == .hold(until: issued + Days(2), .signals))
        #expect(decide(facts, at: issued + Days(2)) == .renew(.signal, from: .usual))

        // The day ends where the lifetime alone is reason enough.
        facts.signals.note(success: true, at: issued + Days(59.5))
        let ending = decide(facts, at: issued + Days(59.6))
        #expect(ending == .hold(until: issued + Days(60), .signals))

        var late = SignalHistory()
        late.note(success: true, at: issued + Days(60))
        facts.signals = late
        #expect(decide(facts, at: issued + Days(60)) == .renew(.signal, from: .usual))
    }

    // MARK: The other CA

    /// A certificate of which that share is left, whose CA has been down for so many hours.
    private func down(hours: Double, left: Double) -> (facts: RenewalFacts, now: Date) {
        var facts = RenewalSample.facts(days: 90)
        let now = facts.validity.notAfter + Days(-90 * left)
        let first = RenewalSample.failure(.authority, at: now + .hours(-hours))
        facts.authority.breaker = RenewalSample.failure(.authority, after: first, at: now)
        facts.substitute = AuthorityHealth()
        return (facts, now)
    }

    // A13
    @Test func `the other CA is asked once a quarter is left and the outage lasts half a day`() {
        let (facts, now) = down(hours: 12, left: 0.249)
        // The breaker of the usual CA is no matter of the other one.
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lifetime, from: .substitute))
    }

    private func isRenewal(_ decision: RenewalDecision) -> Bool {
        if case .renew = decision { true } else { false }
    }

    // A13
    @Test func `it is not asked earlier, nor where there is none, nor where it is down too`() {
        for (hours, left) in [(11.9, 0.1), (240, 0.251)] {
            let (facts, now) = down(hours: hours, left: left)
            #expect(!isRenewal(RenewalPolicy.decide(facts, at: now)))
        }
        var (facts, now) = down(hours: 240, left: 0.1)
        facts.substitute = nil
        #expect(!isRenewal(RenewalPolicy.decide(facts, at: now)))
        facts.substitute = AuthorityHealth(limit: now + Days(1))
        #expect(!isRenewal(RenewalPolicy.decide(facts, at: now)))
    }

    // A13
    @Test func `the usual CA's limits do not keep the other one from being asked`() {
        var (facts, now) = down(hours: 12, left: 0.2)
        facts.authority.limit = now + Days(3)
        facts.failures = RenewalSample.failure(.rateLimited, at: now, until: now + Days(3))
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lifetime, from: .substitute))
    }

    // A13
    @Test func `where the usual CA is down it is looked at when the other one may be asked`() {
        for (hours, left, wait) in [(2, 0.2, 10.0), (240, 0.2525, 5.4)] {
            var (facts, now) = down(hours: Double(hours), left: left)
            // Often enough for the usual CA to be left alone for a day.
            for _ in 1...3 {
                let breaker = facts.authority.breaker
                facts.authority.breaker = RenewalSample.failure(.authority, after: breaker, at: now)
            }
            guard case .hold(let until, .outage) = RenewalPolicy.decide(facts, at: now) else {
                Issue.record("it is not held")
                continue
            }
            #expect(abs(until.timeIntervalSince(now + .hours(wait))) < 1)
        }
    }

    // A13
    @Test func `what fails at one of two CAs holds that one alone`() {
        var (facts, now) = down(hours: 12, left: 0.2)
        facts.failures = RenewalSample.failure(.configuration, at: now)
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lifetime, from: .substitute))
        facts.failures = nil
        facts.authority = AuthorityHealth()
        facts.substituteFailures = RenewalSample.failure(.configuration, at: now)
        #expect(RenewalPolicy.decide(facts, at: now) == .renew(.lifetime, from: .usual))
    }

    // A13
    @Test func `where both cannot be asked it is looked at when the first one can`() throws {
        var (facts, now) = down(hours: 12, left: 0.2)
        let breaker = try #require(facts.authority.breaker)
        let other = RenewalSample.failure(.rateLimited, at: now, until: now + Days(7))
        facts.substituteFailures = other
        #expect(RenewalPolicy.decide(facts, at: now) == .hold(until: breaker.notBefore, .outage))
        facts.substituteFailures = RenewalSample.failure(
            .rateLimited,
            at: now,
            until: now + .hours(0.02)
        )
        #expect(RenewalPolicy.decide(facts, at: now) == .hold(until: now + .hours(0.02), .outage))
        facts.substituteFailures = nil
        facts.substitute = AuthorityHealth(limit: now + .hours(0.02))
        #expect(RenewalPolicy.decide(facts, at: now) == .hold(until: now + .hours(0.02), .outage))
    }
}

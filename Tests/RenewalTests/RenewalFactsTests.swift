import FoundationEssentials
import Testing

@testable import Renewal

/// Reliability §15: one breaker for each CA; by its window alone one success and two attempts a day.
@Suite struct RenewalFactsTests {
    private let now = RenewalSample.issued

    @Test func `a CA that has not failed is not held back`() {
        #expect(AuthorityHealth().blocked(at: now) == nil)
        #expect(AuthorityHealth().outage(at: now) == 0)
    }

    @Test func `a CA that is down is left alone until its breaker lets one try`() {
        let breaker = RenewalSample.failure(.authority, at: now)
        let health = AuthorityHealth(breaker: breaker)
        #expect(health.blocked(at: now) == breaker.notBefore)
        #expect(health.isDown(at: now))
        #expect(health.blocked(at: breaker.notBefore) == nil)
        #expect(!health.isDown(at: breaker.notBefore))
    }

    @Test func `an outage lasts from its first failure`() {
        let first = RenewalSample.failure(.authority, at: now)
        let second = RenewalSample.failure(.authority, after: first, at: now + .hours(5))
        #expect(AuthorityHealth(breaker: second).outage(at: now + .hours(13)) == 13 * .hour)
    }

    @Test func `of breaker and limit the later one holds`() {
        let breaker = RenewalSample.failure(.authority, at: now)
        let health = AuthorityHealth(breaker: breaker, limit: now + Days(2))
        #expect(health.blocked(at: now) == now + Days(2))
    }

    // C02, C06
    @Test func `a limit that lies further ahead than limits last is of a wrong clock`() {
        #expect(AuthorityHealth(limit: now + Days(7)).blocked(at: now) == now + Days(7))
        #expect(AuthorityHealth(limit: now + Days(8.1)).blocked(at: now) == nil)
        #expect(AuthorityHealth(limit: now + Days(365)).blocked(at: now) == nil)
    }

    // A02
    @Test func `after a success by the window alone there is none for a day`() {
        var history = SignalHistory()
        history.note(success: true, at: now)
        #expect(history.hold(at: now + .hours(23)) == now + .hours(24))
        #expect(history.hold(at: now + .hours(24)) == nil)
    }

    // A01, A02
    @Test func `of attempts by the window alone there are two a day`() {
        var history = SignalHistory()
        history.note(success: false, at: now)
        #expect(history.hold(at: now + .hours(1)) == nil)
        history.note(success: false, at: now + .hours(1))
        #expect(history.hold(at: now + .hours(2)) == now + .hours(24))
        #expect(history.hold(at: now + .hours(24)) == nil)
    }

    // A14, C06
    @Test func `attempts of the future hold nothing back`() {
        var history = SignalHistory()
        history.note(success: true, at: now + Days(365))
        #expect(history.hold(at: now) == nil)
        history.note(success: false, at: now)
        #expect(history.attempts == [now])
    }

    // A13: the other CA is for outages that last, and this one may be long over.
    @Test func `an outage does not last on while nobody asks`() {
        let health = AuthorityHealth(breaker: RenewalSample.failure(.authority, at: now))
        #expect(health.outage(at: now + Days(2)) == 2 * .day)
        #expect(health.outage(at: now + Days(10)) == 0)
    }
}

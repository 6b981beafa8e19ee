import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// Reliability §15: limits are token buckets, and this host stops before the CA has to refuse.
@Suite struct RateLimitLedgerTests {
    private let now = RenewalSample.issued
    private let limit = RateLimit(.sameNames, size: 5, refill: 34 * .hour)

    /// A ledger of which `count` tokens are gone at `moment`.
    private func ledger(taken count: Int, at moment: Date) -> RateLimitLedger {
        var ledger = RateLimitLedger()
        for _ in 0..<count { ledger.take(limit, of: "a", at: moment) }
        return ledger
    }

    @Test func `a bucket that nobody took from is full`() {
        let standing = RateLimitLedger().standing(limit, of: "a", at: now)
        #expect(standing.used == 0 && standing.size == 5)
        #expect(standing.next <= now)
    }

    @Test(arguments: 0...5)
    func `each token that is taken is counted`(count: Int) {
        let standing = ledger(taken: count, at: now).standing(limit, of: "a", at: now)
        #expect(standing.used == count)
        #expect((standing.next <= now) == (count < 5))
    }

    @Test func `an empty bucket has a token after one refill and is full after all`() {
        let empty = ledger(taken: 5, at: now)
        #expect(empty.standing(limit, of: "a", at: now).next == now + .hours(34))
        #expect(empty.standing(limit, of: "a", at: now + .hours(34)).used == 4)
        #expect(empty.standing(limit, of: "a", at: now + .hours(170)).used == 0)
    }

    @Test func `scopes and limits have buckets of their own`() {
        let ledger = ledger(taken: 5, at: now)
        let other = RateLimit(.registeredDomain, size: 5, refill: 34 * .hour)
        #expect(ledger.standing(limit, of: "b", at: now).used == 0)
        #expect(ledger.standing(other, of: "a", at: now).used == 0)
    }

    @Test func `what is taken beyond the last token makes no debt`() {
        let ledger = ledger(taken: 50, at: now)
        #expect(ledger.standing(limit, of: "a", at: now).next == now + .hours(34))
    }

    @Test func `never more than its size and what was refilled gets through, whoever asks when`() {
        var generator = SeededGenerator(seed: 300)
        for _ in 1...100 {
            let limit = RateLimit(
                .newOrders,
                size: Int.random(in: 1...50, using: &generator),
                refill: Double.random(in: 1...10_000, using: &generator)
            )
            var ledger = RateLimitLedger()
            var (moment, granted) = (now, 0)
            for _ in 1...400 {
                moment += Double.random(in: 0...limit.refill * 1.5, using: &generator)
                if ledger.standing(limit, of: "a", at: moment).next <= moment {
                    ledger.take(limit, of: "a", at: moment)
                    granted += 1
                }
                let refilled = moment.timeIntervalSince(now) / limit.refill
                #expect(Double(granted) <= Double(limit.size) + refilled)
            }
        }
    }

    @Test func `the next token is there at the moment that is told`() {
        var generator = SeededGenerator(seed: 12)
        var ledger = ledger(taken: 5, at: now)
        var moment = now
        for _ in 1...100 {
            moment += Double.random(in: 0...limit.refill, using: &generator)
            let next = max(moment, ledger.standing(limit, of: "a", at: moment).next)
            // Dates hold less than a microsecond of what is added to them.
            #expect(ledger.standing(limit, of: "a", at: next.addingTimeInterval(0.001)).used < 5)
            ledger.take(limit, of: "a", at: moment)
        }
    }

    // C02, C06
    @Test func `a bucket of a clock that was ahead by much does not stay empty`() {
        let ledger = ledger(taken: 5, at: now + Days(365))
        #expect(ledger.standing(limit, of: "a", at: now).next <= now)
    }

    // C06, C08
    @Test(arguments: [0.01, 1, 3_600, 86_000])
    func `one of a clock that was set back a little still counts`(seconds: TimeInterval) {
        let ledger = ledger(taken: 5, at: now.addingTimeInterval(seconds))
        let standing = ledger.standing(limit, of: "a", at: now)
        #expect(standing.used == 5)
        #expect(standing.next == now + .hours(34))
    }

    @Test func `buckets that are full again are forgotten`() {
        var ledger = RateLimitLedger()
        ledger.take(limit, of: "a", at: now)
        ledger.take(limit, of: "b", at: now + Days(30))
        ledger.forgetFull(at: now + Days(30))
        var fresh = RateLimitLedger()
        fresh.take(limit, of: "b", at: now + Days(30))
        #expect(ledger == fresh)
    }

    @Test func `tokens that others have claimed count as taken`() {
        let standing = ledger(taken: 2, at: now).standing(limit, of: "a", at: now, claimed: 2)
        #expect(standing.used == 4)
        let full = ledger(taken: 4, at: now).standing(limit, of: "a", at: now, claimed: 9)
        #expect(full.used == 5)
        #expect(full.next == now + .hours(34))
    }

    @Test func `a token that is taken comes back after its time, before and after the last`() {
        let limit = RateLimit.init(.sameNames, size: 5, refill: 100)
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        var ledger = RateLimitLedger()
        #expect(ledger.standing(limit, of: "a", at: start).refilled == start)
        for taken in 1...5 {
            ledger.take(limit, of: "a", at: start + Double(taken))
            let standing = ledger.standing(limit, of: "a", at: start + Double(taken))
            #expect(standing.used == taken)
            #expect(standing.refilled == start + 101)
        }
    }
}

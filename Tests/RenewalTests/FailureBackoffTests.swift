import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// Reliability §15, "Backoff": 1, 10, 100 minutes, then a day, each a quarter more or less.
@Suite struct FailureBackoffTests {
    private func step(_ count: Int, remaining: TimeInterval?, seed: UInt64) -> TimeInterval {
        FailureBackoff.step(after: count, remaining: remaining, StableRandom(seed: seed))
    }

    @Test(arguments: [(1, 60.0), (2, 600), (3, 6_000), (4, 86_400), (5, 86_400), (1_000, 86_400)])
    func `waits are 1, 10 and 100 minutes, then a day, a quarter more or less`(
        count: Int,
        base: TimeInterval
    ) {
        let waits = (UInt64(0)..<500).map { step(count, remaining: 30 * .day, seed: $0) }
        #expect(waits.allSatisfy { (max(60, base * 0.75)...base * 1.25).contains($0) })
        // They do spread.
        #expect((waits.max() ?? 0) > base * 1.2)
        #expect((waits.min() ?? 0) < max(60.1, base * 0.8))
    }

    @Test(arguments: [
        (47.9, 3.99), (24, 2), (12, 1), (6, 1), (0, 1), (-20, 1), (-47.9, 1), (48, 24), (-48, 24),
        (-1_000, 24),
    ])
    func `near the end a twelfth of what is left, an hour at least, until two days after it`(
        hours: Double,
        expected: Double
    ) {
        for seed in UInt64(0)..<200 {
            let wait = step(4, remaining: hours * .hour, seed: seed) / .hour
            #expect((expected * 0.74...expected * 1.26).contains(wait))
        }
    }

    @Test func `without a certificate it is a day`() {
        #expect(step(4, remaining: nil, seed: 1) >= 0.75 * .day)
    }

    @Test func `ten thousand failures are never followed by less than a minute or over 30 hours`() {
        var generator = SeededGenerator(seed: 15)
        #expect(FailureBackoff.longest == 30 * .hour)
        for _ in 1...10_000 {
            let wait = step(
                Int.random(in: -3...2_000, using: &generator),
                remaining: generator.oneIn(5)
                    ? nil : Double.random(in: -400 * .day...400 * .day, using: &generator),
                seed: generator.next()
            )
            #expect((60...FailureBackoff.longest).contains(wait))
        }
    }

    @Test(arguments: [Int.min, Int.max])
    func `a count that is none is no reason to fall over`(count: Int) {
        #expect((60...FailureBackoff.longest).contains(step(count, remaining: 0, seed: 1)))
    }
}

import Renewal
import Testing

/// Reliability §15: hosts spread, and a restart draws the same again.
@Suite struct StableRandomTests {
    @Test func `the same seed and purpose draw the same number`() {
        #expect(StableRandom(seed: 5).fraction(1, 2) == StableRandom(seed: 5).fraction(1, 2))
    }

    @Test func `seed, purposes and their order each change the number`() {
        let one = StableRandom(seed: 5).fraction(1, 2)
        #expect(one != StableRandom(seed: 6).fraction(1, 2))
        #expect(one != StableRandom(seed: 5).fraction(2, 1))
        #expect(one != StableRandom(seed: 5).fraction(1))
    }

    @Test func `ten thousand hosts spread evenly from 0 to below 1`() {
        var buckets = [Int](repeating: 0, count: 20)
        for seed in UInt64(0)..<10_000 {
            let fraction = StableRandom(seed: seed).fraction(1_800_000_000)
            #expect((0..<1).contains(fraction))
            buckets[Int(fraction * 20)] += 1
        }
        // 500 are expected in each; six times the standard deviation is 131.
        #expect(buckets.allSatisfy { abs($0 - 500) < 131 })
    }
}

import FoundationEssentials
import Renewal
import Testing

@testable import Simulation

/// The CA's own count: Let's Encrypt's page on rate limits, of 2026-08-05.
@Suite struct TokenBucketTests {
    private let start = Date(timeIntervalSince1970: 1_800_000_000)

    /// The macro of an expectation cannot change what it looks at.
    private func take(_ bucket: inout TokenBucket, at moment: Date) -> Bool {
        bucket.take(at: moment)
    }

    @Test func `a full bucket gives its size at once and not one more`() {
        var bucket = TokenBucket(size: 5, refill: 34 * .hour)
        for _ in 0..<5 {
            #expect(take(&bucket, at: start))
        }
        #expect(!take(&bucket, at: start))
        #expect(bucket.next(at: start) == start.addingTimeInterval(34 * .hour))
    }

    @Test func `a token comes back after its time and not before`() {
        var bucket = TokenBucket(size: 1, refill: .hour)
        #expect(take(&bucket, at: start))
        #expect(!take(&bucket, at: start.addingTimeInterval(.hour - 1)))
        #expect(take(&bucket, at: start.addingTimeInterval(.hour)))
    }

    @Test func `a bucket never holds more than its size`() {
        var bucket = TokenBucket(size: 2, refill: .minute)
        #expect(take(&bucket, at: start))
        let later = start.addingTimeInterval(.day)
        #expect(bucket.level(at: later) == 2)
    }
}

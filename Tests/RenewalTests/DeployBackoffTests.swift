import FoundationEssentials
import Testing

@testable import Renewal

/// reliability.md §15: 1, 10, 100 minutes, then daily; the C cases clamp what a wrong clock noted.
@Suite struct DeployBackoffTests {
    private static let last = Date(timeIntervalSince1970: 1_800_000_000)
    /// One with a month left.
    private static let old = Validity(
        notBefore: last.addingTimeInterval(-60 * .day),
        notAfter: last.addingTimeInterval(30 * .day)
    )

    private func next(
        _ failures: Int,
        replacing old: Validity? = Self.old,
        now: Date = Self.last
    ) -> Date {
        DeployBackoff.next(afterFailures: failures, last: Self.last, replacing: old, now: now)
    }

    @Test(
        arguments: [(1, 60), (2, 600), (3, 6000), (4, 86_400), (5, 86_400), (1_000_000, 86_400)]
            as [(Int, Double)]
    )
    func `each failure makes the pause longer, up to a day`(failures: Int, seconds: Double) {
        #expect(next(failures) == Self.last.addingTimeInterval(seconds))
    }

    @Test(arguments: [0, -1, Int.min] as [Int])
    func `a number that cannot be is no reason to hurry`(failures: Int) {
        #expect(next(failures) == Self.last.addingTimeInterval(86_400))
    }

    @Test(arguments: [1, 3600, 86_400 * 365] as [Double])
    func `what was noted in the future is tried now`(ahead: Double) {
        let now = Self.last.addingTimeInterval(-ahead)
        #expect(next(4, now: now) == now)
    }

    @Test(arguments: [47, 1, 0, -1000] as [Double])
    func `where what is in use ends soon or has ended an hour is the longest`(left: Double) {
        let old = Validity(
            notBefore: Self.last.addingTimeInterval(-60 * .day),
            notAfter: Self.last.addingTimeInterval(left * .hour)
        )
        #expect(next(1, replacing: old) == Self.last.addingTimeInterval(60))
        #expect(next(3, replacing: old) == Self.last.addingTimeInterval(3600))
        #expect(next(9, replacing: old) == Self.last.addingTimeInterval(3600))
    }

    @Test func `the first certificate replaces none, and waits as others do`() {
        #expect(next(4, replacing: nil) == Self.last.addingTimeInterval(86_400))
    }
}

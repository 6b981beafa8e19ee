import FoundationEssentials
import Testing

@testable import Renewal

/// reliability.md §15: 1, 10, 100 minutes, then daily; the C cases clamp what a wrong clock noted.
@Suite struct DeployBackoffTests {
    private static let last = Date(timeIntervalSince1970: 1_800_000_000)

    @Test(
        arguments: [(1, 60), (2, 600), (3, 6000), (4, 86_400), (5, 86_400), (1_000_000, 86_400)]
            as [(Int, Double)]
    )
    func `each failure makes the pause longer, up to a day`(failures: Int, seconds: Double) {
        let next = DeployBackoff.next(afterFailures: failures, last: Self.last, now: Self.last)
        #expect(next == Self.last.addingTimeInterval(seconds))
    }

    @Test(arguments: [0, -1, Int.min] as [Int])
    func `a number that cannot be is no reason to hurry`(failures: Int) {
        let next = DeployBackoff.next(afterFailures: failures, last: Self.last, now: Self.last)
        #expect(next == Self.last.addingTimeInterval(86_400))
    }

    @Test(arguments: [1, 3600, 86_400 * 365] as [Double])
    func `what was noted in the future is tried now`(ahead: Double) {
        let now = Self.last.addingTimeInterval(-ahead)
        #expect(DeployBackoff.next(afterFailures: 4, last: Self.last, now: now) == now)
    }
}

import FoundationEssentials
import Testing

@testable import Commands

/// Moments and spans as people read them.
@Suite struct TimeTextTests {
    @Test(
        arguments: [
            (0, "1970-01-01"), (1_800_000_000, "2027-01-15"), (1_803_254_399, "2027-02-21"),
            (1_803_254_400, "2027-02-22"),
        ] as [(Double, String)]
    )
    func `a day is the one in UTC`(seconds: Double, text: String) {
        #expect(TimeText.day(Date(timeIntervalSince1970: seconds)) == text)
    }

    @Test(
        arguments: [
            (-86_400, "over"), (0, "over"), (60, "1 min"), (5_400, "90 min"), (7_199, "119 min"),
            (7_200, "2 h"), (108_000, "30 h"), (172_799, "47 h"), (172_800, "2 d"),
            (5_270_400, "61 d"), (5_270_399, "60 d"),
        ] as [(Double, String)]
    )
    func `what is left is told in days, hours or minutes`(seconds: Double, text: String) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(TimeText.left(until: now.addingTimeInterval(seconds), from: now) == text)
    }
}

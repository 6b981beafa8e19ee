import FoundationEssentials
import Renewal
import Testing

/// Reliability §15, "Clock": suspect when an hour behind what was seen, or a day ahead of what has
/// passed since.
@Suite struct ClockJudgementTests {
    private let latest = RenewalSample.issued

    /// Judges a clock that says `step` seconds more, after `passed` seconds.
    private func judge(step: TimeInterval, passed: TimeInterval) -> ClockJudgement {
        ClockJudgement(
            ClockRecord(latest: latest, uptime: 1_000),
            now: latest.addingTimeInterval(step),
            uptime: 1_000 + passed
        )
    }

    @Test func `the first clock is believed`() {
        #expect(ClockJudgement(nil, now: latest, uptime: 5) == .believed)
    }

    // C01, C03
    @Test(arguments: [365 * .day, 1_800_000_000] as [TimeInterval])
    func `a clock that is a year back, or in 1970, is not believed`(back: TimeInterval) {
        #expect(judge(step: -back, passed: 3_600) == .backwards(by: back))
    }

    // C06
    @Test func `25 hours back are not believed`() {
        #expect(judge(step: -25 * .hour, passed: 60) == .backwards(by: 25 * .hour))
    }

    // C02, C04: a year ahead, to the ends of 32 bits.
    @Test(arguments: [365 * .day, 347_483_647, 2_494_967_295] as [TimeInterval])
    func `a clock that leaps ahead is not believed`(ahead: TimeInterval) {
        #expect(judge(step: ahead, passed: 0) == .jumped(by: ahead))
    }

    // C05
    @Test func `25 hours ahead are not believed, 23 are`() {
        #expect(judge(step: 25 * .hour, passed: 0) == .jumped(by: 25 * .hour))
        #expect(judge(step: 23 * .hour, passed: 0) == .believed)
    }

    // C09: boot time goes on while a host sleeps.
    @Test func `a host that slept for 31 days is believed`() {
        #expect(judge(step: 31 * .day, passed: 31 * .day) == .believed)
    }

    @Test func `one that was switched off for a month is believed`() {
        #expect(judge(step: 31 * .day, passed: -900) == .believed)
    }

    // C08
    @Test(arguments: [-1, 1, -59 * 60, 59 * 60] as [TimeInterval])
    func `a clock that is set right by less than an hour is believed`(step: TimeInterval) {
        #expect(judge(step: step, passed: 0) == .believed)
    }
}

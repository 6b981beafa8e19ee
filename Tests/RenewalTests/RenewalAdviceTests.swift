import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// RFC 9773 §4.3; reliability §15, "ARI polling".
@Suite struct RenewalAdviceTests {
    private let now = RenewalSample.issued
    private var start: Date { now + Days(60) }
    private var end: Date { now + Days(61) }

    private func told(
        interval: TimeInterval?,
        after earlier: RenewalAdvice? = nil,
        at moment: Date? = nil
    ) -> RenewalAdvice {
        .told(start: start, end: end, interval: interval, after: earlier, at: moment ?? now)
    }

    // A05
    @Test(arguments: [
        (nil, 21_600.0), (0, 60), (1, 60), (-5, 60), (59, 60), (60, 60), (7200, 7200),
        (86_400, 86_400), (86_401, 86_400), (315_360_000, 86_400),
    ])
    func `the CA is asked again after what it says, from a minute to a day; else after six hours`(
        interval: TimeInterval?,
        wait: TimeInterval
    ) {
        #expect(told(interval: interval).next == now.addingTimeInterval(wait))
    }

    @Test func `questions without answer are put again after 1, 5, 25 minutes, then six hours`() {
        var advice: RenewalAdvice?
        var waits: [TimeInterval] = []
        for _ in 1...6 {
            let next = RenewalAdvice.unanswered(after: advice, at: now)
            waits.append(next.next.timeIntervalSince(now))
            advice = next
        }
        #expect(waits == [60, 300, 1500, 21_600, 21_600, 21_600])
    }

    @Test func `what it said before counts for three questions without answer, not for a fourth`() {
        var advice = told(interval: nil)
        for _ in 1...3 {
            advice = .unanswered(after: advice, at: now)
            #expect(advice.window != nil)
        }
        #expect(RenewalAdvice.unanswered(after: advice, at: now).window == nil)
    }

    @Test func `an answer ends the count of those that failed`() {
        let failed = RenewalAdvice.unanswered(after: nil, at: now)
        #expect(told(interval: nil, after: failed).failures == 0)
    }

    @Test func `failures are counted to a thousand, for ever`() {
        var advice = RenewalAdvice.unanswered(after: nil, at: now)
        for _ in 1...1_100 { advice = .unanswered(after: advice, at: now) }
        #expect(advice.failures == 1_000)
    }

    @Test func `a CA that does not tell is asked again in a week`() {
        let advice = RenewalAdvice.untold(at: now)
        #expect(!advice.isOutdated(at: now + Days(6.99)))
        #expect(advice.isOutdated(at: now + Days(7)))
    }

    @Test func `a window that is told again was learned the first time`() {
        let again = told(interval: nil, after: told(interval: nil), at: now + Days(3))
        #expect(again.window?.learned == now)
    }

    @Test func `fractions of seconds make no new window`() {
        let earlier = told(interval: nil)
        let again = RenewalAdvice.told(
            start: start.addingTimeInterval(0.25),
            end: end.addingTimeInterval(0.75),
            interval: nil,
            after: earlier,
            at: now + Days(3)
        )
        #expect(again.window?.learned == now)
    }

    /// Boulder computes it anew for each answer: from an hour before it to half an hour before it.
    @Test func `a window that stays in the past and moves along is the one that was learned first`()
    {
        func told(after earlier: RenewalAdvice?, at moment: Date) -> RenewalAdvice {
            .told(
                start: moment - 3600,
                end: moment - 1800,
                interval: 3600,
                after: earlier,
                at: moment
            )
        }
        let first = told(after: nil, at: now)
        var advice = first
        for hour in 1...30 { advice = told(after: advice, at: now + Double(hour) * 3600) }
        #expect(advice.window == first.window)
        // What is for later again is news.
        let later = RenewalAdvice.told(
            start: start,
            end: end,
            interval: nil,
            after: advice,
            at: now
        )
        #expect(later.window?.start == start)
    }

    @Test func `another window is learned when it is told`() {
        let other = RenewalAdvice.told(
            start: now + Days(-1),
            end: now,
            interval: nil,
            after: told(interval: nil),
            at: now + Days(3)
        )
        #expect(other.window?.learned == now + Days(3))
    }

    // A14, C11
    @Test func `advice of a clock that was ahead is asked for again, and its window learned now`() {
        let future = told(interval: 86_400, at: now + Days(365))
        #expect(future.isOutdated(at: now))
        #expect(told(interval: nil, after: future).window?.learned == now)
    }

    // C11
    @Test func `no advice counts for longer than the longest wait, whatever it says of itself`() {
        let kept = RenewalAdvice(
            window: nil,
            asked: now,
            next: now + Days(3650),
            failures: 1
        )
        #expect(!kept.isOutdated(at: now + Days(0.99)))
        #expect(kept.isOutdated(at: now + Days(1)))
    }

    @Test(arguments: [-1, -1_000_000, Int.min, Int.max])
    func `a count that no certctl wrote is no reason to fall over`(count: Int) {
        let read = RenewalAdvice(window: nil, asked: now, next: now, failures: count)
        let next = RenewalAdvice.unanswered(after: read, at: now)
        #expect((1...1_000).contains(next.failures))
        #expect(next.next > now)
    }
}

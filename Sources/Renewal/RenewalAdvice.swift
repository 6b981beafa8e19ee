package import FoundationEssentials

/// What the CA last said about when to renew a certificate, and when to ask it again.
///
/// Source: RFC 9773 §4.3.
package struct RenewalAdvice: Equatable, Sendable {
    /// How long to wait where the CA does not say.
    private static let standardInterval: TimeInterval = 6 * .hour
    /// Less would be hammering the CA, more would miss that it calls certificates back.
    private static let intervals: ClosedRange<TimeInterval> = .minute ... .day
    /// Waits after questions that were not answered; later ones wait ``standardInterval``.
    private static let pauses: [TimeInterval] = [.minute, 5 * .minute, 25 * .minute]
    /// A CA that does not tell may learn to.
    private static let newsInterval: TimeInterval = 7 * .day
    private static let mostCounted = 1000

    /// `nil` where the CA does not tell, or has not yet.
    package let window: RenewalWindow?
    /// When it was last asked.
    package let asked: Date
    /// When it is asked again.
    package let next: Date
    /// Questions in a row that were not answered.
    package let failures: Int

    package init(window: RenewalWindow?, asked: Date, next: Date, failures: Int) {
        self.window = window
        self.asked = asked
        self.next = next
        self.failures = failures
    }

    /// The CA has told at `now`; `interval` is its wish for the next question, in seconds.
    ///
    /// A window that it has told before was learned then. So was one that wants the certificate to be renewed at
    /// once: CAs compute that anew for each answer, and one that moves along must not put the renewal off.
    package static func told(
        start: Date,
        end: Date,
        interval: TimeInterval?,
        after earlier: RenewalAdvice?,
        at now: Date
    ) -> RenewalAdvice {
        let isStillAtOnce = earlier?.window?.isSignal == true && end <= now && end > start
        let known = earlier?.window.flatMap { window in
            isStillAtOnce || window.isSame(from: start, to: end) ? window : nil
        }
        let wish = interval ?? standardInterval
        let wait = min(max(wish, intervals.lowerBound), intervals.upperBound)
        return RenewalAdvice(
            window: RenewalWindow(
                start: known?.start ?? start,
                end: known?.end ?? end,
                learned: min(known?.learned ?? now, now)
            ),
            asked: now,
            next: now.addingTimeInterval(wait),
            failures: 0
        )
    }

    /// The CA is not one that tells.
    package static func untold(at now: Date) -> RenewalAdvice {
        let next = now.addingTimeInterval(newsInterval)
        return RenewalAdvice(window: nil, asked: now, next: next, failures: 0)
    }

    /// The CA was asked at `now` and has not answered, or with what makes no sense.
    ///
    /// What it said before counts for the first quick questions only: it may have been taken back.
    package static func unanswered(
        after earlier: RenewalAdvice?,
        at now: Date
    ) -> RenewalAdvice {
        let failures = min(max(earlier?.failures ?? 0, 0), mostCounted - 1) + 1
        let wait = failures <= pauses.count ? pauses[failures - 1] : standardInterval
        return RenewalAdvice(
            window: failures <= pauses.count ? earlier?.window : nil,
            asked: now,
            next: now.addingTimeInterval(wait),
            failures: failures
        )
    }

    /// Whether to ask the CA at `now`.
    ///
    /// An advice of the future was noted under a clock that was ahead, and one that is longer ago than
    /// any wait lasts is out of date whatever it says of itself.
    package func isOutdated(at now: Date) -> Bool {
        let longest = window == nil && failures == 0 ? Self.newsInterval : Self.intervals.upperBound
        return now >= next || asked > now || now >= asked.addingTimeInterval(longest)
    }
}

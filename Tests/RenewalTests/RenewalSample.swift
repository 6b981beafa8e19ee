import FoundationEssentials
import Renewal

/// A certificate, and what is known of it, for tests to change.
enum RenewalSample {
    static let issued = Date(timeIntervalSince1970: 1_800_000_000)

    /// The lifetimes that certificates have had or will have, in days; 160 hours is the shortest.
    static let lifetimes: [Double] = [160.0 / 24, 7, 9.9, 10, 30, 45, 47, 64, 90, 100, 200, 398]

    static func validity(days: Double) -> Validity {
        Validity(notBefore: issued, notAfter: issued.addingTimeInterval(days * .day))
    }

    /// A certificate of that lifetime whose CA does not tell when to renew.
    static func facts(days: Double, seed: UInt64 = 1) -> RenewalFacts {
        var facts = RenewalFacts(validity: validity(days: days), random: StableRandom(seed: seed))
        facts.canAsk = false
        return facts
    }

    /// An advice with that window, learned at `moment` and good for six hours.
    static func advice(from start: Date, to end: Date, at moment: Date) -> RenewalAdvice {
        RenewalAdvice.told(start: start, end: end, interval: nil, after: nil, at: moment)
    }

    static func failure(
        _ failureClass: FailureClass = .temporary,
        after earlier: FailureRecord? = nil,
        at moment: Date,
        remaining: TimeInterval? = 30 * .day,
        until: Date? = nil
    ) -> FailureRecord {
        FailureRecord(
            after: earlier,
            failureClass,
            reason: "no",
            at: moment,
            remaining: remaining,
            until: until,
            StableRandom(seed: 7)
        )
    }
}

extension Date {
    static func + (date: Date, days: Days) -> Date { date.addingTimeInterval(days.seconds) }
}

/// Days in the sums of tests.
struct Days {
    let seconds: TimeInterval
    init(_ days: Double) { seconds = days * .day }
    static func hours(_ hours: Double) -> Days { Days(hours / 24) }
}

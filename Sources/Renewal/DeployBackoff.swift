package import FoundationEssentials

/// Decides when a certificate that could not be brought into use is tried again.
package enum DeployBackoff {
    /// Returns the moment of the next attempt, at most a day after the last: an hour where `old`, which is to be
    /// replaced, has less than two days left.
    ///
    /// A last attempt that lies in the future was noted by a clock that was wrong: it says nothing
    /// about when to try again, so that is now. `failures` counts those in a row, from 1 on.
    package static func next(
        afterFailures failures: Int,
        last: Date,
        replacing old: Validity?,
        now: Date
    ) -> Date {
        guard last <= now else { return now }
        let isUrgent = old.map { $0.remaining(at: now) < FailureBackoff.nearEnd } ?? false
        return last.addingTimeInterval(
            FailureBackoff.plainStep(after: failures, isUrgent: isUrgent)
        )
    }
}

package import FoundationEssentials

/// Decides when a certificate that could not be brought into use is tried again.
package enum DeployBackoff {
    /// Returns the moment of the next attempt, at most a day after the last.
    ///
    /// A last attempt that lies in the future was noted by a clock that was wrong: it says nothing
    /// about when to try again, so that is now. `failures` counts those in a row, from 1 on.
    package static func next(afterFailures failures: Int, last: Date, now: Date) -> Date {
        guard last <= now else { return now }
        return last.addingTimeInterval(FailureBackoff.plainStep(after: failures))
    }
}

package import FoundationEssentials

/// Decides when a certificate that could not be brought into use is tried again.
package enum DeployBackoff {
    /// In seconds, by how many attempts have failed in a row: 1, 10, 100 minutes, then daily.
    private static let delays: [Double] = [60, 600, 6000]
    private static let longest: Double = 86_400

    /// Returns the moment of the next attempt, at most a day after the last.
    ///
    /// A last attempt that lies in the future was noted by a clock that was wrong: it says nothing
    /// about when to try again, so that is now. `failures` counts those in a row, from 1 on.
    package static func next(afterFailures failures: Int, last: Date, now: Date) -> Date {
        guard last <= now else { return now }
        let delay = (1...delays.count).contains(failures) ? delays[failures - 1] : longest
        return last.addingTimeInterval(delay)
    }
}

package import FoundationEssentials

/// How long to wait after a failure: 1, 10 and 100 minutes, then a day.
///
/// Near the end of a certificate it is tried more often, and no longer once that has not helped.
///
/// Source: Let's Encrypt's integration guide; its limits allow five failures an hour for a name.
package enum FailureBackoff {
    /// In seconds, after the first failures.
    private static let fastSteps: [TimeInterval] = [.minute, 10 * .minute, 100 * .minute]
    /// No wait is shorter.
    package static let shortest: TimeInterval = .minute
    /// The longest wait, without jitter.
    private static let slowStep: TimeInterval = .day
    /// How far a wait is off, each way.
    private static let jitter = 0.25
    /// What is near the end, on either side of it.
    static let nearEnd: TimeInterval = 2 * .day

    /// How many failures are followed by a quick try.
    package static var fastTries: Int { fastSteps.count }
    /// No wait is longer.
    package static let longest: TimeInterval = slowStep * (1 + jitter)

    /// Returns how long to wait after `count` failures in a row.
    ///
    /// - Parameters:
    ///   - count: Counted from 1; what is less counts as 1.
    ///   - remaining: What is left of the certificate, in seconds; `nil` where there is none.
    ///   - random: Draws how far the wait is off.
    /// - Returns: Seconds, from a minute to ``longest``.
    package static func step(
        after count: Int,
        remaining: TimeInterval?,
        _ random: StableRandom
    ) -> TimeInterval {
        let base =
            count <= fastSteps.count
            ? fastSteps[max(count, 1) - 1] : slow(remaining: remaining)
        let share = random.fraction(UInt64(max(count, 1)))
        return max(shortest, base * (1 + jitter * (2 * share - 1)))
    }

    /// How long to wait after `count` failures in a row where nobody else waits at the same time: without
    /// jitter, in seconds.
    ///
    /// Where it is urgent an hour is the longest.
    package static func plainStep(after count: Int, isUrgent: Bool) -> TimeInterval {
        let step = (1...fastSteps.count).contains(count) ? fastSteps[count - 1] : slowStep
        return isUrgent ? min(step, .hour) : step
    }

    /// For how long the CA's wish to be left alone is followed, in seconds.
    static func longestWish(remaining: TimeInterval?) -> TimeInterval { slow(remaining: remaining) }

    private static func slow(remaining: TimeInterval?) -> TimeInterval {
        guard let remaining, abs(remaining) < nearEnd else { return slowStep }
        return min(max(remaining / 12, .hour), slowStep)
    }
}

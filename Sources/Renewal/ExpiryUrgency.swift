package import FoundationEssentials

/// How urgently a certificate has to be replaced, by what is left of it.
package enum ExpiryUrgency: Equatable, Sendable {
    /// Its renewal has time.
    case none
    /// Its renewal should have come: less than a quarter of its lifetime is left.
    case soon
    /// Less than an eighth is left, or less than two days of a lifetime of months.
    case pressing
    case over
}

extension Validity {
    private static let leastTime: TimeInterval = 48 * .hour

    /// How urgently a certificate that is valid then has to be replaced at `now`.
    package func urgency(at now: Date) -> ExpiryUrgency {
        let remaining = remaining(at: now)
        guard remaining > 0 else { return .over }
        // Two days are much of a lifetime of six.
        if remaining < lifetime / 8 || !isShort && remaining < Self.leastTime { return .pressing }
        return remaining < lifetime / 4 ? .soon : .none
    }
}

package import FoundationEssentials
package import HTTP

/// How far this machine's clock and the CA's are apart.
///
/// Certificates, windows of renewal and `Retry-After` are judged by a clock; one that is wrong makes
/// all of these wrong at once.
package struct ClockSkew: Equatable, Sendable {
    /// Less is what networks and unsynchronized clocks make of the same moment.
    private static let tolerance: Double = 5 * 60

    /// In seconds; positive where the CA's clock is ahead.
    package let seconds: Double

    /// Compares the `Date` of an answer that arrived at `now`; `nil` where it has none.
    ///
    /// Source: RFC 9110 §6.6.1.
    package init?(_ response: HTTPResponse, at now: Date) {
        guard let date = response.headers["date"].flatMap(HTTPDate.parse) else { return nil }
        seconds = date.timeIntervalSince(now)
    }

    /// Whether someone should look at the clock.
    package var isSuspect: Bool { abs(seconds) > Self.tolerance }
}

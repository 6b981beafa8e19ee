package import FoundationEssentials

/// How long a server asks to be left alone.
///
/// Source: RFC 9110 §10.2.3; RFC 8555 §6.6 and §7.5.1.
package enum RetryAfter: Equatable, Sendable {
    case seconds(Int)
    case date(Date)

    /// Reads the value of the field; `nil` when it is neither a number nor a date.
    package init?(_ value: String) {
        if !value.isEmpty, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            // More digits than an Int holds is still "very long".
            self = .seconds(Int(value) ?? .max)
        } else if let date = HTTPDate.parse(value) {
            self = .date(date)
        } else {
            return nil
        }
    }

    /// Returns how long to wait from `now`.
    ///
    /// - Returns: A delay from 0 to 366 days; a moment in the past is 0.
    package func delay(from now: Date) -> Duration {
        let limit = 366 * 86_400
        switch self {
        case .seconds(let seconds):
            return .seconds(min(seconds, limit))
        case .date(let date):
            let seconds = date.timeIntervalSince(now).rounded(.up)
            return .seconds(Int(max(0, min(seconds, Double(limit)))))
        }
    }
}

extension HTTPResponse {
    /// The `Retry-After` field as a delay from `now`; `nil` when there is none that can be read.
    ///
    /// A date in it is the server's: where that tells the time, the delay is counted from there.
    package func retryAfter(from now: Date) -> Duration? {
        let now = headers["date"].flatMap(HTTPDate.parse) ?? now
        return headers["retry-after"].flatMap(RetryAfter.init)?.delay(from: now)
    }
}

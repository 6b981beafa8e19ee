package import FoundationEssentials

/// What this host has used of a CA's limits, so that it stops before the CA has to refuse.
///
/// A bucket is one moment, that at which it will be full again: each token taken moves it by one
/// refill, and a full bucket needs no entry.
package struct RateLimitLedger: Equatable, Sendable, Codable {
    /// How far a limit is used.
    package struct Standing: Equatable, Sendable {
        /// How many tokens are gone, the one that is asked for not among them.
        package let used: Int
        package let size: Int
        /// When the next token can be had; not after the moment of the question where there is one.
        package let next: Date
        /// When one that is gone comes back; the moment of the question where none is.
        package let refilled: Date
    }

    /// How far a clock may have been ahead of what it is now for a bucket still to count.
    private static let tolerance: TimeInterval = .day

    /// When each bucket is full, by limit and scope.
    private var full: [String: Date]

    package init() {
        full = [:]
    }

    /// How far the limit is used for `scope`, as a name or an account, at `now`.
    ///
    /// `claimed` tokens count as taken: those of orders that are under way.
    package func standing(
        _ limit: RateLimit,
        of scope: String,
        at now: Date,
        claimed: Int = 0
    ) -> Standing {
        let moment = min(
            moment(limit, scope, at: now).addingTimeInterval(limit.refill * Double(claimed)),
            now.addingTimeInterval(limit.span)
        )
        let wait = moment.timeIntervalSince(now)
        let used = min(limit.size, Int((wait / limit.refill).rounded(.up)))
        return Standing(
            used: used,
            size: limit.size,
            next: moment.addingTimeInterval(limit.refill - limit.span),
            refilled: moment.addingTimeInterval(-limit.refill * Double(max(used - 1, 0)))
        )
    }

    /// Takes a token, also where there is none: what has been used is used.
    package mutating func take(_ limit: RateLimit, of scope: String, at now: Date) {
        let next = moment(limit, scope, at: now).addingTimeInterval(limit.refill)
        full[Self.key(limit, scope)] = min(next, now.addingTimeInterval(limit.span))
    }

    /// Drops the buckets that are full again at `now`: they need no line any more.
    package mutating func forgetFull(at now: Date) {
        full = full.filter { $0.value > now }
    }

    /// When the bucket is full, never before `now`, and never later than an empty one takes.
    ///
    /// What is later was noted under a clock that was ahead. By much, it would leave the bucket empty
    /// for as long as the clock was wrong: then it counts as full, and the CA keeps its own count.
    private func moment(_ limit: RateLimit, _ scope: String, at now: Date) -> Date {
        let latest = now.addingTimeInterval(limit.span)
        let noted = full[Self.key(limit, scope)] ?? now
        guard noted <= latest.addingTimeInterval(Self.tolerance) else { return now }
        return min(max(noted, now), latest)
    }

    private static func key(_ limit: RateLimit, _ scope: String) -> String {
        "\(limit.subject)|\(scope)"
    }
}

package import FoundationEssentials

/// Why a renewal failed, as far as it decides when to try again.
package enum FailureClass: String, Sendable, Codable {
    /// The CA could not validate a name, or something else that may be otherwise in a while.
    case temporary
    /// What was asked for is not to be had: somebody has to change it.
    case configuration
    /// The CA's rate limit.
    case rateLimited
    /// The CA itself is down: one matter for all of its certificates.
    case authority
    /// The CA's name has no address, mostly since this host has no network: asking costs the CA nothing.
    case network
    /// This host's disk, permissions or port: the CA was not asked.
    case local

    /// Whether the CA cannot be had, whoever's fault that is: one matter for all of its certificates.
    package var isOutage: Bool { self == .authority || self == .network }

    /// Whether it is of this certificate or this host, and says nothing of the CA.
    package var isOwn: Bool { self == .configuration || self == .local }

    /// Whether the CA may have heard of the order: no outage and nothing of this host kept it from that.
    package var isOfOrder: Bool {
        switch self {
        case .temporary, .configuration, .rateLimited: true
        case .authority, .network, .local: false
        }
    }

    /// Whether it makes the waits longer: what the CA never heard of does not.
    fileprivate var isCounted: Bool { self != .network && self != .local }
}

/// Failures in a row, and until when nothing is tried again.
///
/// Kept on disk: a restart is no reason to ask a CA earlier.
package struct FailureRecord: Equatable, Sendable, Codable {
    /// Beyond this nothing changes any more, however often it is counted.
    private static let mostCounted = 1000
    /// Of a rate limit; what a CA says beyond it is a mistake.
    private static let longestLimit: TimeInterval = 7 * .day
    /// Clocks of two moments that are the same may differ by as much.
    private static let tolerance: TimeInterval = 5 * .minute

    /// In a row; those of this host's network and disk are not counted.
    package let count: Int
    /// Since when.
    package let since: Date
    /// The last one.
    package let last: Date
    /// Until when nothing is tried.
    package let notBefore: Date
    package let failureClass: FailureClass
    /// What went wrong, harmless to print.
    package let reason: String
    /// How many there were besides that are not counted; `nil` is none.
    private let uncounted: Int?
    /// What went wrong last, where ``reason`` is still what the wait is for.
    private let latest: String?

    /// All of them in a row, as a person counts.
    package var tries: Int {
        // The file may have been damaged.
        min(max(count, 0), Self.mostCounted) + min(max(uncounted ?? 0, 0), Self.mostCounted)
    }
    /// What went wrong last, harmless to print.
    package var latestReason: String { latest ?? reason }

    private init(
        count: Int,
        since: Date,
        last: Date,
        notBefore: Date,
        failureClass: FailureClass,
        reason: String,
        uncounted: Int?,
        latest: String?
    ) {
        self.count = count
        self.since = since
        self.last = last
        self.notBefore = notBefore
        self.failureClass = failureClass
        self.reason = reason
        self.uncounted = uncounted
        self.latest = latest
    }

    /// Counts one more failure after `earlier`.
    ///
    /// - Parameters:
    ///   - earlier: The failures so far; `nil` after a success.
    ///   - failureClass: Why it failed.
    ///   - reason: What went wrong, harmless to print.
    ///   - now: When it failed.
    ///   - remaining: What is left of the certificate, in seconds; `nil` where there is none yet.
    ///   - until: When the CA allows or wishes the next try, as far as it has said.
    ///   - random: Draws how far the wait is off.
    package init(
        after earlier: FailureRecord?,
        _ failureClass: FailureClass,
        reason: String,
        at now: Date,
        remaining: TimeInterval?,
        until: Date? = nil,
        _ random: StableRandom
    ) {
        let known = min(max(earlier?.count ?? 0, 0), Self.mostCounted - 1)
        count = known + (failureClass.isCounted ? 1 : 0)
        let others = min(max(earlier?.uncounted ?? 0, 0), Self.mostCounted - 1)
        let all = others + (failureClass.isCounted ? 0 : 1)
        uncounted = all > 0 ? all : nil
        since = earlier?.since ?? now
        last = now
        // What the CA never heard of shortens no wait that it has asked for.
        if !failureClass.isCounted, let earlier, earlier.notBefore > now {
            self.failureClass = earlier.failureClass
            self.reason = earlier.reason
            latest = reason
            notBefore = earlier.notBefore
            return
        }
        self.failureClass = failureClass
        self.reason = reason
        latest = nil
        // Whoever went by a limit that is over already would ask without end.
        let soonest = now.addingTimeInterval(FailureBackoff.shortest)
        switch (failureClass, until) {
        case (.rateLimited, let until?) where until > now:
            notBefore = min(max(until, soonest), now.addingTimeInterval(Self.longestLimit))
        case (.network, _), (.local, _):
            notBefore = now
        case (.configuration, _):
            let step = FailureBackoff.step(
                after: FailureBackoff.fastTries + 1,
                remaining: remaining,
                random
            )
            notBefore = now.addingTimeInterval(step)
        case (.temporary, _), (.authority, _), (.rateLimited, _):
            let step = FailureBackoff.step(after: count, remaining: remaining, random)
            // What the CA wishes counts, as long as it is no mistake and the certificate lasts.
            let longest = FailureBackoff.longestWish(remaining: remaining)
            let wish = until.map { min($0, now.addingTimeInterval(longest)) } ?? now
            notBefore = max(now.addingTimeInterval(step), wish)
        }
    }

    /// The record as it can be believed at `now`.
    ///
    /// One that was written under a clock that was ahead would keep a certificate from being renewed
    /// for as long as the clock was wrong: it holds back nothing, and the next failure is written
    /// under the clock as it is now. No record lasts longer than it could have been made to last.
    ///
    /// Of a CA that nobody has asked for longer than anyone would wait, it is not known whether it has
    /// been down all the time: what is counted of its outage begins anew.
    package func believed(at now: Date) -> FailureRecord {
        let longest =
            failureClass == .rateLimited ? Self.longestLimit : FailureBackoff.longest
        let isFromFuture = last > now.addingTimeInterval(Self.tolerance)
        let latest = isFromFuture ? now : last.addingTimeInterval(longest)
        let isForgotten =
            failureClass.isOutage && now.timeIntervalSince(last) > 2 * longest
        guard isFromFuture || isForgotten || notBefore > latest else { return self }
        return FailureRecord(
            count: isForgotten ? 0 : count,
            since: isForgotten ? now : min(since, now),
            last: min(last, now),
            notBefore: min(notBefore, latest),
            failureClass: failureClass,
            reason: reason,
            uncounted: isForgotten ? nil : uncounted,
            latest: self.latest
        )
    }
}

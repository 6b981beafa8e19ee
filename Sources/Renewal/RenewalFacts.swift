package import FoundationEssentials

/// All that is known of a certificate when it is decided whether to renew it.
package struct RenewalFacts: Equatable, Sendable {
    package var validity: Validity
    /// Draws what belongs to this host and this certificate.
    package var random: StableRandom
    /// Whether the CA has called it back.
    package var isRevoked = false
    /// Whether the last certificate is no longer whole on disk; the facts are of one before, if any.
    package var isLost = false
    /// Whether there is an order that an earlier run has begun and not ended.
    package var isBegun = false
    package var advice: RenewalAdvice?
    /// Whether the CA can be asked for advice: one that issued what it does not name cannot.
    package var canAsk = true
    /// What went wrong at the usual CA, and at the one that takes its place: neither is of the other.
    package var failures: FailureRecord?
    package var substituteFailures: FailureRecord?
    /// When renewals were begun that the CA's window alone asked for, as far as it still matters.
    package var signals = SignalHistory()
    /// How the CA is.
    package var authority = AuthorityHealth()
    /// How the CA is that takes its place; `nil` where there is none.
    package var substitute: AuthorityHealth?

    package init(validity: Validity, random: StableRandom) {
        self.validity = validity
        self.random = random
    }
}

/// How a CA has been lately, for all certificates that come from it.
package struct AuthorityHealth: Equatable, Sendable {
    /// Failures to reach the CA, or of the CA itself, in a row; `nil` where the last answer was one.
    package var breaker: FailureRecord?
    /// Until when a limit of the whole account keeps everything from being ordered.
    package var limit: Date?

    package init(breaker: FailureRecord? = nil, limit: Date? = nil) {
        self.breaker = breaker
        self.limit = limit
    }

    /// Until when nothing is asked of it; `nil` where it may be asked now.
    package func blocked(at now: Date) -> Date? {
        let latest = [breaker?.believed(at: now).notBefore, believedLimit(at: now)]
            .compactMap(\.self).max()
        return latest.flatMap { $0 > now ? $0 : nil }
    }

    /// A limit lasts for a week at most: what is later by more than a clock's error was noted under a
    /// clock that was ahead, and would hold for as long as that was wrong.
    private func believedLimit(at now: Date) -> Date? {
        limit.flatMap { $0 > now.addingTimeInterval(8 * .day) ? nil : $0 }
    }

    /// Whether it may not be asked because it failed, and not because of a limit.
    func isDown(at now: Date) -> Bool {
        breaker.map { $0.believed(at: now).notBefore > now } ?? false
    }

    /// Since how long it has been down, in seconds.
    func outage(at now: Date) -> TimeInterval {
        breaker.map { now.timeIntervalSince($0.believed(at: now).since) } ?? 0
    }
}

/// The renewals that were begun for no other reason than the CA's window, of one lineage.
///
/// A CA that by mistake wants every new certificate renewed at once must not get one an hour.
package struct SignalHistory: Equatable, Sendable, Codable {
    /// What is longer ago no longer matters.
    private static let memory: TimeInterval = .day
    private static let mostAttempts = 2
    private static let mostSuccesses = 1

    /// When such renewals were tried.
    package private(set) var attempts: [Date]
    /// When such renewals brought a certificate.
    package private(set) var successes: [Date]

    package init(attempts: [Date] = [], successes: [Date] = []) {
        self.attempts = attempts
        self.successes = successes
    }

    /// Notes that one was tried at `now`.
    package mutating func note(success: Bool, at now: Date) {
        attempts = Self.recent(attempts, at: now) + [now]
        successes = Self.recent(successes, at: now) + (success ? [now] : [])
    }

    /// Until when there must be no other; `nil` where there may be one now.
    package func hold(at now: Date) -> Date? {
        let tried = Self.recent(attempts, at: now).sorted()
        let done = Self.recent(successes, at: now).sorted()
        var holds: [Date] = []
        if done.count >= Self.mostSuccesses { holds.append(done[done.count - Self.mostSuccesses]) }
        if tried.count >= Self.mostAttempts { holds.append(tried[tried.count - Self.mostAttempts]) }
        return holds.max().map { $0.addingTimeInterval(Self.memory) }
    }

    /// Those of the last day; what lies in the future was noted under a wrong clock.
    private static func recent(_ moments: [Date], at now: Date) -> [Date] {
        moments.filter { $0 <= now && now < $0.addingTimeInterval(memory) }
    }
}

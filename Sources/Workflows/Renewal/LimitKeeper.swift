package import ACME
package import CertificateStore
import Diagnostics
package import FoundationEssentials
import HTTP
import PKI
import Platform
package import Renewal
import Synchronization

/// Keeps count of what is used of the CAs' limits, and of how the CAs are, for one command.
///
/// The count is shared with other certctls through the store: it is read at the beginning, and what
/// has come since is added under a lock.
package final class LimitKeeper: Sendable {
    /// Something to be counted.
    private enum Change {
        case take(RateLimit, scope: String, at: Date)
        case breaker(authority: String, FailureRecord?)
        case hold(authority: String, until: Date?)

        /// When something was used, by the CA's clock.
        var taken: Date? {
            if case .take(_, _, let now) = self { now } else { nil }
        }
    }

    private struct State {
        var record: LimitRecord
        var changes: [Change] = []
        /// The certificates of the orders that are under way.
        var claims: [LineageName: [RateLimitUse]] = [:]
        /// Whether one was refused for the sake of others' claims.
        var isAnyCrowdedOut = false
        /// Whether what was held back need not be any more, sooner than was known.
        var hasRoomAgain = false

        func standing(of use: RateLimitUse, at now: Date) -> RateLimitLedger.Standing {
            let claimed = claims.values.count { $0.contains(use) }
            return record.ledger.standing(use.limit, of: use.key, at: now, claimed: claimed)
        }

        mutating func add(_ change: Change) {
            switch change {
            case .breaker(_, nil), .hold(_, nil): hasRoomAgain = true
            case .breaker, .hold, .take: break
            }
            LimitKeeper.apply(change, to: &record)
            changes.append(change)
        }
    }

    /// So much is kept in memory at most: what a crash forgets is little, and CAs count themselves.
    private static let mostUnsaved = 32
    /// No limit of a CA lasts longer; what it says beyond that is a mistake.
    private static let longestHold: TimeInterval = 7 * .day

    private let services: Services
    private let state: Mutex<State>

    /// Reads what has been used so far.
    package init(_ services: Services) throws {
        self.services = services
        state = Mutex(State(record: try services.store.limits()))
    }

    /// How a CA has been.
    package func health(of authority: CertificateAuthority) -> AuthorityHealth {
        state.withLock { $0.record.health(of: authority) }
    }

    /// Refuses an order at a CA that is down, or that allows the account nothing.
    ///
    /// Orders that are under way together learn from one another by this. Throws
    /// ``WorkflowError/authorityDown(authority:reason:until:)`` and
    /// ``WorkflowError/accountHeld(authority:until:)``.
    package func checkHealth(for order: LimitedOrder, at now: Date) throws {
        let health = health(of: order.authority)
        guard !order.isForced, let until = health.blocked(at: now) else { return }
        let authority = order.authority.folder
        guard let failure = health.breaker?.believed(at: now), failure.notBefore > now else {
            throw WorkflowError.accountHeld(authority: authority, until: until)
        }
        throw WorkflowError.authorityDown(
            authority: authority,
            reason: failure.reason,
            until: until
        )
    }

    /// Counts an order that the CA is to be asked for, and refuses one that the CA would refuse, if
    /// only because of what is under way.
    ///
    /// Throws ``WorkflowError/limitReached(_:)``.
    package func begin(_ name: LineageName, _ order: LimitedOrder, at now: Date) throws {
        let uses = RateLimitUse.all(of: order)
        let standings = try state.withLock { state in
            let standings = uses.map { ($0, state.standing(of: $0, at: now)) }
            let reached = standings.first { _, standing in standing.used >= standing.size }
            if let (use, standing) = reached, !order.isForced {
                let others = state.record.ledger.standing(use.limit, of: use.key, at: now)
                if others.used < others.size { state.isAnyCrowdedOut = true }
                throw WorkflowError.limitReached(
                    LimitReached(
                        authority: order.authority.folder,
                        subject: use.limit.subject.rawValue,
                        scope: use.shown,
                        size: standing.size,
                        next: standing.next
                    )
                )
            }
            state.claims[name] = uses.filter(\.isOfCertificate)
            for use in uses where use.limit.subject == .newOrders {
                state.add(.take(use.limit, scope: use.key, at: now))
            }
            return standings
        }
        saveIfMuch()
        for (use, standing) in standings
        where standing.used >= standing.size - 2 && use.limit.size < 100 {
            services.log.notice(
                "a limit of the CA is nearly reached",
                [
                    "attempt": "\(standing.used + 1) of \(standing.size)",
                    "limit": use.limit.subject.rawValue, "for": use.shown,
                    "next": standing.refilled.formatted(.iso8601),
                ]
            )
        }
    }

    /// An order has ended, or was not begun.
    package func end(_ name: LineageName) {
        state.withLock { state in
            state.claims[name] = nil
            if state.isAnyCrowdedOut, state.claims.isEmpty {
                (state.isAnyCrowdedOut, state.hasRoomAgain) = (false, true)
            }
        }
    }

    /// Whether what is held back, here or since earlier runs, is worth another look: a CA works again, or an
    /// account may order, before it was to be expected.
    ///
    /// Says so once, until it happens again.
    package func takeRoom() -> Bool {
        state.withLock { state in
            defer { state.hasRoomAgain = false }
            return state.hasRoomAgain
        }
    }

    /// Counts a certificate that the CA has issued; it is well, and what it refused was not the account.
    package func noteIssued(_ order: LimitedOrder, at now: Date) {
        for use in RateLimitUse.all(of: order) where use.isOfCertificate {
            add(.take(use.limit, scope: use.key, at: now))
        }
        noteAnswer(order.authority)
        guard health(of: order.authority).limit != nil else { return }
        add(.hold(authority: order.authority.directory.description, until: nil))
    }

    /// Counts what came of an order that a person has asked for.
    package func note(
        _ result: Result<IssueOutcome, any Error>,
        of order: LimitedOrder,
        at now: Date
    ) {
        switch result {
        case .success: noteIssued(order, at: now)
        case .failure(ACMEError.challengesFailed(let failures)):
            noteFailedValidations(of: failures.map(\.host), order.authority, at: now)
        case .failure: return
        }
    }

    /// Counts names that the CA could not validate.
    package func noteFailedValidations(
        of names: [String],
        _ authority: CertificateAuthority,
        at now: Date
    ) {
        guard let limits = authority.rateLimits else { return }
        for name in names {
            let scope = "\(authority.folder) \(name)"
            add(.take(limits.failedValidations, scope: scope, at: now))
        }
    }

    /// The CA works.
    package func noteAnswer(_ authority: CertificateAuthority) {
        guard health(of: authority).breaker != nil else { return }
        add(.breaker(authority: authority.directory.description, nil))
    }

    /// The CA does not work or cannot be reached: that counts for all of its certificates at once.
    ///
    /// `failureClass` is one that ``FailureClass/isOutage`` tells of. `remaining` is what is left of the
    /// certificate of that CA that is nearest to its end, in seconds.
    package func noteOutage(
        _ authority: CertificateAuthority,
        _ failureClass: FailureClass,
        reason: String,
        until: Date?,
        remaining: @autoclosure () -> TimeInterval?,
        at now: Date,
        _ random: StableRandom
    ) {
        let earlier = health(of: authority).breaker?.believed(at: now)
        // Those that were under way together fail together: that is one outage and not twenty.
        if let earlier, earlier.notBefore > now { return }
        let record = FailureRecord(
            after: earlier,
            failureClass,
            reason: reason,
            at: now,
            // A network that is down holds nobody back, whatever is left.
            remaining: failureClass == .authority ? remaining() : nil,
            until: until,
            random
        )
        add(.breaker(authority: authority.directory.description, record))
    }

    /// The CA has said until when the account may order nothing; a minute is waited whatever it has said.
    package func noteHold(_ authority: CertificateAuthority, until: Date, at now: Date) {
        let soonest = now.addingTimeInterval(FailureBackoff.shortest)
        let until = min(max(until, soonest), now.addingTimeInterval(Self.longestHold))
        add(.hold(authority: authority.directory.description, until: until))
    }

    /// Writes down what has been counted, however many others do the same.
    ///
    /// Throws ``StoreError/busy(_:)`` where one of them does not come to an end.
    package func save() async throws {
        guard state.withLock({ !$0.changes.isEmpty }) else { return }
        let lock = try await services.lock("the limits") { try services.store.lockLimits() }
        defer { withExtendedLifetime(lock) {} }
        try write()
    }

    private func write() throws {
        try state.withLock { state in
            guard !state.changes.isEmpty else { return }
            var record = try services.store.limits()
            for change in state.changes { Self.apply(change, to: &record) }
            // By the CA's time as well: under a clock that is ahead every bucket would seem to be full.
            if let earliest = state.changes.compactMap(\.taken).min() {
                record.ledger.forgetFull(at: min(earliest, services.clock.now))
            }
            try services.store.save(record)
            state.record = record
            state.changes = []
        }
    }

    private func add(_ change: Change) {
        state.withLock { $0.add(change) }
        saveIfMuch()
    }

    /// Saves now: what is not written down because another has the file is so the next time.
    private func saveIfMuch() {
        guard state.withLock({ $0.changes.count >= Self.mostUnsaved }) else { return }
        do {
            guard let lock = try services.store.lockLimits() else { return }
            defer { withExtendedLifetime(lock) {} }
            try write()
        } catch {
            warn(error)
        }
    }

    /// Writes down what has been counted; that it cannot be is told and otherwise borne.
    package func saveQuietly() async {
        do {
            try await save()
        } catch {
            warn(error)
        }
    }

    private func warn(_ error: any Error) {
        services.log.warning(
            "what is used of limits cannot be saved",
            ["reason": Services.reason(of: error)]
        )
    }

    private static func apply(_ change: Change, to record: inout LimitRecord) {
        switch change {
        case .take(let limit, let scope, let now): record.ledger.take(limit, of: scope, at: now)
        case .breaker(let authority, let breaker): record.breakers[authority] = breaker
        case .hold(let authority, let until): record.holds[authority] = until
        }
    }
}

import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal

/// What came of each lineage, kept for the next run.
extension RenewalRound {
    /// What came of an order, and when to look at its lineage again.
    struct Ending: Sendable {
        let outcome: RenewOutcome
        let look: Date
        /// Whether it is due all the same.
        var isDue = true
    }

    /// Judges what an order has ended with, and keeps what the next run must not forget of it.
    static func ending(
        of result: Result<IssueOutcome, any Error>,
        _ due: Due,
        _ order: LimitedOrder,
        _ limits: LimitKeeper,
        _ services: Services,
        skew: TimeInterval,
        at now: Date
    ) -> Ending {
        switch result {
        case .success(let outcome):
            return ending(of: outcome, due, services, at: now)
        case .failure(WorkflowError.authorityDown(let authority, let reason, let until)):
            let until = min(until, substituteMoment(due.look, limits, at: now) ?? until)
            return held(until, .outage, "\(authority) is down: \(reason)")
        case .failure(WorkflowError.accountHeld(let authority, let until)):
            let reason = "\(authority) has refused another order for a limit of the account"
            return held(until, .rateLimit, reason)
        case .failure(WorkflowError.limitReached(let limit)):
            let reason = Services.reason(of: WorkflowError.limitReached(limit))
            return held(limit.next, .rateLimit, reason)
        case .failure(let error):
            let ending = failed(error, due, order, limits, services, skew: skew, at: now)
            // Kept all the same: whoever has the lock may be one that hangs.
            guard case StoreError.busy = error else { return ending }
            return Ending(outcome: .busy, look: now)
        }
    }

    private static func held(_ until: Date, _ hold: RenewalHold, _ reason: String) -> Ending {
        Ending(outcome: .held(until: until, hold, reason: reason), look: until)
    }

    /// When another CA can be asked for it, by what is known of its own now.
    private static func substituteMoment(
        _ look: RenewalLook,
        _ limits: LimitKeeper,
        at now: Date
    ) -> Date? {
        var facts = look.facts
        facts.authority = limits.health(of: look.authority)
        return RenewalPolicy.substituteMoment(facts, at: now).map { max($0, now) }
    }

    private static func ending(
        of outcome: IssueOutcome,
        _ due: Due,
        _ services: Services,
        at now: Date
    ) -> Ending {
        guard case .issued(let certificate) = outcome.change else {
            // Another certctl, or an earlier run that a crash has ended, was quicker.
            return Ending(outcome: .kept(due: due.look.due), look: now)
        }
        var state = due.look.state
        state.generation = certificate.number
        state.failures = [:]
        state.lastOutage = nil
        note(due, success: true, in: &state, at: now)
        save(state, of: due.look, services)
        return Ending(outcome: .renewed(certificate, due.cause), look: now)
    }

    private static func failed(
        _ reported: any Error,
        _ due: Due,
        _ order: LimitedOrder,
        _ limits: LimitKeeper,
        _ services: Services,
        skew: TimeInterval,
        at now: Date
    ) -> Ending {
        let look = due.look
        let error = due.source == .substitute ? ofSubstitute(reported, order.authority) : reported
        let verdict = FailureVerdict(error, skew: skew)
        var state = look.state
        let failure = FailureRecord(
            after: state[order.authority]?.believed(at: now),
            verdict.failureClass,
            reason: Services.reason(of: error),
            at: now,
            remaining: look.current?.manifest.validity.remaining(at: now),
            until: verdict.until,
            look.facts.random
        )
        // An outage is the CA's, and kept there; unless others have better luck with it.
        let isOutage = verdict.failureClass == .authority
        if !isOutage { state[order.authority] = failure }
        state.lastOutage = isOutage ? now : nil
        // What the CA never heard of is none of the renewals that it may have asked for by mistake.
        if verdict.failureClass.isOfOrder { note(due, success: false, in: &state, at: now) }
        save(state, of: look, services)
        var next =
            isOutage
            ? limits.health(of: order.authority).blocked(at: now) ?? now : failure.notBefore
        var isDue = true
        // What was not due can wait: one try that failed, as by a person, is not repeated before.
        if due.cause == .demand, !isBegun(look.name, services, at: now),
            case .keep(let until) = RenewalPolicy.decide(look.facts, at: now)
        {
            next = until
            isDue = false
        }
        if due.source == .substitute {
            // The usual CA may be there again sooner.
            next = min(next, limits.health(of: look.authority).blocked(at: now) ?? now)
        } else if isDue {
            next = min(next, substituteMoment(look, limits, at: now) ?? next)
        }
        return Ending(outcome: .failed(error), look: next, isDue: isDue)
    }

    /// The error of a CA that was to stand in for another, which a person may not think of.
    private static func ofSubstitute(
        _ error: any Error,
        _ authority: CertificateAuthority
    ) -> any Error {
        guard case ACMEError.termsNotAgreed = error else { return error }
        return WorkflowError.fallbackUnready(
            authority: authority.folder,
            command: FallbackAccount.command(authority)
        )
    }

    /// Whether an order is left that the next run can go on with, or it cannot be told.
    private static func isBegun(
        _ name: LineageName,
        _ services: Services,
        at now: Date
    ) -> Bool {
        (try? services.store.lineage(name).isBegun(at: now)) ?? true
    }

    /// Notes a renewal that nothing but the CA's window has asked for.
    private static func note(
        _ due: Due,
        success: Bool,
        in state: inout RenewalState,
        at now: Date
    ) {
        guard due.cause.isOfWindowAlone, now < due.look.facts.validity.fallback else { return }
        state.signals.note(success: success, at: now)
    }

    private static func save(_ state: RenewalState, of look: RenewalLook, _ services: Services) {
        do {
            try services.store.save(state, of: look.name)
        } catch {
            // A disk that is full must not keep the others from being renewed.
            services.log.warning(
                "what came of a renewal cannot be kept",
                ["lineage": "\(look.name)", "reason": Services.reason(of: error)]
            )
        }
    }

    /// Notes what keeps anything from being renewed, as a disk that is full, for each lineage that is due: so
    /// that it is told for how long, as far as the disk takes that.
    func note(_ error: any Error, ofDueAmong looks: [RenewalLook], at now: Date) {
        let due = looks.map(completed).filter { look in
            switch renewal.decide(look.facts, now) {
            case .renew: true
            case .ask: look.due <= now
            case .keep, .hold: false
            }
        }
        for look in due {
            var state = look.state
            state[look.authority] = FailureRecord(
                after: state[look.authority]?.believed(at: now),
                FailureVerdict(error).failureClass,
                reason: Services.reason(of: error),
                at: now,
                remaining: look.current?.manifest.validity.remaining(at: now),
                look.facts.random
            )
            Self.save(state, of: look, services)
        }
        guard let first = due.first else { return }
        services.noteFailure(due.count == 1 ? first.name : nil, error)
    }

    /// Notes what came of a lineage, and when it is looked at again.
    ///
    /// `isDue` tells of one that has failed whether it was to be renewed.
    mutating func settle(
        _ name: LineageName,
        _ outcome: RenewOutcome,
        look: Date,
        isDue: Bool = true
    ) {
        outcomes[name] = outcome
        schedule.looks[name] = look
        switch outcome {
        case .failed where isDue, .held: schedule.held.insert(name)
        case .renewed, .kept, .failed, .busy, .waiting: schedule.held.remove(name)
        }
    }
}

import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal

/// What came of each lineage, kept for the next run.
extension RenewalRound {
    mutating func finish(
        _ due: Due,
        _ order: RenewalOrder,
        _ result: Result<IssueOutcome, any Error>,
        at now: Date
    ) {
        let look = due.look
        switch result {
        case .success(let outcome):
            finish(look, due.cause, outcome, at: now)
        case .failure(WorkflowError.authorityDown(let authority, let reason, let until)):
            settle(
                look.name,
                .held(until: until, .outage, reason: "\(authority) is down: \(reason)"),
                look: until
            )
        case .failure(WorkflowError.accountHeld(let authority, let until)):
            let reason = "\(authority) has refused another order for a limit of the account"
            settle(look.name, .held(until: until, .rateLimit, reason: reason), look: until)
        case .failure(WorkflowError.limitReached(let limit)):
            let reason = Services.reason(of: WorkflowError.limitReached(limit))
            settle(
                look.name,
                .held(until: limit.next, .rateLimit, reason: reason),
                look: limit.next
            )
        case .failure(StoreError.busy):
            settle(look.name, .busy, look: now)
        case .failure(let error):
            fail(due, order, error, at: now)
        }
    }

    private mutating func finish(
        _ look: RenewalLook,
        _ cause: RenewalCause,
        _ outcome: IssueOutcome,
        at now: Date
    ) {
        guard case .issued(let certificate) = outcome.change else {
            // Another certctl, or an earlier run that a crash has ended, was quicker.
            settle(look.name, .kept(due: look.due), look: now)
            return
        }
        var state = look.state
        state.generation = certificate.number
        state.failures = nil
        note(cause, success: true, look, in: &state, at: now)
        save(state, of: look)
        settle(look.name, .renewed(certificate, cause), look: now)
    }

    private mutating func fail(
        _ due: Due,
        _ order: RenewalOrder,
        _ error: any Error,
        at now: Date
    ) {
        let look = due.look
        let verdict = FailureVerdict(error, skew: skews[look.authority] ?? 0)
        var state = look.state
        let failure = FailureRecord(
            after: state.failures?.believed(at: now),
            verdict.failureClass,
            reason: Services.reason(of: error),
            at: now,
            remaining: look.current?.manifest.validity.remaining(at: now),
            until: verdict.until,
            look.facts.random
        )
        // An outage is the CA's, and kept there.
        if verdict.failureClass != .authority { state.failures = failure }
        note(due.cause, success: false, look, in: &state, at: now)
        save(state, of: look)
        let next =
            verdict.failureClass == .authority
            ? limits.health(of: order.authority).blocked(at: now) ?? now : failure.notBefore
        settle(look.name, .failed(error), look: next)
    }

    /// Notes a renewal that nothing but the CA's window has asked for.
    private func note(
        _ cause: RenewalCause,
        success: Bool,
        _ look: RenewalLook,
        in state: inout RenewalState,
        at now: Date
    ) {
        guard cause.isOfWindowAlone, now < look.facts.validity.fallback else { return }
        state.signals.note(success: success, at: now)
    }

    private func save(_ state: RenewalState, of look: RenewalLook) {
        do {
            try store.save(state, of: look.name)
        } catch {
            // A disk that is full must not keep the others from being renewed.
            services.log.warning(
                "what came of a renewal cannot be kept",
                ["lineage": "\(look.name)", "reason": Services.reason(of: error)]
            )
        }
    }

    mutating func settle(_ name: LineageName, _ outcome: RenewOutcome, look: Date) {
        outcomes[name] = outcome
        schedule.looks[name] = look
    }
}

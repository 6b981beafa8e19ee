package import FoundationEssentials

/// Decides when a certificate is renewed: a function of facts and of the time.
///
/// Sources: RFC 9773 §4.2; Let's Encrypt's integration guide.
package enum RenewalPolicy {
    /// How long the usual CA has to be down before another one is asked.
    private static let patience: TimeInterval = 12 * .hour

    /// When a certificate is due, by what is known now, and why.
    package static func due(_ facts: RenewalFacts) -> (moment: Date, cause: RenewalCause) {
        let validity = facts.validity
        guard !facts.isRevoked else { return (.distantPast, .revoked) }
        guard !facts.isBegun else { return (.distantPast, .begun) }
        guard !facts.isLost else { return (.distantPast, .lost) }
        let usual: (moment: Date, cause: RenewalCause) =
            if let window = facts.advice?.window, window.isCredible(for: validity) {
                (window.moment(for: validity, facts.random), window.isSignal ? .signal : .window)
            } else {
                (validity.fallback(facts.random), .lifetime)
            }
        return validity.emergency < usual.moment ? (validity.emergency, .emergency) : usual
    }

    /// Decides at `now`.
    package static func decide(_ facts: RenewalFacts, at now: Date) -> RenewalDecision {
        let question = nextQuestion(facts, at: now)
        let due = due(facts)
        // Where another CA is to be asked, no question of this one is waited for.
        let isLeft = now >= due.moment && source(facts, at: now) == .substitute
        if let question, question <= now, !isLeft { return .ask }
        guard now >= due.moment else {
            return .keep(until: min(due.moment, question ?? due.moment))
        }
        return obstacle(facts, due.cause, at: now)
            ?? .renew(due.cause, from: source(facts, at: now))
    }

    /// When the CA is asked for advice next; `nil` where it is not asked any more.
    private static func nextQuestion(_ facts: RenewalFacts, at now: Date) -> Date? {
        // One that has expired is beyond advice: RFC 9773 §4.3 has clients ask no more.
        guard facts.canAsk, !facts.isRevoked, now < facts.validity.notAfter else { return nil }
        let blocked = facts.authority.blocked(at: now) ?? now
        guard let advice = facts.advice, !advice.isOutdated(at: now) else { return blocked }
        return max(advice.next, blocked)
    }

    /// What keeps a certificate that is due from being renewed.
    private static func obstacle(
        _ facts: RenewalFacts,
        _ cause: RenewalCause,
        at now: Date
    ) -> RenewalDecision? {
        // The failures, limits and outages of one CA are no matter of another.
        if source(facts, at: now) == .substitute { return nil }
        let obstacle = usualObstacle(facts, cause, at: now)
        // The other one may be there again sooner.
        guard case .hold(let until, let hold) = obstacle,
            let moment = substituteMoment(facts, at: now)
        else { return obstacle }
        return .hold(until: min(until, moment), hold)
    }

    /// The same where nobody but the usual CA can be asked.
    private static func usualObstacle(
        _ facts: RenewalFacts,
        _ cause: RenewalCause,
        at now: Date
    ) -> RenewalDecision? {
        if let failure = facts.failures?.believed(at: now), failure.notBefore > now {
            let isLimited = failure.failureClass == .rateLimited
            return .hold(until: failure.notBefore, isLimited ? .rateLimit : .backoff)
        }
        if let moment = facts.authority.blocked(at: now) {
            return .hold(until: moment, facts.authority.isDown(at: now) ? .outage : .rateLimit)
        }
        let isOwnChoice =
            cause.isOfWindowAlone && now < facts.validity.fallback
        if isOwnChoice, let moment = facts.signals.hold(at: now) {
            return .hold(until: min(moment, facts.validity.fallback), .signals)
        }
        return nil
    }

    /// The other CA where it is wanted and can be asked.
    private static func source(_ facts: RenewalFacts, at now: Date) -> RenewalSource {
        let isAsked = isSubstituteWanted(facts, at: now) && substituteHold(facts, at: now) == nil
        return isAsked ? .substitute : .usual
    }

    /// Whether the usual CA has been down for long and little is left.
    private static func isSubstituteWanted(_ facts: RenewalFacts, at now: Date) -> Bool {
        facts.substitute != nil && facts.validity.remaining(at: now) <= facts.validity.lifetime / 4
            && facts.authority.outage(at: now) >= patience
    }

    /// When the other CA can be asked if the usual one is down until then; `nil` where there is none, where it
    /// can be asked now, and where the usual one is not down.
    package static func substituteMoment(_ facts: RenewalFacts, at now: Date) -> Date? {
        if isSubstituteWanted(facts, at: now) { return substituteHold(facts, at: now) }
        guard facts.substitute != nil, facts.authority.isDown(at: now),
            let breaker = facts.authority.breaker?.believed(at: now)
        else { return nil }
        let late = facts.validity.notAfter.addingTimeInterval(-facts.validity.lifetime / 4)
        let wanted = max(breaker.since.addingTimeInterval(patience), late)
        return max(wanted, substituteHold(facts, at: now) ?? wanted)
    }

    /// Until when the other CA must not be asked; `nil` where it may be.
    private static func substituteHold(_ facts: RenewalFacts, at now: Date) -> Date? {
        let failure = facts.substituteFailures?.believed(at: now).notBefore
        return [facts.substitute?.blocked(at: now), failure].compactMap(\.self)
            .filter { $0 > now }.max()
    }
}

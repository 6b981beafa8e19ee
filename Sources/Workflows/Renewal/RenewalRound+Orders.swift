import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal
import Settings
import Synchronization

/// Ordering what is due.
extension RenewalRound {
    typealias Due = (look: RenewalLook, cause: RenewalCause, source: RenewalSource)

    mutating func order(
        _ looks: [RenewalLook],
        _ authority: CertificateAuthority,
        _ reach: Reach
    ) async {
        var due: [Due] = []
        for look in looks {
            if let one = dueOrSettled(look, reach, at: now(of: authority)) { due.append(one) }
        }
        tellOfSilence(looks, reach)
        if due.isEmpty, case .there = reach {
            // Nothing more was to be asked, and it has answered.
            limits.noteAnswer(authority)
        }
        var rest = Self.sequence(of: due, at: now(of: authority))[...]
        while !rest.isEmpty {
            await order(Array(rest.prefix(Self.batch)), authority)
            rest = rest.dropFirst(Self.batch)
        }
    }

    /// In which order they are tried: the most urgent first.
    ///
    /// Of those whose last order ended as if the CA were down only one in so many as are under way at a time, the
    /// one first that was tried longest ago: what the CA fails for alone would else come first for ever, and
    /// each time count as an outage before any other is tried.
    private static func sequence(of due: [Due], at now: Date) -> [Due] {
        var usual = due.filter { $0.look.state.lastOutage == nil }.sorted {
            ($0.look.urgency(at: now), $1.look.name) > ($1.look.urgency(at: now), $0.look.name)
        }[...]
        var unlucky = due.filter { $0.look.state.lastOutage != nil }.sorted {
            let (one, other) = ($0.look, $1.look)
            return (one.state.lastOutage ?? now, one.name) < (
                other.state.lastOutage ?? now, other.name
            )
        }[...]
        var sequence: [Due] = []
        while let next = unlucky.popFirst() {
            sequence += usual.prefix(lanes - 1)
            usual = usual.dropFirst(lanes - 1)
            sequence.append(next)
        }
        return sequence + usual
    }

    /// Settles what is not to be ordered; returns what is.
    private mutating func dueOrSettled(_ look: RenewalLook, _ reach: Reach, at now: Date) -> Due? {
        let decision = renewal.decide(look.facts, now)
        if case .failed(let error) = reach {
            settle(look, decision, unreachable: error, at: now)
        }
        switch decision {
        case .renew(let cause, .substitute): return (look, cause, .substitute)
        case _ where outcomes[look.name] != nil: return nil
        case .renew(let cause, let source): return (look, cause, source)
        case _ where renewal.request.isForced:
            let due = RenewalPolicy.due(look.facts)
            return (look, due.moment <= now ? due.cause : .demand, .usual)
        case .keep(let until):
            settle(look.name, .kept(due: look.due), look: until)
        case .ask:
            // It was asked and has not answered in time for this run.
            settle(look.name, .kept(due: look.due), look: look.facts.advice?.next ?? now)
        case .hold(let until, let hold):
            if hold == .signals { services.note(.held, look.name, look.reason(of: hold)) }
            settle(
                look.name,
                .held(until: until, hold, reason: look.reason(of: hold)),
                look: until
            )
        }
        return nil
    }

    /// Settles a lineage whose CA has just been asked in vain: it has failed where it is due.
    private mutating func settle(
        _ look: RenewalLook,
        _ decision: RenewalDecision,
        unreachable error: any Error,
        at now: Date
    ) {
        let isWanted =
            switch decision {
            case .renew(_, .substitute): false
            case .renew, .hold(_, .outage): true
            case .ask: look.due <= now || renewal.request.isForced
            case .keep, .hold: renewal.request.isForced
            }
        let next: Date =
            if case .hold(let until, _) = decision { until } else {
                look.facts.authority.blocked(at: now) ?? now
            }
        if isWanted {
            settle(look.name, .failed(error), look: next, isDue: look.due <= now)
        } else if decision == .ask {
            settle(look.name, .kept(due: look.due), look: next)
        }
    }

    /// Notes a CA that was asked in vain: once, however many lineages wait for it.
    private func tellOfSilence(_ looks: [RenewalLook], _ reach: Reach) {
        guard case .failed(let error) = reach else { return }
        let failed = looks.filter { look in
            if case .failed? = outcomes[look.name] { true } else { false }
        }
        guard let first = failed.first else { return }
        // What is about one alone is told with its name.
        services.noteFailure(failed.count == 1 ? first.name : nil, error)
    }

    /// Orders what is due at a CA.
    private mutating func order(_ due: [Due], _ authority: CertificateAuthority) async {
        let subjects = Dictionary(uniqueKeysWithValues: due.map { ($0.look.name, $0) })
        let orders = due.map { order(for: $0.look, $0.source) }
        let limited = Dictionary(uniqueKeysWithValues: orders.map { ($0.lineage, $0.limited) })
        let endings = Mutex<[LineageName: Ending]>([:])
        let admitted = Mutex<[LineageName]>([])
        let (limits, services, looks) = (limits, services, self.looks)
        let skew = skews[authority] ?? 0
        let now: @Sendable () -> Date = { services.clock.now.addingTimeInterval(skew) }
        let conduct = OrderConduct(
            lanes: Self.lanes,
            admit: { name in
                guard let order = limited[name], let subject = subjects[name] else { return }
                try limits.checkHealth(for: order, at: now())
                try limits.begin(name, order, at: now())
                // Whatever comes of it, and whenever a crash ends it: the next run looks at it.
                try services.store.lookSoon(at: name)
                admitted.withLock { $0.append(name) }
                services.log.notice(
                    "renewing",
                    ["lineage": "\(name)", "because": subject.cause.explanation]
                )
                if subject.source == .substitute {
                    services.log.warning(
                        "the fallback stands in for a CA that is down",
                        [
                            "lineage": "\(name)", "CA": subject.look.authority.folder,
                            "fallback": order.authority.folder,
                        ]
                    )
                }
            },
            settled: { name, result in
                guard let order = limited[name], let subject = subjects[name] else { return }
                defer { limits.end(name) }
                RenewalRound.count(
                    result,
                    order,
                    of: authority,
                    limits,
                    looks,
                    skew: skew,
                    at: now(),
                    subject.look.facts.random
                )
                // Each by itself: a crash is to forget no failure of those that have ended.
                let ending = RenewalRound.ending(
                    of: result,
                    subject,
                    order,
                    limits,
                    services,
                    skew: skew,
                    at: now()
                )
                endings.withLock { $0[name] = ending }
            }
        )
        do {
            try await source.renew(orders, skew: skew, conduct)
        } catch {
            for order in orders where endings.withLock({ $0[order.lineage] }) == nil {
                await conduct.settled(order.lineage, .failure(error))
            }
        }
        for name in admitted.withLock({ $0 }) { marks[name, default: 0] += 1 }
        for (name, ending) in endings.withLock({ $0 }) {
            settle(name, ending.outcome, look: ending.look, isDue: ending.isDue)
        }
    }

    private func order(for look: RenewalLook, _ source: RenewalSource) -> RenewalOrder {
        let fallback = source == .substitute ? renewal.general.fallback?.authority : nil
        let authority = fallback ?? look.authority
        let tells = look.facts.advice?.window != nil && look.issuer == authority
        // A CA counts as a renewal what it has issued itself before.
        let isKnown = look.current != nil && look.issuer == authority
        let kind: LimitedOrder.Kind = !isKnown ? .new : tells ? .replacement : .renewal
        var limited = LimitedOrder(kind, look.names, from: authority)
        limited.isForced = renewal.request.isForced
        return RenewalOrder(
            lineage: look.name,
            names: look.names,
            authority: authority,
            isSubstitute: fallback != nil,
            outdated: look.outdated,
            limited: limited
        )
    }

    /// Counts what came of an order for the CA as a whole, so that those that wait know of it.
    ///
    /// `authority` is the CA that it is for, also where another one stands in.
    private static func count(
        _ result: Result<IssueOutcome, any Error>,
        _ order: LimitedOrder,
        of authority: CertificateAuthority,
        _ limits: LimitKeeper,
        _ looks: RenewalLooks,
        skew: TimeInterval,
        at now: Date,
        _ random: StableRandom
    ) {
        let error: any Error
        switch result {
        case .success(let outcome):
            if case .issued = outcome.change { limits.noteIssued(order, at: now) }
            return
        case .failure(let failure):
            if (failure as? WorkflowError)?.isHold ?? false { return }
            error = failure
        }
        let verdict = FailureVerdict(error, skew: skew)
        if verdict.isOfAnswer { limits.noteAnswer(order.authority) }
        switch verdict.failureClass {
        case .authority, .network:
            limits.noteOutage(
                order.authority,
                verdict.failureClass,
                reason: Services.reason(of: error),
                until: verdict.until,
                remaining: looks.leastRemaining(of: [order.authority, authority], at: now),
                at: now,
                random
            )
        case .rateLimited:
            guard !verdict.isOf(order, at: now) else { return }
            // What is not of all certificates after all must not hold them for as long as it lasts: others try
            // before that, a few at a time.
            let longest = now.addingTimeInterval(FailureVerdict.longestAccountLimit)
            // One that names no moment takes back none that was named.
            let unnamed = now.addingTimeInterval(.hour / 2)
            let until =
                verdict.until
                ?? limits.health(of: order.authority).limit.map { max($0, unnamed) } ?? unnamed
            limits.noteHold(order.authority, until: min(until, longest), at: now)
        case .temporary:
            guard case ACMEError.challengesFailed(let failures) = error else { return }
            limits.noteFailedValidations(of: failures.map(\.host), order.authority, at: now)
        case .configuration, .local: return
        }
    }
}

extension RenewalLook {
    /// Why it is held back, in words.
    fileprivate func reason(of hold: RenewalHold) -> String {
        switch hold {
        case .backoff: facts.failures?.reason ?? "it has failed a short while ago"
        case .outage: facts.authority.breaker?.reason ?? "the CA cannot be reached"
        case .rateLimit: reasonOfLimit ?? "a limit of the CA for this account"
        case .signals: reasonOfFailure ?? "the CA asks for more renewals than it can mean"
        }
    }

    /// Why it may order nothing itself, and not the account as a whole.
    private var reasonOfLimit: String? {
        facts.failures.flatMap { $0.failureClass == .rateLimited ? $0.reason : nil }
    }

    /// What the last renewal failed with that only the CA's window has asked for; `nil` where it did not.
    private var reasonOfFailure: String? {
        guard let failure = facts.failures,
            failure.last > facts.signals.successes.max() ?? .distantPast
        else { return nil }
        return failure.reason
    }
}

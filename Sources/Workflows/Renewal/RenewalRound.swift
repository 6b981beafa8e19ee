import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import Settings
import Synchronization

/// One `renew` that has something to look at.
struct RenewalRound {
    /// How many lineages are locked and ordered together; each holds a file open.
    private static let batch = 40
    /// How many orders are under way with a CA at a time.
    private static let lanes = 4
    /// How many questions are.
    private static let questionLanes = 8

    private let renewal: RenewCertificates
    private let clock: RenewalClock
    private let limits: LimitKeeper
    private let looks: RenewalLooks
    private var schedule: Schedule
    private var advice: AdviceBook
    private var adviceHasChanged = false
    /// How far the CAs' clocks are ahead, in seconds, by directory.
    private var skews: [CertificateAuthority: TimeInterval] = [:]
    private var outcomes: [LineageName: RenewOutcome] = [:]

    private var services: Services { renewal.services }
    private var store: CertificateStore { services.store }

    init(_ renewal: RenewCertificates, _ clock: RenewalClock) throws {
        self.renewal = renewal
        self.clock = clock
        limits = try LimitKeeper(renewal.services)
        looks = try RenewalLooks(renewal.services, renewal.general)
        advice = try renewal.store.advice()
        let now = renewal.services.clock.now
        schedule = Schedule(looks: [:], listed: .distantPast, written: now)
        if let known = try renewal.store.scheduleFile()?.schedule(), known.written <= now {
            schedule = known
        }
    }

    /// Looks at what is due to be looked at, CA by CA.
    mutating func run() async throws {
        let now = services.clock.now
        var groups: [CertificateAuthority: [RenewalLook]] = [:]
        for name in try names(at: now) {
            do {
                if let look = try looks.look(name, at: now) {
                    groups[look.authority, default: []].append(look)
                } else if try store.isThere(name) {
                    settle(name, .waiting, look: now + RenewCertificates.horizon)
                } else {
                    schedule.looks[name] = nil
                }
            } catch {
                // Its files cannot be read; the next run tries again.
                settle(name, .failed(error), look: now)
            }
        }
        for (authority, group) in groups.sorted(by: { $0.key.folder < $1.key.folder }) {
            await renew(group, of: authority)
        }
    }

    /// What came of it.
    var report: RenewReport {
        var report = RenewReport()
        report.count = schedule.looks.count
        report.endings = outcomes.sorted { $0.key < $1.key }.map {
            RenewReport.Ending(name: $0.key, outcome: $0.value)
        }
        let now = services.clock.now
        report.next = schedule.looks.filter { $0.value > now }
            .min { ($0.value, $0.key) < ($1.value, $1.key) }.map { ($0.key, $0.value) }
        return report
    }

    /// Writes down what the next run goes by.
    func save() throws {
        try limits.save()
        if adviceHasChanged { try store.replace(advice) }
        let now = services.clock.now
        var schedule = Schedule(looks: schedule.looks, listed: schedule.listed, written: now)
        let horizon = now + RenewCertificates.horizon
        for (name, look) in schedule.looks where look > horizon { schedule.looks[name] = horizon }
        // What another certctl has begun meanwhile, as this run went on.
        for (name, look) in try store.scheduleFile()?.schedule()?.looks ?? [:]
        where outcomes[name] == nil && look <= Date(timeIntervalSince1970: 0) {
            schedule.looks[name] = try store.isThere(name) ? look : nil
        }
        try store.replace(schedule)
        try clock.save(believing: skews.values.min { abs($0) < abs($1) })
    }

    /// The lineages to look at.
    private mutating func names(at now: Date) throws -> [LineageName] {
        guard renewal.request.names.isEmpty else {
            return try renewal.request.names.map { try store.existingLineage($0).name }
        }
        let looksAtAll = renewal.request.isForced || !clock.isBelieved || schedule.looks.isEmpty
        let isListingDue =
            looksAtAll || schedule.listed > now
            || now >= schedule.listed + RenewCertificates.listing
        if isListingDue {
            let names = try store.lineageNames()
            let known = Set(names)
            schedule = Schedule(
                looks: schedule.looks.filter { known.contains($0.key) },
                listed: now,
                written: now
            )
            advice.keep { known.contains($0) }
            for name in names where schedule.looks[name] == nil || looksAtAll {
                schedule.looks[name] = .distantPast
            }
        }
        return schedule.looks.filter { $0.value <= now }.keys.sorted()
    }

    // MARK: One CA

    private mutating func renew(_ group: [RenewalLook], of authority: CertificateAuthority) async {
        var looks = group.map { completed($0) }
        let now = services.clock.now
        // A clock that is in doubt is put right by the CA before anything is decided by it.
        let isAsked =
            !clock.isBelieved
            || looks.contains { $0.isForTheCA(at: now, isForced: renewal.request.isForced) }
        let reach: Reach = isAsked ? await self.reach(looks[0]) : .leftAlone
        // What that has taught of the CA and of the time counts for all.
        looks = looks.map { completed($0) }
        if case .there = reach { looks = await advised(looks, authority) }
        await order(looks, authority, reach)
    }

    /// The look with what is known of its CAs, and of the time, now.
    private func completed(_ look: RenewalLook) -> RenewalLook {
        var look = look
        look.facts.isBegun = look.isBegun(at: now(of: look.authority))
        look.facts.authority = limits.health(of: look.authority)
        if let fallback = renewal.general.fallback, fallback.authority != look.authority {
            look.facts.substitute = limits.health(of: fallback.authority)
        }
        return look
    }

    /// The time as that CA has it.
    private func now(of authority: CertificateAuthority) -> Date {
        services.clock.now.addingTimeInterval(skews[authority] ?? 0)
    }

    /// What came of speaking to a CA.
    private enum Reach {
        case there
        /// There was no need to, or it is known to be down.
        case leftAlone
        case failed(any Error)
    }

    /// Finds out whether the CA is there, and what time it is.
    ///
    /// One question for all of its certificates: what it comes to counts for each of them.
    private mutating func reach(_ look: RenewalLook) async -> Reach {
        let now = services.clock.now
        // One that is known to be down is left alone, unless the time is in question.
        if clock.isBelieved, !renewal.request.isForced,
            look.facts.authority.breaker?.believed(at: now).notBefore ?? now > now
        {
            return .leftAlone
        }
        do {
            skews[look.authority] = try await source.clockSkew(
                of: look.authority,
                roots: look.roots
            )
            return .there
        } catch {
            noteOutage(look, error)
            services.log.warning(
                "the CA cannot be reached",
                ["CA": look.authority.folder, "reason": Self.reason(error, clock)]
            )
            return .failed(error)
        }
    }

    private var source: any CertificateSource { renewal.source }

    private func noteOutage(_ look: RenewalLook, _ error: any Error) {
        let verdict = FailureVerdict(error)
        // Without a network no CA is to blame.
        guard verdict.failureClass != .network else { return }
        let now = services.clock.now
        limits.noteOutage(
            look.authority,
            reason: Self.reason(error, clock),
            until: verdict.until,
            remaining: look.current?.manifest.validity.remaining(at: now),
            at: now,
            look.facts.random
        )
    }

    /// What an error is told as; a CA that is not trusted under a clock in doubt may be all right.
    private static func reason(_ error: any Error, _ clock: RenewalClock) -> String {
        let text = Services.reason(of: error)
        guard !clock.isBelieved,
            case ACMEError.noAnswer(.notTrusted(.dates, _), _) = error
        else { return text }
        return "this machine's clock is wrong, look with: timedatectl; \(text)"
    }

    // MARK: Advice

    /// Asks the CA about those certificates of which it is time to ask.
    private mutating func advised(
        _ looks: [RenewalLook],
        _ authority: CertificateAuthority
    ) async -> [RenewalLook] {
        let now = now(of: authority)
        let asked = looks.indices.filter { index in
            RenewalPolicy.decide(looks[index].facts, at: now) == .ask
        }
        guard !asked.isEmpty else { return looks }
        var looks = looks
        let source = source
        var answers: [Int: Result<RenewalInfo?, any Error>] = [:]
        var silence: (any Error)?
        await withTaskGroup(of: (Int, Result<RenewalInfo?, any Error>).self) { group in
            for (count, index) in asked.enumerated() {
                if count >= Self.questionLanes, let (done, answer) = await group.next() {
                    answers[done] = answer
                    silence = silence ?? answer.silence
                }
                // One that answers nobody is not asked ten thousand times.
                if silence != nil { break }
                let look = looks[index]
                group.addTask { (index, await Self.ask(look, source)) }
            }
            for await (done, answer) in group { answers[done] = answer }
        }
        for index in asked {
            guard let answer = answers[index] ?? silence.map({ .failure($0) }) else { continue }
            note(answer, in: &looks[index], at: now)
        }
        return looks
    }

    private static func ask(
        _ look: RenewalLook,
        _ source: any CertificateSource
    ) async -> Result<RenewalInfo?, any Error> {
        guard let current = look.current else { return .success(nil) }
        do {
            return .success(
                try await source.renewalInfo(
                    of: current,
                    from: look.issuer,
                    roots: look.issuerRoots
                )
            )
        } catch {
            return .failure(error)
        }
    }

    private mutating func note(
        _ answer: Result<RenewalInfo?, any Error>,
        in look: inout RenewalLook,
        at now: Date
    ) {
        guard let current = look.current else { return }
        let earlier = look.facts.advice
        let news: RenewalAdvice
        switch answer {
        case .success(let info?):
            news = .told(
                start: info.start,
                end: info.end,
                interval: Double(info.interval.components.seconds),
                after: earlier,
                at: now
            )
            tell(info, news, of: look, earlier)
        case .success(nil):
            news = .untold(at: now)
        case .failure(let error):
            news = .unanswered(after: earlier, at: now)
            services.log.info(
                "the CA has not said when to renew",
                ["lineage": "\(look.name)", "reason": Services.reason(of: error)]
            )
        }
        look.facts.advice = news
        advice.note(news, look.name, current.number)
        adviceHasChanged = true
    }

    /// Tells people what they may want to know of the CA's wish.
    private func tell(
        _ info: RenewalInfo,
        _ news: RenewalAdvice,
        of look: RenewalLook,
        _ earlier: RenewalAdvice?
    ) {
        guard let window = news.window else { return }
        if !window.isCredible(for: look.facts.validity) {
            services.log.warning(
                "the CA's window for a renewal makes no sense and counts as none",
                [
                    "lineage": "\(look.name)", "from": info.start.formatted(.iso8601),
                    "to": info.end.formatted(.iso8601),
                ]
            )
        } else if window.isSignal, earlier?.window != window {
            services.log.warning(
                "the CA wants a certificate to be renewed at once",
                ["lineage": "\(look.name)", "see": info.explanation ?? "no explanation"]
            )
        }
    }

    // MARK: Orders

    private typealias Due = (look: RenewalLook, cause: RenewalCause, source: RenewalSource)

    private mutating func order(
        _ looks: [RenewalLook],
        _ authority: CertificateAuthority,
        _ reach: Reach
    ) async {
        var due: [Due] = []
        for look in looks {
            if let one = dueOrSettled(look, reach, at: now(of: authority)) { due.append(one) }
        }
        if due.isEmpty, case .there = reach {
            // Nothing more was to be asked, and it has answered.
            limits.noteAnswer(authority)
        }
        let now = now(of: authority)
        due.sort {
            ($0.look.urgency(at: now), $1.look.name) > ($1.look.urgency(at: now), $0.look.name)
        }
        var rest = due[...]
        while !rest.isEmpty {
            await order(Array(rest.prefix(Self.batch)), authority)
            rest = rest.dropFirst(Self.batch)
        }
    }

    /// Settles what is not to be ordered; returns what is.
    private mutating func dueOrSettled(_ look: RenewalLook, _ reach: Reach, at now: Date) -> Due? {
        let decision = RenewalPolicy.decide(look.facts, at: now)
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
        let next = look.facts.authority.blocked(at: now) ?? now
        if isWanted {
            services.noteFailure(look.name, error)
            settle(look.name, .failed(error), look: next)
        } else if decision == .ask {
            settle(look.name, .kept(due: look.due), look: next)
        }
    }

    private mutating func order(
        _ due: [Due],
        _ authority: CertificateAuthority
    ) async {
        let subjects = Dictionary(uniqueKeysWithValues: due.map { ($0.look.name, $0) })
        let orders = due.map { order(for: $0.look, $0.source) }
        let limited = Dictionary(uniqueKeysWithValues: orders.map { ($0.lineage, $0.limited) })
        let results = Mutex<[LineageName: Result<IssueOutcome, any Error>]>([:])
        let (limits, services) = (limits, services)
        let skew = skews[authority] ?? 0
        let now: @Sendable () -> Date = { services.clock.now.addingTimeInterval(skew) }
        let conduct = OrderConduct(
            lanes: Self.lanes,
            admit: { name in
                guard let order = limited[name], let subject = subjects[name] else { return }
                try limits.checkHealth(for: order, at: now())
                try limits.check(order, at: now())
                // Whatever comes of it, and whenever a crash ends it: the next run looks at it.
                try services.store.lookSoon(at: name)
                services.log.notice(
                    "renewing",
                    ["lineage": "\(name)", "because": subject.cause.explanation]
                )
                limits.noteOrder(order, at: now())
            },
            settled: { name, result in
                results.withLock { $0[name] = result }
                guard let order = limited[name], let subject = subjects[name] else { return }
                RenewalRound.count(result, order, subject.look, limits, skew: skew, at: now())
            }
        )
        do {
            try await source.renew(orders, skew: skew, conduct)
        } catch {
            for order in orders {
                results.withLock { known in
                    if known[order.lineage] == nil { known[order.lineage] = .failure(error) }
                }
            }
        }
        let endings = results.withLock { $0 }
        for (subject, order) in zip(due, orders) {
            guard let result = endings[subject.look.name] else { continue }
            finish(subject, order, result, at: now())
        }
    }

    private func order(for look: RenewalLook, _ source: RenewalSource) -> RenewalOrder {
        let fallback = source == .substitute ? renewal.general.fallback?.authority : nil
        let authority = fallback ?? look.authority
        let tells = look.facts.advice?.window != nil && look.issuer == authority
        let kind: LimitedOrder.Kind =
            look.current == nil ? .new : tells ? .replacement : .renewal
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
    private static func count(
        _ result: Result<IssueOutcome, any Error>,
        _ order: LimitedOrder,
        _ look: RenewalLook,
        _ limits: LimitKeeper,
        skew: TimeInterval,
        at now: Date
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
        case .authority:
            limits.noteOutage(
                order.authority,
                reason: Services.reason(of: error),
                until: verdict.until,
                remaining: look.current?.manifest.validity.remaining(at: now),
                at: now,
                look.facts.random
            )
        case .rateLimited:
            guard let until = verdict.until, !verdict.isOf(order.names, at: now) else { return }
            limits.noteHold(order.authority, until: until)
        case .temporary:
            guard case ACMEError.challengesFailed(let failures) = error else { return }
            limits.noteFailedValidations(of: failures.map(\.host), order.authority, at: now)
        case .configuration, .network, .local: return
        }
    }

    // MARK: Endings

    private mutating func finish(
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

    private mutating func settle(_ name: LineageName, _ outcome: RenewOutcome, look: Date) {
        outcomes[name] = outcome
        schedule.looks[name] = look
    }
}

extension RenewalLook {
    /// Whether the CA has to be spoken to about it at `now`.
    fileprivate func isForTheCA(at now: Date, isForced: Bool) -> Bool {
        if isForced { return true }
        switch RenewalPolicy.decide(facts, at: now) {
        case .ask, .renew: return true
        case .keep, .hold: return false
        }
    }

    /// Why it is held back, in words.
    fileprivate func reason(of hold: RenewalHold) -> String {
        switch hold {
        case .backoff: facts.failures?.reason ?? "it has failed a short while ago"
        case .outage: facts.authority.breaker?.reason ?? "the CA cannot be reached"
        case .rateLimit: facts.failures?.reason ?? "a limit of the CA for this account"
        case .signals: "the CA asks for more renewals than it can mean"
        }
    }
}

extension Result<RenewalInfo?, any Error> {
    /// Why there is no answer, where it is of the CA and not of the certificate.
    fileprivate var silence: (any Error)? {
        guard case .failure(let error) = self,
            [.authority, .network].contains(FailureVerdict(error).failureClass)
        else { return nil }
        return error
    }
}

extension RenewalCause {
    /// The cause in words.
    package var explanation: String {
        switch self {
        case .window: "the CA suggests it"
        case .signal: "the CA wants it at once"
        case .lifetime: "its lifetime is nearly over"
        case .emergency: "little is left of its lifetime"
        case .revoked: "the CA has called it back"
        case .demand: "it was asked for"
        case .begun: "an order was begun"
        }
    }
}

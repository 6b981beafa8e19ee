import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
import Platform
import Renewal
import Settings

/// A lineage as the store has it, for what is served to be compared with.
struct WatchedLineage: Sendable {
    /// So many failures in a row are no accident.
    private static let tooManyFailures = 3
    /// And so long neither, where what is in the way is of this host or of the CA, and not counted.
    private static let tooLong: TimeInterval = .day
    /// How long the deploying half may take to come by.
    private static let patience: TimeInterval = .hour

    let name: LineageName
    /// The stored certificate; `nil` before the first.
    let current: StoredCertificate?
    let isRevoked: Bool
    /// Whether there is no certificate, and certctl.conf asks for none.
    let isForgotten: Bool
    /// Whether certctl.conf has a block for it; `nil` where that cannot be told.
    let isInSettings: Bool?
    /// Where it is looked for.
    let places: WatchedPlaces
    /// Whether what was committed is gone or damaged; ``current`` is of before, if any.
    let isLost: Bool
    /// What readers are pointed at.
    let published: GenerationNumber?
    private let deployment: WatchedDeployment
    let failures: FailureRecord?
    /// What `renew` refuses it for, before it asks any CA.
    private let obstacle: (any Error)?
    /// How the CA is that the next one is ordered from.
    private let authority: AuthorityHealth?
    /// When it is to be renewed; `nil` before the first.
    private let due: Date?
    /// Before that moment a renewal that has failed is not tried again.
    private let earliest: Date

    /// Reads what is stored.
    ///
    /// `settings` are what certctl.conf says, where it can be read; `deployed` are the records of
    /// whoever deploys, likewise.
    init(
        _ name: LineageName,
        in store: CertificateStore,
        _ memory: RenewalMemory,
        _ limits: LimitRecord,
        _ settings: Settings?,
        deployed: [LineageName: DeployRecord]?,
        issued: Date?,
        now: Date
    ) throws {
        let lineage = try store.lineage(name)
        self.name = name
        obstacle = Self.obstacle(lineage, in: store)
        current = lineage.current
        isRevoked = lineage.isRevoked
        isForgotten = settings?.hasForgotten(lineage) ?? false
        isInSettings = settings.map { $0.block(of: name) != nil }
        places = WatchedPlaces(of: name, current?.manifest.names ?? [], settings)
        let isLost = try store.isLost(lineage)
        self.isLost = isLost
        published = try store.publishedGeneration(of: name)
        let state = try memory.state(of: lineage)
        failures = state.lastFailure?.believed(at: now)
        let authority = (settings ?? Settings()).nextAuthority(of: lineage)
        self.authority = authority.map(limits.health)
        let due = lineage.current.map {
            RenewalPolicy.due(memory.facts(of: $0, lineage, state)).moment
        }
        self.due = due
        earliest = lineage.earliestRenewal(due, isLost: isLost, at: now)
        deployment = try WatchedDeployment(
            of: isLost ? nil : current?.number,
            name,
            in: store,
            published: published,
            records: deployed,
            issued: issued
        )
    }

    /// What keeps a lineage that can be read from being renewed all the same.
    private static func obstacle(_ lineage: Lineage, in store: CertificateStore) -> (any Error)? {
        do {
            try store.checkTrust(lineage.name)
        } catch {
            return error
        }
        let hasSettings = lineage.current == nil || lineage.settings != nil
        return hasSettings ? nil : store.missingSettings(lineage.name)
    }

    var isDeployPending: Bool { deployment.isPending }

    /// Whether it waits to be deployed, and not for too long.
    func isDeployAwaited(_ earlier: Observation?, now: Date) -> Bool {
        guard isDeployPending || deployment.areHooksUnknown else { return false }
        return now.timeIntervalSince(deployment.pendingSince(earlier) ?? now) <= Self.patience
    }

    /// What is expected where it is served, apart from what depends on what is found there.
    func expectation(_ earlier: Observation?, now: Date) -> ServedJudgement.Expectation? {
        guard let current else { return nil }
        var expectation = ServedJudgement.Expectation(current: current.number)
        expectation.isDeployAwaited = isDeployAwaited(earlier, now: now)
        expectation.isServed = current.manifest.hasKey && published != nil
        return expectation
    }

    // MARK: What the store alone tells

    /// What there is to say of the lineage itself.
    ///
    /// - Parameters:
    ///   - pending: What was seen of its deploying before.
    ///   - isServedSeen: Whether the current certificate was seen where it is served: then how long
    ///     it lasts is told there.
    ///   - isAsked: Whether anyone was asked for it, as where somebody has named a place.
    ///   - now: The moment that it is judged at.
    /// - Returns: Nothing where all is well.
    func observations(
        pending: Observation?,
        isServedSeen: Bool,
        isAsked: Bool,
        now: Date
    ) -> [Observation] {
        [
            certificate(isServedSeen: isServedSeen, now) ?? (isAsked ? nil : unwatched(now)),
            deploying(pending, now),
            refused(now),
            renewing(now),
        ].compactMap(\.self)
    }

    private func certificate(isServedSeen: Bool, _ now: Date) -> Observation? {
        if isLost {
            let message =
                "the files of its certificate are gone or damaged: certctl renew replaces them"
            return observation(.lost, .critical, message, now)
        }
        guard let current else {
            let message =
                "there is no certificate yet"
                + (isForgotten
                    ? ", and certctl.conf asks for none: certctl delete \(name) forgets it"
                    : isInSettings == true ? ": certctl apply orders it" : "")
            return observation(.waiting, .info, message, now)
        }
        if isRevoked {
            return observation(.revoked, .critical, "the CA has called the certificate back", now)
        }
        guard !isServedSeen,
            let expiry = ServedJudgement.expiry(of: current.manifest.validity, now)
        else { return nil }
        return observation(
            expiry.state,
            expiry.level,
            "the stored certificate: \(expiry.message)",
            now
        )
    }

    /// That it is looked for nowhere: else there would be no word of a certificate that is all right.
    private func unwatched(_ now: Date) -> Observation? {
        guard places.isNowhere else { return nil }
        let message = "stored; nobody is asked for it: certctl.conf says watch off"
        return observation(.unwatched, .ok, message, now)
    }

    private func deploying(_ earlier: Observation?, _ now: Date) -> Observation? {
        guard isDeployPending, let current else { return nil }
        let since = deployment.pendingSince(earlier) ?? now
        return Observation(
            lineage: "\(name)",
            state: .deployPending,
            level: isDeployAwaited(earlier, now: now) ? .info : .warning,
            message: "generation \(current.number) has not been deployed\(deployment.tries)",
            since: since
        )
    }

    /// What is told before it shows in what is served.
    private func refused(_ now: Date) -> Observation? {
        obstacle.map { error in
            observation(
                .unreadable,
                .warning,
                "renew refuses it: \(Services.reason(of: error))",
                now
            )
        }
    }

    private func renewing(_ now: Date) -> Observation? {
        guard let (subject, failures) = trouble(now) else { return nil }
        let times =
            failures.tries > 1
            ? "\(failures.tries) times" : "since \(failures.since.formatted(.iso8601))"
        let moment = max(failures.notBefore, earliest)
        let next =
            moment > now ? "after \(moment.formatted(.iso8601))" : "at the next run of renew"
        let reason = failures.latestReason.harmless(limit: 500)
        let message = "\(subject) has failed \(times), and is tried again \(next): \(reason)"
        return observation(.renewFailing, .warning, message, now)
    }

    /// What keeps it from being renewed, often or for long.
    ///
    /// What is not due can wait: one try that failed, as by a person, is not repeated before.
    private func trouble(_ now: Date) -> (subject: String, FailureRecord)? {
        let due = due ?? .distantPast
        let isDue = due <= now
        func isMuch(_ failures: FailureRecord) -> Bool {
            failures.count >= Self.tooManyFailures
                || isDue && now.timeIntervalSince(max(failures.since, due)) > Self.tooLong
        }
        if let failures, isMuch(failures) { return ("the renewal", failures) }
        guard isDue, let breaker = authority?.breaker?.believed(at: now), isMuch(breaker) else {
            return nil
        }
        return ("its CA", breaker)
    }

    private func observation(
        _ state: Observation.State,
        _ level: Observation.Level,
        _ message: String,
        _ now: Date
    ) -> Observation {
        Observation(
            lineage: "\(name)",
            state: state,
            level: level,
            message: message,
            notAfter: current?.manifest.notAfter,
            since: now
        )
    }
}

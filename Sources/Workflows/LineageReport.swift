package import CertificateStore
package import FoundationEssentials
import Renewal

/// A lineage as `certctl list` and `certctl show` tell of it.
package struct LineageReport: Equatable, Sendable {
    /// How a lineage stands at the moment of the report.
    package enum State: String, Sendable {
        /// certctl.conf asks for it, and nobody has asked a CA.
        case wanted
        /// No certificate yet.
        case waiting
        /// The files of the last certificate are gone or damaged.
        case lost
        case valid
        /// Valid, and to be renewed.
        case due
        case expired
        /// Called back by the CA.
        case revoked
        /// Not valid before a moment that lies in the future.
        case early
    }

    /// What has gone wrong with its next certificate.
    package struct Trouble: Equatable, Sendable {
        /// How often in a row; 1 where that is not counted.
        package let count: Int
        /// Since when.
        package let since: Date
        package let last: Date
        /// What was the matter last, harmless to print.
        package let reason: String
        /// When it is tried again; `nil` where only a person does.
        package let next: Date?

        /// One of a renewal that is tried again at `earliest` at the soonest.
        fileprivate init(_ failures: FailureRecord, earliest: Date = .distantPast) {
            count = max(failures.tries, 1)
            since = failures.since
            last = failures.last
            reason = failures.latestReason
            next = max(failures.notBefore, earliest)
        }

        /// Of an order that a person has given.
        init(_ event: PastEvent) {
            count = 1
            since = event.time
            last = event.time
            reason = event.detail
            next = nil
        }
    }

    package let lineage: Lineage
    package let state: State
    /// The hosts: of the certificate, or those that it was asked for.
    package let names: [String]
    /// When it is to be renewed; `nil` before the first certificate.
    package let due: Date?
    /// What went wrong with its renewal, or with the first order; `nil` where nothing has.
    package let trouble: Trouble?
    /// Whether it still has to be brought into use: readers are to be led to it, or hooks to run.
    package let isDeployPending: Bool
    /// Whether readers are led to it, so that only hooks can be left.
    package let isPublished: Bool
    /// What came of trying to bring it into use, where that failed.
    package let deployFailure: DeployRecord.Failure?
    /// When that is tried again.
    package let nextDeploy: Date?
    /// The file for nginx to include.
    package let include: String
    /// Where its files are for all others: a path that stays, as far as readers are led to it; `nil` before
    /// the first certificate.
    package let files: GenerationFiles?

    init(
        _ lineage: Lineage,
        isLost: Bool,
        _ memory: RenewalMemory,
        ofCA health: AuthorityHealth?,
        deployed: DeployRecord?,
        nextDeploy: Date?,
        published: GenerationNumber?,
        failedOrder: PastEvent?,
        layout: StoreLayout,
        now: Date
    ) throws {
        self.lineage = lineage
        let renewal = try memory.state(of: lineage)
        let failures = renewal.lastFailure?.believed(at: now)
        names = lineage.current?.manifest.names ?? lineage.settings?.names ?? []
        include = layout.include(lineage.name)
        guard let current = lineage.current else {
            state = isLost ? .lost : .waiting
            trouble = failures.map { Trouble($0) } ?? failedOrder.map { Trouble($0) }
            due = nil
            isDeployPending = false
            isPublished = false
            deployFailure = nil
            self.nextDeploy = nil
            files = nil
            return
        }
        let manifest = current.manifest
        let facts = memory.facts(of: current, lineage, renewal)
        let due = lineage.isRevoked ? manifest.notBefore : RenewalPolicy.due(facts).moment
        self.due = due
        // A CA that is down is the trouble of what is due there.
        let outage = health?.breaker?.believed(at: now)
        let ofCA = outage.flatMap { now >= due && $0.tries > 0 ? $0 : nil }
        trouble = [failures, ofCA].compactMap(\.self).max { $0.last < $1.last }
            .map { Trouble($0, earliest: lineage.earliestRenewal(due, isLost: isLost, at: now)) }
        isDeployPending = deployed?.isDone(current.number) != true
        isPublished = !isDeployPending || published == current.number
        files = isPublished ? layout.liveFiles(lineage.name) : current.files
        let record = deployed?.generation == current.number ? deployed : nil
        deployFailure = record?.failure
        self.nextDeploy = record.flatMap { _ in nextDeploy }
        if isLost {
            state = .lost
        } else if lineage.isRevoked {
            state = .revoked
        } else if now >= manifest.notAfter {
            state = .expired
        } else if now < manifest.notBefore {
            state = .early
        } else {
            state = now >= due ? .due : .valid
        }
    }

    /// One that there is nothing of but the wish.
    init(wanted lineage: Lineage, _ names: [String], layout: StoreLayout) {
        self.lineage = lineage
        self.names = names
        state = .wanted
        due = nil
        trouble = nil
        isDeployPending = false
        isPublished = false
        deployFailure = nil
        nextDeploy = nil
        include = layout.include(lineage.name)
        files = nil
    }
}

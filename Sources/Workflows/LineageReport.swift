package import CertificateStore
package import FoundationEssentials
package import Renewal

/// A lineage as `certctl list` and `certctl show` tell of it.
package struct LineageReport: Equatable, Sendable {
    /// How a lineage stands at the moment of the report.
    package enum State: String, Sendable {
        /// No certificate yet.
        case waiting
        case valid
        /// Valid, and to be renewed.
        case due
        case expired
        /// Called back by the CA.
        case revoked
        /// Not valid before a moment that lies in the future.
        case early
    }

    package let lineage: Lineage
    package let state: State
    /// When it is to be renewed; `nil` before the first certificate.
    package let due: Date?
    /// What went wrong with its renewal, and when it is tried again; `nil` where nothing has.
    package let failures: FailureRecord?
    /// Whether its hooks still have to run.
    package let isDeployPending: Bool
    /// What came of trying to bring it into use, where that failed.
    package let deployFailure: DeployRecord.Failure?
    /// When that is tried again.
    package let nextDeploy: Date?
    /// The file for nginx to include.
    package let include: String

    init(
        _ lineage: Lineage,
        _ memory: RenewalMemory,
        deployed: DeployRecord?,
        layout: StoreLayout,
        now: Date
    ) throws {
        self.lineage = lineage
        let renewal = try memory.state(of: lineage)
        failures = renewal.lastFailure
        include = layout.include(lineage.name)
        guard let current = lineage.current else {
            state = .waiting
            due = nil
            isDeployPending = false
            deployFailure = nil
            nextDeploy = nil
            return
        }
        let manifest = current.manifest
        let facts = memory.facts(of: current, lineage, renewal)
        let due = lineage.isRevoked ? manifest.notBefore : RenewalPolicy.due(facts).moment
        self.due = due
        isDeployPending = deployed?.isDone(current.number) != true
        let record = deployed?.generation == current.number ? deployed : nil
        deployFailure = record?.failure
        nextDeploy = record?.nextAttempt(at: now)
        if lineage.isRevoked {
            state = .revoked
        } else if now >= manifest.notAfter {
            state = .expired
        } else if now < manifest.notBefore {
            state = .early
        } else {
            state = now >= due ? .due : .valid
        }
    }
}

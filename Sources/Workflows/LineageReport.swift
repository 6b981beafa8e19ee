package import CertificateStore
package import FoundationEssentials
import Renewal

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
    /// Whether its hooks still have to run.
    package let isDeployPending: Bool
    /// The file for nginx to include.
    package let include: String

    init(_ lineage: Lineage, deployed: DeployRecord?, layout: StoreLayout, now: Date) {
        self.lineage = lineage
        include = layout.include(lineage.name)
        guard let current = lineage.current else {
            state = .waiting
            due = nil
            isDeployPending = false
            return
        }
        let manifest = current.manifest
        let due = manifest.validity.fallback
        self.due = due
        isDeployPending = deployed?.isDone(current.number) != true
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

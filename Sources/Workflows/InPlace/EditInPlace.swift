package import ACME
package import CertificateStore
import Deployment
import Diagnostics
package import Nginx
import Platform
import Settings
import Sites

/// Puts certificates into users' own server blocks: `certctl issue --in-place`, `certctl site edit`.
///
/// All that was changed is kept so that ``UndoEdits`` takes it back; whatever nginx does not take, or
/// does not serve afterwards, is put back at once.
package struct EditInPlace: Sendable {
    /// A certificate, and the names that users' servers have.
    package struct Target: Equatable, Sendable {
        package let name: LineageName
        package let names: [Identifier]

        package init(name: LineageName, names: [Identifier]) {
            self.name = name
            self.names = names
        }
    }

    /// What was changed, or would be.
    package struct Changes: Sendable {
        /// Files by their paths on this host, in the order in which they are written.
        package let files: [EditedFile]
        package let reports: [EditReport]
    }

    private let driver: InPlaceDriver
    private let redirects: Bool

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// With `redirects` users' servers are left with https alone.
    ///
    /// Throws ``InPlaceError/noNginx`` and what ``SettingsLoader/load(looksAtPaths:)`` throws.
    package init(_ services: Services, redirects: Bool) throws {
        driver = try InPlaceDriver(services)
        self.redirects = redirects
    }

    /// Has users' servers pass the CA's questions on: tested and reloaded before the CA is asked.
    ///
    /// What could not be done afterwards is found out first, so that no certificate is asked for in
    /// vain. Throws ``InPlaceError``, ``ProxyError``, ``SitesError``, ``TransactionFailure``,
    /// ``DeploymentError`` and ``EngineError``, as do all others.
    package func prepare(_ targets: [Target]) async throws {
        for target in targets { try driver.checkOwnership(of: target) }
        try await driver.whileLocked { nginx in
            for target in targets {
                let view = try await driver.lookAndMend(nginx)
                let whole = try driver.plan(view, target, .certificate(redirects: redirects))
                try driver.checkReach(of: target, whole, view)
                let plan = try driver.plan(view, target, .challenge)
                driver.tell(of: plan)
                try await driver.make(plan.changes, proving: [], view)
            }
        }
    }

    /// Puts a certificate that is in use into users' servers, and sees that it is served.
    package func run(_ target: Target) async throws -> Changes {
        try driver.checkOwnership(of: target)
        guard try driver.services.store.isPublished(target.name) else {
            throw InPlaceError.noCertificate("\(target.name)")
        }
        return try await driver.whileLocked { nginx in
            let view = try await driver.lookAndMend(nginx)
            let plan = try driver.plan(view, target, .certificate(redirects: redirects))
            driver.tell(of: plan)
            let expectations = try driver.expectations(of: target, plan, view)
            try await driver.make(plan.changes, proving: expectations, view)
            return driver.changes(of: plan)
        }
    }

    /// Finds out what ``run(_:)`` would change; changes nothing, and needs no certificate yet.
    package func plan(_ target: Target) async throws -> Changes {
        try driver.checkOwnership(of: target)
        let view = try await driver.look(at: try await driver.find())
        return driver.changes(
            of: try driver.plan(view, target, .certificate(redirects: redirects))
        )
    }

    /// The certificate that hosts given to a command mean: the one that is named like the first of
    /// them, or is for all of them; else one that is still to come.
    ///
    /// Throws ``WorkflowError/unusableLineageName(_:)``.
    package func target(of names: [Identifier]) throws -> Target {
        let store = driver.services.store
        let first = names.first?.value ?? ""
        guard let usual = LineageName.usual(for: first) else {
            throw WorkflowError.unusableLineageName(first)
        }
        let known = try store.isPresent ? store.lineageNames() : []
        let wanted = Set(names.map(\.value))
        for name in [usual].filter(known.contains) + known {
            guard let current = try store.lineage(name).current else { continue }
            let own = try current.manifest.names.map { try Identifier($0) }
            if name == usual || wanted.isSubset(of: own.map(\.value)) {
                return Target(name: name, names: own)
            }
        }
        return Target(name: usual, names: names)
    }
}

/// A file that is changed.
package struct EditedFile: Equatable, Sendable {
    /// On this host.
    package let path: String
    /// `nil` for a new one.
    package let before: [UInt8]?
    /// `nil` for one that goes.
    package let after: [UInt8]?
}

package import ACME
package import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Platform
import Settings
package import Sites

/// `certctl apply`: makes the machine match certctl.conf: certificates that are wanted, and sites.
package struct ApplySettings: Sendable {
    /// What there is to do.
    package struct Plan: Sendable {
        /// Certificates that there are not, or not for these names.
        package let missing: [Wanted]
        /// What becomes of nginx's files; `nil` where certctl.conf leaves nginx alone.
        package let files: ManagedFilePlan?
        /// Where those files are.
        package let directory: String?
        package let notes: [SiteNote]

        package var isEmpty: Bool { missing.isEmpty && files?.isEmpty ?? true }
    }

    /// A certificate that certctl.conf asks for.
    package struct Wanted: Equatable, Sendable {
        package let lineage: LineageName
        package let names: [Identifier]
    }

    private let services: Services
    private let settings: Settings

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// Throws what ``SettingsLoader/load(looksAtPaths:)`` throws.
    package init(_ services: Services) throws {
        self.services = services
        settings = try SettingsLoader(services).load(looksAtPaths: true)
    }

    /// Finds out what there is to do, up to the sites with all their certificates; changes nothing.
    ///
    /// Throws ``DeploymentError``, ``EngineError``, ``ProxyError`` and ``SitesError``.
    package func plan() async throws -> Plan {
        let missing = try missing()
        guard let proxy = ProxyDeployment(services, settings) else {
            return Plan(missing: missing, files: nil, directory: nil, notes: [])
        }
        let plan = try await proxy.plan(with: missing.map(\.lineage))
        return Plan(
            missing: missing,
            files: plan.files,
            directory: plan.view.directory,
            notes: plan.notes
        )
    }

    /// Makes nginx's files what certctl.conf asks for, as far as there are certificates.
    ///
    /// What is missing is to be issued afterwards; that deploys the rest. Returns whether anything was
    /// changed. Throws as ``plan()``, and ``TransactionFailure``.
    package func applySites() async throws -> Bool {
        guard let proxy = ProxyDeployment(services, settings) else { return false }
        return try await services.whileDeploying { try await !proxy.apply().changes.isEmpty }
    }

    /// The certificates that are wanted and that there are not.
    package func missing() throws -> [Wanted] {
        let blocks = settings.sites.map(\.certificate) + settings.certificates
        let known = try services.store.isPresent ? Set(services.store.lineageNames()) : []
        return try blocks.compactMap { block in
            guard let name = block.lineageName else { return nil }
            let wanted = Wanted(lineage: name, names: block.names)
            guard known.contains(name) else { return wanted }
            let current = try services.store.lineage(name).current
            return current.map { Set($0.manifest.names) } == Set(block.names.map(\.value))
                ? nil : wanted
        }
    }
}

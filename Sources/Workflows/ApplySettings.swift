package import ACME
package import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Nginx
import Platform
import Settings
package import Sites

/// `certctl apply`: makes the machine match certctl.conf: certificates that are wanted, and sites.
package struct ApplySettings: Sendable {
    /// What there is to do.
    package struct Plan: Sendable {
        /// Certificates that there are not, or not for these names.
        package let missing: [Wanted]
        /// The lineages whose newest certificate is to be brought into use.
        package let pending: [LineageName]
        /// What becomes of nginx's files; `nil` where certctl.conf leaves nginx alone.
        fileprivate(set) package var files: ManagedFilePlan?
        /// Where those files are.
        fileprivate(set) package var directory: String?
        fileprivate(set) package var notes: [SiteNote] = []
        /// The files by which nginx is led to a pair that another group may read, or none.
        fileprivate(set) package var pairs: [String] = []
        /// Why sites stay as they are, by lineage: nothing is to be issued or deployed for them.
        fileprivate(set) package var refused: [LineageName: any Error] = [:]

        package var isEmpty: Bool {
            missing.isEmpty && files?.isEmpty ?? true && files?.conflicts.isEmpty ?? true
                && pairs.isEmpty && pending.isEmpty && refused.isEmpty
        }
    }

    /// What came of what was there already.
    package struct Applied: Sendable {
        /// What came of each certificate that was stored and not in use.
        package let endings: [DeployCertificates.Ending]
        /// Whether anything was changed beside that.
        fileprivate(set) package var hasChangedSites = false
        /// Why nginx is not as certctl.conf asks for, beside ``endings``; `nil` where it is.
        fileprivate(set) package var failure: (any Error)?
        /// Why sites stay as they are, by lineage: nothing is to be issued for them.
        fileprivate(set) package var refused: [LineageName: any Error] = [:]
        /// A file that a person has changed, which keeps its site from being as certctl.conf says.
        fileprivate(set) package var conflict: (any Error)?

        /// Whether anything was changed.
        package var hasChanged: Bool {
            hasChangedSites || endings.contains { (try? $0.result.get()) != nil }
        }
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
    /// `looksAtPaths` is for whoever uses the paths in certctl.conf: the owner of root's store may not see them.
    /// Throws what ``SettingsLoader/load(looksAtPaths:)`` throws.
    package init(_ services: Services, looksAtPaths: Bool = true) throws {
        self.services = services
        settings = try SettingsLoader(services).load(looksAtPaths: looksAtPaths)
    }

    /// Finds out what there is to do, up to the sites with all their certificates; changes nothing.
    ///
    /// Throws ``DeploymentError``, ``EngineError``, ``ProxyError`` and ``SitesError``.
    package func plan() async throws -> Plan {
        let missing = try missing()
        let pending = try DeployCertificates(services).pending(settings)
        guard let proxy = ProxyDeployment(services, settings) else {
            return Plan(missing: missing, pending: pending)
        }
        let sites = try await proxy.plan(with: missing.map(\.lineage) + pending)
        let refused = sites.failures
        var plan = Plan(
            missing: missing.filter { refused[$0.lineage] == nil },
            pending: pending.filter { refused[$0] == nil }
        )
        plan.files = sites.files
        plan.directory = sites.view.directory
        plan.notes = sites.notes
        if let advice = SiteAdvice(services, settings) {
            plan.notes += await advice.notes(on: sites.view.nginx)
        }
        plan.pairs = sites.changes.map(\.path).filter { $0.hasPrefix("\(services.layout.nginx)/") }
        plan.refused = refused
        return plan
    }

    /// Brings into use what is stored, as `certctl deploy` does, and makes nginx's files what
    /// certctl.conf asks for, as far as there are certificates.
    ///
    /// What is missing is to be issued afterwards; that deploys the rest. What fails for one
    /// certificate keeps no other from being used. Throws what keeps anything from being done.
    package func applySites() async throws -> Applied {
        var applied = Applied(endings: try await deployPending())
        guard let proxy = ProxyDeployment(services, settings) else { return applied }
        do {
            let sites = try await services.whileDeploying { try await proxy.apply() }
            let directory = sites.plan.view.directory
            await SiteAdvice(services, settings)?.tell(on: sites.plan.view.nginx)
            applied.hasChangedSites = !sites.plan.changes.isEmpty
            applied.refused = sites.failures
            applied.conflict = sites.plan.files.conflicts.first.map { conflict in
                ProxyError.changedByPerson(
                    path: "\(directory)/\(conflict.path)",
                    offer: conflict.offer.map { "\(directory)/\($0)" }
                )
            }
        } catch {
            applied.failure = error
        }
        return applied
    }

    /// Brings certificates into use that were committed and are not; only those are told of.
    private func deployPending() async throws -> [DeployCertificates.Ending] {
        let deploying = DeployCertificates(services)
        let pending = try deploying.pending(settings)
        guard !pending.isEmpty else { return [] }
        return try await deploying.run(pending).filter { ending in
            (try? ending.result.get().wasUnchanged) != true
        }
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

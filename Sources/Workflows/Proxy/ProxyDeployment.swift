import ACME
import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Nginx
import Platform
import Settings
import Sites

/// Has the nginx that serves the sites use what is stored: all of it is tested, reloaded and proven
/// by handshakes, or everything is as it was.
struct ProxyDeployment: Sendable {
    /// What has become of the sites.
    struct Applied: Sendable {
        let plan: ProxyPlan
        /// Why sites stay as they are, by lineage.
        let failures: [LineageName: any Error]

        fileprivate init(_ plan: ProxyPlan, failures: [LineageName: any Error]) {
            self.plan = plan
            self.failures = plan.failures.merging(failures) { _, new in new }
        }
    }

    let services: Services
    let settings: Settings
    let access: ProxyAccess
    /// The lineages that servers of users' own files have.
    private let edited: Set<LineageName>

    /// Prepares it; `nil` where certctl.conf has neither a site nor a proxy, no user's file was
    /// edited and nginx has no file of certctl's, and nginx is left to hooks.
    init?(_ services: Services, _ settings: Settings) {
        guard let access = services.proxy else { return nil }
        self.init(services, settings, access)
        guard
            settings.proxy != nil || !settings.sites.isEmpty || !edited.isEmpty
                || ServedSites(services).areThere
        else { return nil }
    }

    /// Prepares it, whatever certctl.conf says.
    init(_ services: Services, _ settings: Settings, _ access: ProxyAccess) {
        self.services = services.following(settings)
        self.settings = settings
        self.access = access
        edited = EditRecords(services).names
    }

    /// What is changed where certificates come into use: what `apply` has written for sites that are gone is taken
    /// away by that.
    private var scope: SiteScope { settings.sites.isEmpty ? .only([]) : .all }

    /// Whether a lineage is for that nginx: one whose `certificate` block has a hook of its own is for others,
    /// unless it was put into servers there.
    func concerns(_ name: LineageName) -> Bool {
        if site(of: name) != nil || edited.contains(name) { return true }
        return settings.proxy != nil && settings.block(of: name)?.deployHooks.isEmpty ?? true
    }

    /// Whether that nginx is to read a certificate.
    func serves(_ pair: ProxyPlan.Pair) -> Bool {
        concerns(pair.name) && pair.certificate.manifest.hasKey
    }

    /// Brings certificates into use, with the sites that they are for.
    ///
    /// Where not all of them can be, each is tried by itself. Returns why, of those that are not in
    /// use; no hooks run, and links for other readers stay where they are.
    func deploy(_ pairs: [ProxyPlan.Pair]) async -> [LineageName: any Error] {
        let pairs = pairs.filter(serves)
        guard !pairs.isEmpty else { return [:] }
        do {
            return Self.failures(of: pairs, in: try await change(to: pairs, scope: scope))
        } catch let error as SitesError {
            return pairs.reduce(into: [:]) { $0[$1.name] = ProxyError.refusedSite(error) }
        } catch {
            // What was tried and put back may fare better by another choice.
            guard mayBeOthersFault(pairs), case TransactionFailure.rolledBack = error else {
                return pairs.reduce(into: [:]) { $0[$1.name] = error }
            }
            services.log.warning(
                "not all can be deployed together; each certificate is tried by itself",
                ["reason": Services.reason(of: error)]
            )
        }
        var failures: [LineageName: any Error] = [:]
        for pair in pairs {
            do {
                let plan = try await change(to: [pair], scope: .only(try lineages(servedBy: pair)))
                failures.merge(Self.failures(of: [pair], in: plan)) { _, new in new }
            } catch let failure as TransactionFailure where site(of: pair.name) != nil {
                failures[pair.name] = failure.naming(site: "\(pair.name)")
            } catch {
                failures[pair.name] = error
            }
        }
        return failures
    }

    /// Plans all that certctl.conf asks for, with the certificates that are in use and as if those of
    /// `coming` were there; changes nothing.
    func plan(with coming: [LineageName]) async throws -> ProxyPlan {
        try await Unserved.by(.apply) {
            let nginx = try await findUntouched()
            return try await namingMissingFiles(of: nginx) {
                try await plan(strays(), coming: Set(coming), scope: .all, nginx)
            }
        }
    }

    /// Plans to bring certificates into use; changes nothing.
    func plan(for pairs: [ProxyPlan.Pair]) async throws -> ProxyPlan {
        let nginx = try await findUntouched()
        return try await namingMissingFiles(of: nginx) {
            try await plan(pairs, coming: Set(pairs.map(\.name)), scope: scope, nginx)
        }
    }

    /// Makes nginx's files what certctl.conf asks for, with the certificates that are in use.
    ///
    /// Where not all sites can be served so, each is tried by itself, and those that cannot be stay as
    /// they are. Throws as ``deploy(_:)`` tells, in ``Unserved``, where nothing is changed.
    func apply() async throws -> Applied {
        let applied = try await Unserved.by(.apply) {
            do {
                let applied = Applied(try await change(to: nil, scope: .all), failures: [:])
                let isLeft = !settings.sites.isEmpty || !applied.plan.files.conflicts.isEmpty
                if !isLeft { try ServedSites(services).forget() }
                return applied
            } catch let error as TransactionFailure {
                guard case .rolledBack = error, settings.sites.count > 1 else { throw error }
                return try await applyEach(after: error)
            }
        }
        await DeployUnit(services).permit(applied.plan.view.directory)
        return applied
    }

    private func applyEach(after error: TransactionFailure) async throws -> Applied {
        services.log.warning(
            "not all sites can be served as certctl.conf says; each is tried by itself",
            ["reason": Services.reason(of: error)]
        )
        let names = settings.sites.compactMap(\.certificate.lineageName)
        var failures: [LineageName: any Error] = [:]
        for name in names {
            do {
                try await change(to: [], scope: .only(["\(name)"]))
            } catch let failure as TransactionFailure {
                guard case .rolledBack = failure else { throw failure }
                failures[name] = Unserved(
                    failure: failure.naming(site: "\(name)"),
                    retry: .apply
                )
            }
        }
        // What fails with each of them is not the fault of any.
        guard failures.count < names.count else { throw error }
        let left = Set(failures.keys.map(\.description))
        return Applied(try await change(to: nil, scope: .without(left)), failures: failures)
    }

    /// Lets nginx pass the CA's questions on for sites that it does not serve yet.
    ///
    /// What it serves already is left as it is. Throws as ``deploy(_:)`` tells.
    func prepare(_ names: [LineageName]) async throws {
        let new = try names.filter { name in
            try site(of: name) != nil && !hasPair(name)
        }
        guard !new.isEmpty else { return }
        try await serve(new)
    }

    /// Has nginx serve sites as certctl.conf says, with the certificates that are in use.
    ///
    /// Throws as ``deploy(_:)`` tells, in ``Unserved``.
    func serve(_ names: [LineageName]) async throws {
        let plan = try await Unserved.by(.apply) {
            try await change(to: [], scope: .only(Set(names.map(\.description))))
        }
        await DeployUnit(services).permit(plan.view.directory)
        // The others of them are served.
        if let refused = names.lazy.compactMap({ plan.refused["\($0)"] }).first { throw refused }
    }

    /// The sites that a certificate serves: its own, and those that have it until theirs is there.
    private func lineages(servedBy pair: ProxyPlan.Pair) throws -> Set<String> {
        let others = try sites().filter { $0.pair == "\(pair.name)" }
        return Set(others.map(\.lineage)).union(["\(pair.name)"])
    }

    /// Whether what fails with `pairs` may be the fault of some of them, or of another site's change.
    private func mayBeOthersFault(_ pairs: [ProxyPlan.Pair]) -> Bool {
        pairs.count > 1
            || settings.sites.contains { $0.certificate.lineageName != pairs.first?.name }
    }

    /// Why certificates are not in use whose sites are left as they are.
    private static func failures(
        of pairs: [ProxyPlan.Pair],
        in plan: ProxyPlan
    ) -> [LineageName: any Error] {
        pairs.reduce(into: [:]) { failures, pair in
            failures[pair.name] = plan.refused["\(pair.name)"].map(ProxyError.refusedSite)
        }
    }

    // MARK: Planning

    private func site(of name: LineageName) -> SiteSettings? {
        settings.sites.first { $0.certificate.lineageName == name }
    }

    /// Whether nginx is led to a certificate that a CA has issued: the pair that only lets it start is
    /// none to serve a site with.
    private func hasPair(_ name: LineageName) throws -> Bool {
        guard try services.store.isPublished(name) else { return false }
        // What cannot be read now has been brought into use all the same.
        return (try? services.store.published(of: name))?.number != .bootstrap
    }

    /// The certificate in use that is for all names of a site, and valid for the longest time: one of a
    /// site that was renamed or split keeps its names served until they have their own.
    private func substitute(
        for site: SiteSettings,
        _ pairs: [ProxyPlan.Pair]
    ) throws -> LineageName? {
        let store = services.store
        guard try store.isPresent else { return nil }
        let wanted = site.certificate.names.map(\.value)
        let now = services.clock.now
        var best: (name: LineageName, end: Date)?
        for name in try store.lineageNames() where try hasPair(name) {
            // What has a `certificate` block of its own is for other servers.
            guard self.site(of: name) != nil || settings.block(of: name) == nil,
                // What comes into use may be for fewer names.
                let manifest = pairs.first(where: { $0.name == name })?.certificate.manifest
                    ?? (try? store.published(of: name))?.manifest, manifest.hasKey,
                manifest.notAfter > max(now, best?.end ?? now),
                Set(manifest.names).isSuperset(of: wanted)
            else { continue }
            best = (name, manifest.notAfter)
        }
        return best?.name
    }

    func plan(
        _ pairs: [ProxyPlan.Pair],
        coming: Set<LineageName>,
        scope: SiteScope,
        _ nginx: any NginxInstance
    ) async throws -> ProxyPlan {
        let view = try await ProxyView.look(services, settings, access, nginx)
        return try ProxyPlan(
            view,
            sites: try sites(coming: coming, pairs),
            answersOthers: !settings.certificates.isEmpty,
            pairs: pairs,
            coming: coming,
            scope: scope,
            services
        )
    }

    /// All of certctl.conf, as if the certificates of `coming`, and so those of `pairs`, were in use.
    func sites(
        coming: Set<LineageName> = [],
        _ pairs: [ProxyPlan.Pair] = []
    ) throws -> [Site] {
        try settings.sites.compactMap { site in
            guard let name = site.certificate.lineageName else { return nil }
            let hasOwn = try coming.contains(name) || hasPair(name)
            let pair = try hasOwn ? name : substitute(for: site, pairs)
            return Site(site, lineage: "\(name)", pair: pair?.description)
        }
    }
}

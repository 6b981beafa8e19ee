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
    /// What an nginx may take from its signal to new workers.
    private static let patience: TimeInterval = 10
    private static let pause: Duration = .milliseconds(25)
    private static let (readLog, shownLog) = (100, 5)

    let services: Services
    let settings: Settings
    let access: ProxyAccess
    /// The lineages that servers of users' own files have.
    private let edited: Set<LineageName>

    /// Prepares it; `nil` where certctl.conf has neither a site nor a proxy and no user's file was
    /// edited, and nginx is left to hooks.
    init?(_ services: Services, _ settings: Settings) {
        guard let access = services.proxy else { return nil }
        self.init(services, settings, access)
        guard settings.proxy != nil || !settings.sites.isEmpty || !edited.isEmpty else {
            return nil
        }
    }

    /// Prepares it, whatever certctl.conf says.
    init(_ services: Services, _ settings: Settings, _ access: ProxyAccess) {
        self.services = services.following(settings)
        self.settings = settings
        self.access = access
        edited = EditRecords(services).names
    }

    /// Whether a lineage is for that nginx: one with a `certificate` block of its own is for others,
    /// unless it was put into servers there.
    func concerns(_ name: LineageName) -> Bool {
        if site(of: name) != nil || edited.contains(name) { return true }
        return settings.block(of: name) == nil && settings.proxy != nil
    }

    /// Brings certificates into use, with the sites that they are for.
    ///
    /// Where not all of them can be, each is tried by itself. Returns why, of those that are not in
    /// use; no hooks run, and links for other readers stay where they are.
    func deploy(_ pairs: [ProxyPlan.Pair]) async -> [LineageName: any Error] {
        let pairs = pairs.filter { concerns($0.name) && $0.certificate.manifest.hasKey }
        guard !pairs.isEmpty else { return [:] }
        do {
            return Self.failures(of: pairs, in: try await change(to: pairs, only: nil))
        } catch let error as SitesError {
            return pairs.reduce(into: [:]) { $0[$1.name] = ProxyError.refusedSite(error) }
        } catch {
            // What was tried and put back may fare better by another choice.
            guard pairs.count > 1, case TransactionFailure.rolledBack = error else {
                return pairs.reduce(into: [:]) { $0[$1.name] = error }
            }
            services.log.warning(
                "not all can be deployed together; each is tried by itself",
                ["reason": Services.reason(of: error)]
            )
        }
        var failures: [LineageName: any Error] = [:]
        for pair in pairs {
            do {
                let plan = try await change(to: [pair], only: ["\(pair.name)"])
                failures.merge(Self.failures(of: [pair], in: plan)) { _, new in new }
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
            let nginx = try await access.find(settings.proxy?.place)
            return try await plan(strays(), coming: Set(coming), only: nil, nginx)
        }
    }

    /// Makes nginx's files what certctl.conf asks for, with the certificates that are in use.
    ///
    /// Returns what was planned. Throws as ``deploy(_:)`` tells, in ``Unserved``.
    @discardableResult
    func apply() async throws -> ProxyPlan {
        let plan = try await Unserved.by(.apply) { try await change(to: nil, only: nil) }
        await DeployUnit(services).permit(plan.view.directory)
        return plan
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
    /// Throws as ``deploy(_:)`` tells.
    func serve(_ names: [LineageName]) async throws {
        let plan = try await Unserved.by(.apply) {
            try await change(to: [], only: Set(names.map(\.description)))
        }
        await DeployUnit(services).permit(plan.view.directory)
        // The others of them are served.
        if let refused = names.lazy.compactMap({ plan.refused["\($0)"] }).first { throw refused }
    }

    /// Takes back what a run that was cut off has changed.
    func recover() async throws {
        try await recover(try await access.find(settings.proxy?.place))
    }

    /// Takes it back with an nginx that was found.
    func recover(_ nginx: any NginxInstance) async throws {
        guard try await NginxTransaction.recover(needs(nginx, [])) else { return }
        services.log.notice("a deployment that was cut off was taken back")
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
        try services.store.isPublished(name)
            && services.store.published(of: name)?.number != .bootstrap
    }

    private func plan(
        _ pairs: [ProxyPlan.Pair],
        coming: Set<LineageName>,
        only: Set<String>?,
        _ nginx: any NginxInstance
    ) async throws -> ProxyPlan {
        let view = try await ProxyView.look(services, settings, access, nginx)
        return try ProxyPlan(
            view,
            sites: try sites(coming: coming),
            pairs: pairs,
            coming: coming,
            only: only,
            isInPlace: !edited.isEmpty,
            services
        )
    }

    /// All of certctl.conf, as if the certificates of `coming` were in use.
    func sites(coming: Set<LineageName> = []) throws -> [Site] {
        try settings.sites.compactMap { site in
            guard let name = site.certificate.lineageName else { return nil }
            let hasPair = try coming.contains(name) || hasPair(name)
            return Site(site, lineage: "\(name)", hasPair: hasPair)
        }
    }

    // MARK: Changing

    /// Brings `pairs` into use, or with `nil` what is in use already, in the way that `tls_group` says.
    @discardableResult
    private func change(to pairs: [ProxyPlan.Pair]?, only: Set<String>?) async throws -> ProxyPlan {
        let nginx = try await findStarted()
        try await recover(nginx)
        let strays = try pairs == nil ? strays() : []
        let pairs = pairs ?? strays
        let led: [LineageName]
        do {
            let plan = try await change(to: pairs, only: only, nginx)
            try takeBackCopies(of: strays.map(\.name))
            return plan
        } catch {
            let reason = await explained(error, of: nginx)
            guard case TransactionFailure.untouched = error, case ProxyError.unreadableKey = reason
            else { throw reason }
            led = try leadStrays()
            guard !led.isEmpty else { throw reason }
        }
        // What nginx was not allowed to read, it may read now.
        do {
            let plan = try await change(to: pairs, only: only, nginx)
            try takeBackCopies(of: led)
            return plan
        } catch {
            throw await explained(error, of: nginx)
        }
    }

    private func change(
        to pairs: [ProxyPlan.Pair],
        only: Set<String>?,
        _ nginx: any NginxInstance
    ) async throws -> ProxyPlan {
        let coming = Set(pairs.map(\.name))
        let plan = try await afterMending(nginx) {
            try await self.plan(pairs, coming: coming, only: only, nginx)
        }
        tell(of: plan)
        for pair in pairs { try services.handOver(pair.certificate, of: pair.name) }
        let proof = ServedProof(probe: access.probe, clock: services.clock)
        let addresses = nginx.addresses(ofPort: 443)
        if addresses.isEmpty, plan.expectations.contains(where: { $0.addresses == nil }) {
            throw ProxyError.notPublished(place: nginx.place)
        }
        if plan.changes.isEmpty {
            do throws(ServedFault) {
                try await proof.prove(plan.expectations, at: addresses, waits: false)
                return plan
            } catch {
                services.log.info("what is stored is not served yet", ["seen": error.diagnosis.why])
            }
        }
        try makeDirectories(of: plan)
        try await NginxTransaction.run(plan.changes, needs(nginx, plan.expectations))
        tellProven(plan.expectations, by: nginx)
        return plan
    }

    /// What a transaction needs; `expectations` are what has to be served in the end.
    func needs(
        _ nginx: any NginxInstance,
        _ expectations: [ServedProof.Expectation]
    ) -> TransactionServices {
        let (services, access) = (services, access)
        return TransactionServices(
            files: services.fileSystem,
            note: TransactionNote(services.layout.transaction, in: services.fileSystem),
            test: {
                let verdict = try await nginx.test()
                guard !verdict.isAccepted else { return }
                throw ProxyError.refused(place: nginx.place, lines: lines(of: verdict, nginx))
            },
            reload: { try await Self.reload(nginx, services.clock) },
            prove: {
                try await ServedProof(probe: access.probe, clock: services.clock).prove(
                    expectations,
                    at: nginx.addresses(ofPort: 443)
                )
            }
        )
    }

    /// Has nginx reload, and waits until it has.
    private static func reload(_ nginx: any NginxInstance, _ clock: any WallClock) async throws {
        let before = try await nginx.snapshot()
        let start = Int(clock.now.timeIntervalSince1970)
        try await nginx.reload()
        let deadline = clock.uptime + patience
        while clock.uptime < deadline {
            let now = try await nginx.snapshot()
            guard now.isSameRun(as: before) else { throw ProxyError.restarted(place: nginx.place) }
            if now.hasNewWorkers(since: before) { return }
            try await clock.sleep(for: pause)
        }
        // That it says nothing is better than no answer at all.
        let log = (try? await nginx.log(lines: readLog, since: start)) ?? []
        let serious = log.filter { NginxMessage($0)?.level.isSerious ?? false }
        throw ProxyError.notReloaded(place: nginx.place, lines: serious.suffix(shownLog))
    }

    private func makeDirectories(of plan: ProxyPlan) throws {
        guard plan.files.writes.contains(where: { $0.path.hasPrefix("certctl/") }) else { return }
        try makeSnippetDirectory(in: plan.view.directory)
    }

    /// Makes the directory of snippets unless it is there.
    func makeSnippetDirectory(in directory: String) throws {
        let snippets = "\(directory)/certctl"
        guard try services.fileSystem.status(snippets) == nil else { return }
        try services.fileSystem.makeDirectory(snippets, .publicDirectory)
        try services.fileSystem.syncDirectory(directory)
    }

    private func tellProven(_ expectations: [ServedProof.Expectation], by nginx: any NginxInstance)
    {
        guard !expectations.isEmpty else {
            return services.log.notice("nginx has reloaded", ["nginx": nginx.place])
        }
        var hosts: [[UInt8]: [String]] = [:]
        for expected in expectations { hosts[expected.leaf, default: []].append(expected.host) }
        for hosts in hosts.values.map({ Set($0).sorted() }).sorted(by: { $0[0] < $1[0] }) {
            services.log.notice(
                "the certificate is served",
                ["by": nginx.place, "hosts": hosts.joined(separator: " ")]
            )
        }
    }

    private func tell(of plan: ProxyPlan) {
        for note in plan.notes {
            let fields = ["note": note.description]
            if note.isWarning {
                services.log.warning("a note on the sites", fields)
            } else {
                services.log.info("a note on the sites", fields)
            }
        }
        for conflict in plan.files.conflicts {
            services.log.warning(
                "a file of certctl's was changed by a person, and is left alone",
                ["path": "\(plan.view.directory)/\(conflict.path)"]
            )
        }
    }
}

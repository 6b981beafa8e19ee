import ACME
package import CertificateStore
import Diagnostics
import HTTP01
import Platform
import Settings

/// `certctl issue` for one certificate or several: side by side, over one connection to each CA.
///
/// What fails for one certificate keeps no other from being issued.
package struct IssueCertificates: Sendable {
    /// What came of one certificate.
    package struct Ending: Sendable {
        package let name: LineageName
        package let result: Result<IssueOutcome, any Error>
    }

    /// How many orders are under way at a time; a CA counts more of them as a flood.
    private static let lanes = 20

    let services: Services
    let general: Settings
    let orders: [IssueCertificate]
    /// The CAs, where the caller has spoken to them already.
    private let authorities: Authorities?
    /// How a caller wants the orders gone about; `nil` for what a person asks for.
    private let conduct: OrderConduct?

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// Throws ``WorkflowError`` when two requests are for the same lineage, or one cannot be named,
    /// and what ``SettingsLoader/load()`` throws.
    package init(_ requests: [IssueRequest], services: Services) throws {
        try self.init(requests, services: services, authorities: nil, conduct: nil)
    }

    /// The same for a caller that knows the CAs, and goes about the orders in a way of its own.
    init(
        _ requests: [IssueRequest],
        services: Services,
        authorities: Authorities?,
        conduct: OrderConduct?
    ) throws {
        self.authorities = authorities
        self.conduct = conduct
        let general = try SettingsLoader(services).load()
        self.general = general
        let services = services.following(general)
        self.services = services
        orders = try requests.map {
            try IssueCertificate($0, services: services, general: general)
        }
        var seen: Set<LineageName> = []
        for order in orders where !seen.insert(order.name).inserted {
            throw WorkflowError.sameLineage("\(order.name)")
        }
    }

    /// Lets nginx pass the CA's questions on for sites of certctl.conf that it does not serve yet: tested
    /// and reloaded before a CA is asked for anything.
    ///
    /// For whoever deploys. Throws what ``ProxyDeployment/prepare(_:)`` throws.
    package func prepareProxy() async throws {
        let orders = orders.filter { !$0.request.isRehearsal }
        guard let proxy = ProxyDeployment(services, general), !orders.isEmpty else { return }
        try await services.whileDeploying { try await proxy.prepare(orders.map(\.name)) }
    }

    /// Has nginx serve the sites of certificates that were good enough, as certctl.conf says now; those
    /// of new ones it serves since they were brought into use.
    ///
    /// Returns the endings, with a failure for a site that is not served.
    package func serveSites(_ endings: [Ending]) async -> [Ending] {
        guard let proxy = ProxyDeployment(services, general) else { return endings }
        var served: [Ending] = []
        for ending in endings {
            guard case .success(let outcome) = ending.result, case .unchanged = outcome.change
            else {
                served.append(ending)
                continue
            }
            do {
                try await services.whileDeploying { try await proxy.serve([ending.name]) }
                served.append(ending)
            } catch {
                served.append(Ending(name: ending.name, result: .failure(error)))
            }
        }
        return served
    }

    /// Tells what keeps the sites of these certificates from working and nginx does not mind.
    package func adviseOnSites() async {
        var own = general
        own.sites.removeAll { site in
            !orders.contains { $0.name == site.certificate.lineageName }
        }
        guard let advice = SiteAdvice(services, own) else { return }
        services.tell(await advice.notes())
    }

    /// Issues what is not good enough, and brings all of it into use; in the order of the requests.
    ///
    /// Without `deploys` nothing is brought into use: it stays committed until ``DeployCertificates``
    /// is run, which is then also to be given the hooks of the requests.
    package func run(deploys: Bool = true) async -> [Ending] {
        var endings: [LineageName: Result<IssueOutcome, any Error>] = [:]
        var waiting: [HTTP01Settings: [IssueCertificate.Preparation]] = [:]
        var ready: [IssueCertificate.Obtained] = []
        var locks: [FileLock] = []
        // Not when the last task that has one is gone: whoever comes next may be here already.
        defer { for lock in locks { lock.release() } }
        // By name, so that two commands never wait for a lineage of each other.
        for var order in orders.sorted(by: { $0.name < $1.name }) {
            order.deploys = deploys
            do {
                let preparation = try await order.prepare()
                if let lock = preparation.lock { locks.append(lock) }
                guard let kept = preparation.kept else {
                    waiting[preparation.settings.http01, default: []].append(preparation)
                    continue
                }
                if try kept.job() == nil {
                    // Nobody has to wait for it while the others are ordered.
                    endings[order.name] = .success(try order.settled(kept))
                    kept.lock?.release()
                } else {
                    ready.append(kept)
                }
            } catch {
                endings[order.name] = .failure(error)
            }
        }
        for (name, result) in await obtain(waiting) {
            switch result {
            case .success(let obtained): ready.append(obtained)
            case .failure(let error): endings[name] = .failure(error)
            }
        }
        endings.merge(await finish(ready)) { _, new in new }
        return orders.compactMap { order in
            endings[order.name].map { Ending(name: order.name, result: $0) }
        }
    }

    /// Brings what was obtained into use, all of it in one run: hooks reload servers.
    private func finish(
        _ ready: [IssueCertificate.Obtained]
    ) async -> [LineageName: Result<IssueOutcome, any Error>] {
        var endings: [LineageName: Result<IssueOutcome, any Error>] = [:]
        var jobs: [DeployCertificates.Job] = []
        for obtained in ready {
            let order = obtained.order
            do {
                endings[order.name] = .success(try order.settled(obtained))
                if let job = try obtained.job() { jobs.append(job) }
            } catch {
                services.noteFailure(order.name, error)
                endings[order.name] = .failure(error)
            }
        }
        let deployed = await DeployRun(services, general).run(jobs, waits: true)
        for obtained in ready {
            guard let result = deployed[obtained.order.name] else { continue }
            endings[obtained.order.name] = result.map { obtained.outcome(hooks: $0.hooks) }
        }
        return endings
    }

    private typealias Attempt = (LineageName, Result<IssueCertificate.Obtained, any Error>)

    /// Asks the CAs, with one solver for all who answer the same way.
    private func obtain(
        _ waiting: [HTTP01Settings: [IssueCertificate.Preparation]]
    ) async -> [Attempt] {
        let authorities = authorities ?? Authorities(services)
        let all = waiting.values.flatMap(\.self)
        var attempts: [Attempt] = []
        do {
            let conduct = try conduct ?? Self.conduct(of: all, services)
            // One way after the other: two of them may need the same port.
            for (settings, preparations) in waiting {
                attempts += await obtain(inOrder(preparations), settings, authorities, conduct)
            }
        } catch {
            attempts = all.map { ($0.order.name, .failure(error)) }
        }
        return attempts
    }

    /// As they were asked for: the first one is the most urgent.
    private func inOrder(
        _ preparations: [IssueCertificate.Preparation]
    ) -> [IssueCertificate.Preparation] {
        let places = Dictionary(
            uniqueKeysWithValues: orders.enumerated().map { ($0.element.name, $0.offset) }
        )
        return preparations.sorted {
            places[$0.order.name] ?? 0 < places[$1.order.name] ?? 0
        }
    }

    /// How orders are gone about that a person asks for: within the limits that the CA has published.
    private static func conduct(
        of preparations: [IssueCertificate.Preparation],
        _ services: Services
    ) throws -> OrderConduct {
        let limits = try LimitKeeper(services)
        let orders = Dictionary(
            uniqueKeysWithValues: preparations.map { ($0.order.name, $0.limited) }
        )
        return OrderConduct(
            lanes: lanes,
            admit: { name in
                guard let order = orders[name] else { return }
                try limits.check(order, at: services.clock.now)
                try services.store.lookSoon(at: name)
                limits.noteOrder(order, at: services.clock.now)
            },
            settled: { name, result in
                guard let order = orders[name] else { return }
                limits.note(result, of: order, at: services.clock.now)
                await limits.saveQuietly()
            }
        )
    }

    private func obtain(
        _ preparations: [IssueCertificate.Preparation],
        _ settings: HTTP01Settings,
        _ authorities: Authorities,
        _ conduct: OrderConduct
    ) async -> [Attempt] {
        do {
            return try await services.whileNoOtherOrder {
                // The port is held before the CA is asked for anything: without it nothing can come
                // of it.
                var settings = settings
                settings.hosts = preparations.flatMap { $0.order.request.names.hostNames }
                return try await services.makeSolver(settings).serving { presenter in
                    await obtain(preparations, presenter, authorities, conduct)
                }
            }
        } catch {
            let error = services.completed(error)
            return preparations.map { preparation in
                preparation.order.failed(preparation, error)
                return (preparation.order.name, .failure(error))
            }
        }
    }

    private func obtain(
        _ preparations: [IssueCertificate.Preparation],
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities,
        _ conduct: OrderConduct
    ) async -> [Attempt] {
        await withTaskGroup(of: Attempt.self) { group in
            var attempts: [Attempt] = []
            for (index, preparation) in preparations.enumerated() {
                if index >= conduct.lanes, let done = await group.next() { attempts.append(done) }
                group.addTask {
                    await attempt(preparation, presenter, authorities, conduct)
                }
            }
            return await group.reduce(into: attempts) { $0.append($1) }
        }
    }

    private func attempt(
        _ preparation: IssueCertificate.Preparation,
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities,
        _ conduct: OrderConduct
    ) async -> Attempt {
        let order = preparation.order
        do {
            if !order.request.isRehearsal { try conduct.admit(order.name) }
            let obtained = try await order.obtain(preparation, presenter, authorities)
            await settle(order, .success(obtained.outcome(hooks: [])), conduct)
            return (order.name, .success(obtained))
        } catch {
            order.failed(preparation, error)
            await settle(order, .failure(error), conduct)
            return (order.name, .failure(error))
        }
    }

    /// A rehearsal is nobody's order.
    private func settle(
        _ order: IssueCertificate,
        _ result: Result<IssueOutcome, any Error>,
        _ conduct: OrderConduct
    ) async {
        guard !order.request.isRehearsal else { return }
        await conduct.settled(order.name, result)
    }
}

extension IssueCertificate.Preparation {
    /// The order as far as the CA's limits are about it.
    fileprivate var limited: LimitedOrder {
        let known = lineage.current.map { Set($0.manifest.names) }
        // A CA counts as a renewal what it has issued itself before.
        let issuer = lineage.settings.flatMap { CertificateAuthority($0.issuing) }
        let isRenewal = known == Set(settings.names) && issuer == settings.authority
        var limited = LimitedOrder(
            isRenewal ? .renewal : .new,
            settings.names,
            from: settings.authority
        )
        limited.isForced = order.request.isForced
        return limited
    }
}

extension IssueCertificate.Obtained {
    /// What there is to be told of it.
    fileprivate func outcome(hooks: [String]) -> IssueOutcome {
        IssueOutcome(change: change, name: order.name, hooks: hooks)
    }

    /// What is left to be deployed; `nil` where nothing is, or where that is left to another.
    fileprivate func job() throws -> DeployCertificates.Job? {
        guard order.deploys, let lock, let certificate = outcome(hooks: []).certificate,
            try !DeployCertificates(order.services)
                .isInUse(certificate, order.name, order.store, order.store.deployRecords())
        else { return nil }
        return DeployCertificates.Job(
            name: order.name,
            certificate: certificate,
            lock: lock,
            extraHook: order.request.deployHook
        )
    }
}

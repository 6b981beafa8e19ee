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

    let services: Services
    let general: Settings
    let orders: [IssueCertificate]
    /// The CAs, where the caller has spoken to them already.
    let authorities: Authorities?
    /// How a caller wants the orders gone about; `nil` for what a person asks for.
    let conduct: OrderConduct?

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
}

extension IssueCertificate.Obtained {
    /// What there is to be told of it.
    func outcome(hooks: [String]) -> IssueOutcome {
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

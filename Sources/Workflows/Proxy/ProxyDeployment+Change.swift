import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Nginx
import Platform
import Settings
import Sites

/// Changes of nginx's files: tested, reloaded and proven, or put back.
extension ProxyDeployment {
    /// What an nginx may take from its signal to new workers.
    private static let patience: TimeInterval = 10
    private static let pause: Duration = .milliseconds(25)
    private static let (readLog, shownLog) = (100, 5)

    /// Brings `pairs` into use, or with `nil` what is in use already, in the way that `tls_group` says.
    @discardableResult
    func change(to pairs: [ProxyPlan.Pair]?, scope: SiteScope) async throws -> ProxyPlan {
        let nginx = try await findStarted()
        try await recover(nginx)
        let strays = try pairs == nil ? strays() : []
        let pairs = pairs ?? strays
        let led: [LineageName]
        do {
            let plan = try await change(to: pairs, scope: scope, nginx)
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
            let plan = try await change(to: pairs, scope: scope, nginx)
            try takeBackCopies(of: led)
            return plan
        } catch {
            throw await explained(error, of: nginx)
        }
    }

    private func change(
        to pairs: [ProxyPlan.Pair],
        scope: SiteScope,
        _ nginx: any NginxInstance
    ) async throws -> ProxyPlan {
        let coming = Set(pairs.map(\.name))
        let plan = try await afterMending(nginx) {
            try await self.plan(pairs, coming: coming, scope: scope, nginx)
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
        if !settings.sites.isEmpty { try ServedSites(services).note() }
        try makeDirectories(of: plan)
        if plan.expectations.isEmpty, !plan.changes.isEmpty,
            !plan.changes.contains(where: { plan.view.isRead($0, services.layout) })
        {
            // There is nothing that nginx could take up, or refuse.
            for change in plan.changes { try change.make(in: services.fileSystem) }
            return plan
        }
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

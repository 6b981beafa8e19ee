import ACME
import CertificateStore
import Deployment
import Diagnostics
import Nginx
import PKI
import Platform
import Settings
import Sites

/// The steps that edits of users' files and their undoing have in common.
struct InPlaceDriver: Sendable {
    let services: Services
    let settings: Settings
    let access: ProxyAccess

    /// Throws ``InPlaceError/noNginx`` and what keeps certctl.conf from being read.
    init(_ services: Services) throws {
        guard let access = services.proxy else { throw InPlaceError.noNginx }
        self.access = access
        settings = try SettingsLoader(services).load()
        self.services = services.following(settings)
    }

    /// Refuses names that certctl.conf has a site for: their file is written anew whenever it changes.
    func checkOwnership(of target: EditInPlace.Target) throws(InPlaceError) {
        let own = settings.sites.flatMap(\.certificate.names)
        guard let name = target.names.first(where: own.contains) else { return }
        throw .ownSite(name.value, settings: SettingsLoader(services).path)
    }

    func find() async throws -> any NginxInstance {
        try await access.find(settings.proxy?.place)
    }

    /// Does `body` with the nginx that there is, while no other certctl changes its files and once
    /// what was cut off is taken back.
    func whileLocked<Outcome>(
        _ body: (any NginxInstance) async throws -> Outcome
    ) async throws -> Outcome {
        try await Unserved.by(.sameCommand) {
            try await services.whileDeploying {
                let nginx = try await deployment.find()
                try await deployment.recover(nginx)
                return try await body(nginx)
            }
        }
    }

    /// Looks at nginx; what it cannot read is told with the column, which it does not tell itself.
    func look(at nginx: any NginxInstance) async throws -> ProxyView {
        try await look(at: nginx) { try await deployment.namingMissingFiles(of: nginx, $0) }
    }

    /// The same; files of certctl's own that are missing are put back before.
    func lookAndMend(_ nginx: any NginxInstance) async throws -> ProxyView {
        try await look(at: nginx) { try await deployment.afterMending(nginx, $0) }
    }

    private func look(
        at nginx: any NginxInstance,
        _ attempt: (() async throws -> ProxyView) async throws -> ProxyView
    ) async throws -> ProxyView {
        // nginx has to see where certificates will be, which may never have been needed yet.
        try services.store.prepareDeployment()
        do {
            return try await attempt {
                try await ProxyView.look(services, settings, access, nginx)
            }
        } catch TransactionFailure.untouched(let fault) where fault.step == .brokenBefore {
            if let error = try await syntaxError(of: nginx) { throw InPlaceError.unreadable(error) }
            throw TransactionFailure.untouched(fault)
        }
    }

    /// What is wrong with the file that nginx stumbles over; `nil` where its syntax is right.
    private func syntaxError(of nginx: any NginxInstance) async throws -> ConfigurationError? {
        guard let file = try await nginx.test().refusal?.place?.file,
            case .hostFile(let path) = nginx.paths.follow(
                file,
                target: { access.host.target(ofLink: $0) }
            ), try services.fileSystem.status(path)?.kind == .file
        else { return nil }
        let bytes = try services.fileSystem.readFile(path, limit: InPlacePlan.fileLimit)
        do throws(SyntaxError) {
            _ = try Parser.parse(bytes)
            return nil
        } catch {
            return .syntax(file: file, error)
        }
    }

    /// Plans for a certificate, whose pair file need not be there yet.
    func plan(
        _ view: ProxyView,
        _ target: EditInPlace.Target,
        _ extent: InPlacePlan.Extent
    ) throws -> InPlacePlan {
        let folder = services.layout.generations(target.name)
        let coming = "ssl_certificate \"\(folder)/1\";\nssl_certificate_key \"\(folder)/1\";\n"
        let pair = try services.store.publishedInclude(of: target.name) ?? Array(coming.utf8)
        return try InPlacePlan(
            view,
            .init(name: target.name, names: target.names, pair: pair),
            extent,
            services,
            host: access.host
        )
    }

    /// What has to be seen once a plan is carried out.
    func expectations(
        of target: EditInPlace.Target,
        _ plan: InPlacePlan,
        _ view: ProxyView
    ) throws -> [ServedProof.Expectation] {
        let store = services.store
        guard let published = try store.published(of: target.name), published.manifest.hasKey else {
            throw InPlaceError.noCertificate("\(target.name)")
        }
        let leaf = try store.certificate(of: published).der
        return try expectations(of: target, plan, view, leaf)
    }

    /// Refuses what nobody could see once it is carried out.
    func checkReach(
        of target: EditInPlace.Target,
        _ plan: InPlacePlan,
        _ view: ProxyView
    ) throws {
        _ = try expectations(of: target, plan, view, [])
    }

    private func expectations(
        of target: EditInPlace.Target,
        _ plan: InPlacePlan,
        _ view: ProxyView,
        _ leaf: [UInt8]
    ) throws -> [ServedProof.Expectation] {
        let include = services.layout.include(target.name)
        let hosts = target.names.dnsNames.map(\.probed)
        let expectations = hosts.compactMap { host in
            view.expectation(of: host, leaf, from: include, in: plan.configuration)
        }
        guard !expectations.isEmpty || hosts.isEmpty else {
            throw ProxyError.notPublished(place: view.nginx.place)
        }
        return expectations
    }

    /// Makes the changes as one piece; without any sees that what is stored is served.
    func make(
        _ changes: [FileChange],
        proving expectations: [ServedProof.Expectation],
        _ view: ProxyView
    ) async throws {
        let nginx = view.nginx
        if changes.isEmpty {
            let proof = ServedProof(probe: access.probe, clock: services.clock)
            do throws(ServedFault) {
                let addresses = nginx.addresses(ofPort: 443)
                try await proof.prove(expectations, at: addresses, waits: false)
                return
            } catch {
                services.log.info("what is stored is not served yet", ["seen": error.diagnosis.why])
            }
        }
        try EditRecords(services).prepare()
        for change in changes where change.before == nil {
            let folder = change.path.parentDirectory
            guard try services.fileSystem.status(folder) == nil else { continue }
            try services.fileSystem.makeDirectory(folder, .publicDirectory)
            try services.fileSystem.syncDirectory(folder.parentDirectory)
        }
        do {
            try await NginxTransaction.run(changes, needs(nginx, expectations))
        } catch {
            throw await deployment.explained(error, of: nginx)
        }
        await DeployUnit(services).permit(view.directory)
        for change in changes where change.isInPlace {
            services.log.notice("nginx's configuration was edited", ["path": change.path])
        }
    }

    /// Makes the changes for an nginx that refuses what is there, if it takes that then.
    func mend(with changes: [FileChange], _ nginx: any NginxInstance) async throws {
        try await NginxTransaction.run(changes, needs(nginx, []), isMending: true)
        for change in changes {
            services.log.notice("nginx's configuration was edited", ["path": change.path])
        }
    }

    func tell(of plan: InPlacePlan) {
        for report in plan.reports {
            services.log.info("a note on the edits", ["note": report.explanation.harmless()])
        }
    }

    /// The changes that are of interest to people: those of nginx's files.
    func changes(of plan: InPlacePlan) -> EditInPlace.Changes {
        .init(files: files(of: plan.changes), reports: plan.reports)
    }

    func files(of changes: [FileChange]) -> [EditedFile] {
        changes.filter { !$0.path.hasPrefix("\(services.layout.edits)/") }.map { change in
            EditedFile(path: change.path, before: change.before, after: change.after)
        }
    }

    private func needs(
        _ nginx: any NginxInstance,
        _ expectations: [ServedProof.Expectation]
    ) -> TransactionServices {
        deployment.needs(nginx, expectations)
    }

    private var deployment: ProxyDeployment { ProxyDeployment(services, settings, access) }
}

import ACME
import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import HTTP01
import PKI
import Platform
import Renewal
import Settings

/// One certificate, from the names to the hooks, in the steps that ``IssueCertificates`` takes for
/// several side by side.
struct IssueCertificate: Sendable {
    /// A lineage that is locked, and what is to be done about it.
    struct Preparation: Sendable {
        let order: IssueCertificate
        let lineage: Lineage
        let settings: IssueSettings
        /// Held until the end; a rehearsal needs none.
        let lock: FileLock?
        /// What there is already, where that is good enough.
        var kept: Obtained?
    }

    /// A lineage that is locked, and what it has to be deployed.
    struct Obtained: Sendable {
        let order: IssueCertificate
        let change: IssueOutcome.Change
        let settings: IssueSettings
        let lock: FileLock?
    }

    let services: Services
    let request: IssueRequest
    let name: LineageName
    let store: CertificateStore
    /// Whether readers are pointed at anything; else that is left to whoever deploys.
    var deploys = true
    /// What certctl.conf says of all, and of this lineage.
    let general: Settings
    let block: CertificateSettings?

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// Throws ``WorkflowError`` when no lineage can be named like the first name.
    init(_ request: IssueRequest, services: Services, general: Settings) throws {
        precondition(!request.names.isEmpty, "a certificate is for at least one name")
        let first = request.names[0].value
        let own = general.block(of: request.names)?.lineageName
        guard let name = request.lineage ?? own ?? LineageName.usual(for: first) else {
            throw WorkflowError.unusableLineageName(first)
        }
        self.name = name
        self.request = request
        self.services = services
        self.general = general
        block = general.block(of: name, for: request.names.map(\.value))
        store = services.store
    }

    /// What is asked for, with nothing left open.
    func settings(_ lineage: Lineage?) -> IssueSettings {
        IssueSettings(
            request,
            block: block,
            remembered: lineage?.settings,
            isIssued: lineage?.isIssued ?? false,
            general: general
        )
    }

    /// What is said of the account with a CA.
    func account(with authority: CertificateAuthority) -> AccountRequest {
        general.completing(request.account, with: authority, block: block)
    }

    /// Locks the lineage and finds out whether it needs a certificate.
    func prepare() async throws -> Preparation {
        if deploys {
            let hooks = DeployHooks(services, general)
            try hooks.check(name, request.names, extra: request.deployHook)
        }
        try store.prepare()
        guard !request.isRehearsal else { return try prepareRehearsal() }
        let lock = try await services.lock("\(name)", waits: request.waitsForLock) {
            try store.lock(name)
        }
        do {
            return try prepareLocked(lock)
        } catch {
            services.noteFailure(name, error)
            throw error
        }
    }

    private func prepareLocked(_ lock: FileLock) throws -> Preparation {
        let lineage = try recovered(store.lineage(name))
        try checkNames(lineage)
        let settings = settings(lineage)
        try checkRequest(settings, lineage)
        var preparation = Preparation(
            order: self,
            lineage: lineage,
            settings: settings,
            lock: lock
        )
        if let current = lineage.current, try isGoodEnough(current, lineage, settings) {
            try store.checkKey(of: current)
            preparation.kept = Obtained(
                order: self,
                change: .unchanged(current),
                settings: settings,
                lock: lock
            )
        } else {
            if let current = lineage.current {
                let isOfType = current.manifest.keyType == settings.expectedKeyType
                let isKept = settings.reusesKey && !lineage.isRevoked && isOfType
                try checkReplaced(current, isKept: isKept)
            }
            try store.checkRoom(for: name)
        }
        return preparation
    }

    /// Refuses a key that others may read where it is kept; where it is replaced that is all that it needs.
    private func checkReplaced(_ current: StoredCertificate, isKept: Bool) throws {
        do {
            try store.checkKey(of: current)
        } catch  where !isKept {
            services.log.warning(
                "the key that is replaced was not certctl's alone",
                ["lineage": "\(name)", "reason": Services.reason(of: error)]
            )
        }
    }

    /// Refuses a request made elsewhere that would leave somebody with what is no good any more.
    private func checkRequest(_ settings: IssueSettings, _ lineage: Lineage) throws {
        guard let request = settings.signingRequest else { return }
        // nginx would go on with the last certificate that has a key, and nobody renew that.
        if try store.isPublished(name) {
            throw WorkflowError.requestForNginx(
                lineage: "\(name)",
                include: services.layout.include(name)
            )
        }
        if lineage.isRevoked, let current = lineage.current,
            try store.certificate(of: current).publicKey == request.publicKey
        {
            throw WorkflowError.revokedKey(lineage: "\(name)")
        }
    }

    /// Finishes what a crash left between the generation's final name and its record.
    private func recovered(_ lineage: Lineage) throws -> Lineage {
        guard let pending = lineage.progress.pending,
            try store.recoverCommit(pending, of: name, after: lineage.progress.committed) != nil
        else { return lineage }
        try store.save(pending.settings, of: name)
        services.log.notice("finished what an earlier run had begun", ["lineage": "\(name)"])
        return try store.lineage(name)
    }

    /// A second certificate for other names would take the place of the first unseen.
    private func checkNames(_ lineage: Lineage) throws {
        guard request.lineage == nil, let current = lineage.current else { return }
        let asked = request.names.map(\.value)
        guard Set(asked) != Set(current.manifest.names) else { return }
        throw WorkflowError.otherNames(
            lineage: "\(name)",
            existing: current.manifest.names,
            asked: asked
        )
    }

    func isGoodEnough(
        _ current: StoredCertificate,
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) throws -> Bool {
        if let outdated = request.outdated { return current.number != outdated }
        let manifest = current.manifest
        let memory = try RenewalMemory(store)
        let facts = memory.facts(of: current, lineage, try memory.state(of: lineage))
        let due = RenewalPolicy.due(facts).moment
        let asked = settings.toRemember
        let remembered = lineage.settings ?? asked
        return !request.isForced && services.clock.now < due && !lineage.isRevoked
            && Set(manifest.names) == Set(asked.names)
            && manifest.keyType == settings.expectedKeyType
            && remembered.authority == asked.authority && remembered.profile == asked.profile
            && remembered.preferredChain == asked.preferredChain
            && remembered.certificateSigningRequest == asked.certificateSigningRequest
    }

    /// Gets a certificate from the CA and commits it.
    func obtain(
        _ preparation: Preparation,
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities
    ) async throws -> Obtained {
        let change: IssueOutcome.Change
        if request.isRehearsal {
            change = try await rehearse(preparation, presenter, authorities)
        } else {
            let certificate = try await issue(preparation, presenter, authorities)
            change = .issued(certificate)
            let until = certificate.manifest.notAfter.formatted(.iso8601)
            services.log.notice("certificate issued", ["lineage": "\(name)", "until": until])
            let isFirst = preparation.lineage.current == nil
            services.note(
                isFirst ? .issued : .renewed,
                name,
                "generation \(certificate.number) until \(until)"
            )
            await presenter.redirect(request.names.hostNames)
        }
        return Obtained(
            order: self,
            change: change,
            settings: preparation.settings,
            lock: preparation.lock
        )
    }

    /// Notes that there will be no certificate.
    func failed(_ preparation: Preparation, _ error: any Error) {
        guard !request.isRehearsal else { return }
        // An nginx that holds the port may need the pair to go on. Where it cannot be made the
        // first failure is still the one to tell.
        try? bootstrap(preparation.lineage, preparation.settings)
        if (error as? WorkflowError)?.isHold ?? false {
            services.note(.held, name, Services.reason(of: error))
        } else {
            services.noteFailure(name, error)
        }
    }

    /// What there is before anything is deployed; how an unchanged certificate was asked for now is
    /// remembered.
    func settled(_ obtained: Obtained) throws -> IssueOutcome {
        if case .unchanged = obtained.change {
            try store.save(obtained.settings.toKeep, of: name)
        }
        clearAway()
        return IssueOutcome(change: obtained.change, name: name, hooks: [])
    }
}

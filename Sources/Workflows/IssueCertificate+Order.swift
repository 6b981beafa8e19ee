import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import HTTP01
import PKI
import Platform

/// From the key to the committed generation.
extension IssueCertificate {
    /// An order that is gone is followed by a new one, an account that the CA has forgotten by a
    /// new one; a CA that goes on like that is left alone.
    private static let mostAttempts = 3
    /// A year: whoever still runs on the bootstrap pair then has noticed.
    private static let bootstrapLifetime: Double = 365 * 86_400

    func order(
        _ lineage: Lineage,
        _ settings: IssueSettings,
        _ presenter: any ChallengePresenter
    ) async throws -> StoredCertificate {
        let client = ACMEClient(
            transport: try services.makeTransport(settings.authorityRoots),
            clock: services.clock,
            log: services.log
        )
        // The CA's directory comes while the key is made and written.
        async let reading = client.directory(at: settings.authority.directory)
        let material = try keyMaterial(lineage, settings)
        let directory = try await reading
        let opening = AccountOpening(
            services,
            request,
            authority: settings.authority,
            directory: directory,
            client: client
        )
        let session = try await opening.open()
        let pem = try await obtainChain(material, session, opening, presenter)
        return try commit(pem, material)
    }

    /// A key, and the request made with it, both durable.
    private struct KeyMaterial: Sendable {
        let key: PrivateKey
        let request: [UInt8]
        /// The order that an earlier run has made with them.
        var order: WebURL?
    }

    /// Takes up what a crash has left, where it is for the same certificate; else begins anew.
    private func keyMaterial(
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) throws -> KeyMaterial {
        if let pending = lineage.progress.pending,
            pending.settings.sharesOrder(with: settings.toRemember),
            let key = try store.stagedKey(pending, of: name)
        {
            let isAlive = (pending.expires ?? .distantFuture) > services.clock.now
            let order = isAlive ? pending.order.flatMap(WebURL.init) : nil
            if order != nil {
                services.log.notice("going on with an order", ["lineage": "\(name)"])
            }
            return KeyMaterial(key: key, request: pending.certificateSigningRequest, order: order)
        }
        let key = try PrivateKey.make(settings.keyType)
        let signingRequest = try CertificateSigningRequest(dnsNames: settings.names, key: key)
        // Made first: the pair for nginx is put together where the key is staged.
        try bootstrap(lineage)
        try store.stage(key, request: signingRequest, settings: settings.toRemember, for: name)
        return KeyMaterial(key: key, request: signingRequest.der, order: nil)
    }

    /// Lets nginx start while there is no certificate yet.
    func bootstrap(_ lineage: Lineage) throws {
        guard lineage.current == nil, try !store.isPublished(name) else { return }
        try store.publish(store.bootstrap(of: name) ?? makeBootstrap(), of: name)
    }

    private func makeBootstrap() throws -> StoredCertificate {
        let now = services.clock.now
        let key = try PrivateKey.make(.p256)
        let certificate = try SelfSignedCertificate.make(
            dnsNames: request.names.map(\.description),
            key: key,
            serial: Array(key.publicKey.fingerprint.prefix(8)),
            notBefore: now.addingTimeInterval(-3600),
            notAfter: now.addingTimeInterval(Self.bootstrapLifetime)
        )
        return try store.commitBootstrap(key, certificate, for: name)
    }

    private func obtainChain(
        _ start: KeyMaterial,
        _ session: Session,
        _ opening: AccountOpening,
        _ presenter: any ChallengePresenter
    ) async throws -> [UInt8] {
        var material = start
        for attempt in 1... {
            do {
                let plan = plan(material, session)
                let issuance = Issuance(plan, resuming: material.order)
                return try await session.issue(issuance, delegate(presenter))
            } catch ACMEError.orderGone where attempt < Self.mostAttempts {
                try dropOrder("the CA no longer has it")
                material.order = nil
            } catch ACMEError.refused(let problem)
                where problem.kind == .accountDoesNotExist && attempt < Self.mostAttempts
            {
                services.log.warning("the CA has forgotten the account; registering again")
                try await opening.reopen(session)
            } catch ACMEError.refused(let problem)
                where [.badCSR, .badPublicKey].contains(problem.kind)
            {
                // The next run needs another key: the CA would say the same of this one.
                try abandon(problem.text)
                throw ACMEError.refused(problem)
            } catch let error as ACMEError where error.endsOrder {
                try dropOrder("\(error)")
                throw error
            }
        }
        preconditionFailure("the loop ends by returning or throwing")
    }

    private func plan(_ material: KeyMaterial, _ session: Session) -> Issuance.Plan {
        Issuance.Plan(
            directory: session.directory,
            names: request.names,
            certificateSigningRequest: material.request,
            thumbprint: session.thumbprint
        )
    }

    private func delegate(_ presenter: any ChallengePresenter) -> IssuanceDelegate {
        let journal = store.journal(name)
        return IssuanceDelegate(
            record: { order, expires in
                try journal.append(.order(url: order.description, expires: expires))
            },
            present: { answers in try await presenter.present(answers) },
            progress: request.progress
        )
    }

    private func dropOrder(_ reason: String) throws {
        try store.journal(name).append(.orderDropped(reason: reason.harmless(limit: 500)))
    }

    private func abandon(_ reason: String) throws {
        try store.journal(name).append(.abandoned(reason: reason.harmless(limit: 500)))
    }

    /// Checks the chain as if the CA were an attacker, then commits it.
    private func commit(_ pem: [UInt8], _ material: KeyMaterial) throws -> StoredCertificate {
        let chain: CertificateChain
        do {
            chain = try CertificateChain(pem: pem)
            try chain.validate(
                CertificateChain.Expectation(
                    publicKey: material.key.publicKey,
                    dnsNames: Set(request.names.map(\.description)),
                    now: services.clock.now
                )
            )
        } catch {
            // Where only the dates are wrong this machine's clock may be: with the clock put right the
            // next run downloads the same chain. Else the order is spent.
            if !error.isAboutDates { try abandon("\(error)") }
            throw error
        }
        return try store.commit(chain, keyType: material.key.type, for: name)
    }
}

extension ACMEError {
    /// Whether the order can come to nothing any more, so that the next run needs a new one.
    fileprivate var endsOrder: Bool {
        switch self {
        case .challengesFailed, .orderFailed, .orderGone, .challengeNotOffered, .unusableToken:
            true
        default:
            false
        }
    }
}

extension PKIError {
    /// Whether a wrong clock of this machine would explain it.
    fileprivate var isAboutDates: Bool {
        switch self {
        case .notYetValid, .expired: true
        default: false
        }
    }
}

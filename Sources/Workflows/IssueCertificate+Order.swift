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

    func issue(
        _ preparation: Preparation,
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities
    ) async throws -> StoredCertificate {
        let settings = preparation.settings
        // The CA's directory comes while the key is made and written.
        async let reaching = authorities.connection(
            to: settings.authority,
            roots: settings.authorityRoots
        )
        let material = try keyMaterial(preparation.lineage, settings)
        let connection = try await reaching
        try connection.directory.check(profile: settings.profile)
        let account = account(with: settings.authority)
        let session = try await authorities.session(connection, account)
        guard material.publicKey != session.publicKey else {
            throw AccountError.keyInRequest
        }
        let attempt = Attempt(
            connection: connection,
            session: session,
            account: account,
            settings: settings,
            replaces: try predecessor(preparation.lineage, settings, connection.directory),
            presenter: presenter
        )
        let issued = try await obtainChains(material, attempt)
        return try commit(issued, material, settings)
    }

    /// What stays the same while an order is tried again.
    private struct Attempt: Sendable {
        let connection: AuthorityConnection
        let session: Session
        let account: AccountRequest
        let settings: IssueSettings
        let replaces: CertificateIdentifier?
        let presenter: any ChallengePresenter
    }

    /// A key, and the request made with it, both durable.
    private struct KeyMaterial: Sendable {
        /// `nil` for a request that was made elsewhere.
        let type: KeyType?
        let publicKey: PublicKey
        let request: [UInt8]
        /// The order that an earlier run has made with them.
        var order: WebURL?
    }

    /// The certificate that the new one takes the place of, where the CA wants to know.
    ///
    /// Source: RFC 9773 §5.
    private func predecessor(
        _ lineage: Lineage,
        _ settings: IssueSettings,
        _ directory: Directory
    ) throws -> CertificateIdentifier? {
        guard directory.renewalInfo != nil, let current = lineage.current,
            lineage.settings?.authority == settings.authority.directory.description
        else { return nil }
        return CertificateIdentifier(try store.certificate(of: current))
    }

    /// Takes up what a crash has left, where it is for the same certificate; else begins anew.
    private func keyMaterial(
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) throws -> KeyMaterial {
        if let known = try stagedMaterial(lineage, settings) { return known }
        let (key, signingRequest) = try newRequest(settings) { try makeKey(lineage, settings) }
        // Made first: the pair for nginx is put together where the key is staged.
        try bootstrap(lineage, settings)
        try store.stage(key, request: signingRequest, settings: settings.toRemember, for: name)
        return KeyMaterial(
            type: key?.type,
            publicKey: signingRequest.publicKey,
            request: signingRequest.der,
            order: nil
        )
    }

    private func stagedMaterial(
        _ lineage: Lineage,
        _ settings: IssueSettings
    ) throws -> KeyMaterial? {
        guard let pending = lineage.progress.pending,
            pending.settings.sharesOrder(with: settings.toRemember)
        else { return nil }
        let key = try store.stagedKey(pending, of: name)
        let foreign =
            try store.isStagedWithoutKey(pending, of: name) ? settings.signingRequest : nil
        guard let publicKey = key?.publicKey ?? foreign?.publicKey else { return nil }
        let isAlive = (pending.expires ?? .distantFuture) > services.clock.now
        let order = isAlive ? pending.order.flatMap(WebURL.init) : nil
        if order != nil {
            services.log.notice("going on with an order", ["lineage": "\(name)"])
        }
        return KeyMaterial(
            type: key?.type,
            publicKey: publicKey,
            request: pending.certificateSigningRequest,
            order: order
        )
    }

    /// The key of the next certificate: a new one, unless that of the last is to serve again.
    ///
    /// The key of a certificate that was called back never does.
    private func makeKey(_ lineage: Lineage, _ settings: IssueSettings) throws -> PrivateKey {
        if settings.reusesKey, let current = lineage.current, !lineage.isRevoked,
            let key = try store.privateKey(of: current), key.type == settings.keyType
        {
            return key
        }
        return try PrivateKey.make(settings.keyType)
    }

    /// The request that was made elsewhere, without its key; or one with a key of our own.
    func newRequest(
        _ settings: IssueSettings,
        makeKey: () throws -> PrivateKey
    ) throws -> (key: PrivateKey?, request: CertificateSigningRequest) {
        if let foreign = settings.signingRequest { return (nil, foreign) }
        let key = try makeKey()
        let own = try CertificateSigningRequest(
            dnsNames: request.names.dnsNames,
            ipAddresses: request.names.ipAddresses,
            key: key
        )
        return (key, own)
    }

    /// Lets nginx start while there is no certificate yet; a certificate without a key is not for
    /// nginx.
    func bootstrap(_ lineage: Lineage, _ settings: IssueSettings) throws {
        guard lineage.current == nil, settings.signingRequest == nil,
            try !store.isPublished(name)
        else { return }
        try store.publish(store.bootstrap(of: name) ?? makeBootstrap(), of: name)
    }

    private func makeBootstrap() throws -> StoredCertificate {
        let now = services.clock.now
        let key = try PrivateKey.make(.p256)
        let certificate = try SelfSignedCertificate.make(
            dnsNames: request.names.dnsNames,
            ipAddresses: request.names.ipAddresses,
            key: key,
            serial: Array(key.publicKey.fingerprint.prefix(8)),
            notBefore: now.addingTimeInterval(-3600),
            notAfter: now.addingTimeInterval(Self.bootstrapLifetime)
        )
        return try store.commitBootstrap(key, certificate, for: name)
    }

    private func obtainChains(
        _ start: KeyMaterial,
        _ attempt: Attempt
    ) async throws -> IssuedChains {
        var material = start
        for count in 1... {
            do {
                let plan = plan(
                    material.request,
                    attempt.settings,
                    attempt.session,
                    replaces: attempt.replaces
                )
                let issuance = Issuance(plan, resuming: material.order)
                return try await attempt.session.issue(issuance, delegate(attempt.presenter))
            } catch ACMEError.orderGone where count < Self.mostAttempts {
                try dropOrder("the CA no longer has it")
                material.order = nil
            } catch ACMEError.refused(let problem)
                where problem.kind == .accountDoesNotExist && count < Self.mostAttempts
            {
                services.log.warning("the CA has forgotten the account; registering again")
                let opening = AccountOpening(services, attempt.account, attempt.connection)
                try await opening.reopen(attempt.session)
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

    /// What is asked of the CA.
    func plan(
        _ signingRequest: [UInt8],
        _ settings: IssueSettings,
        _ session: Session,
        replaces: CertificateIdentifier?
    ) -> Issuance.Plan {
        var order = NewOrder(names: request.names)
        order.profile = settings.profile
        order.replaces = replaces
        var plan = Issuance.Plan(
            directory: session.directory,
            order: order,
            certificateSigningRequest: signingRequest,
            thumbprint: session.thumbprint
        )
        plan.wantsAlternates = settings.preferredChain != nil
        plan.errorsAreFinal = settings.authority.traits.hidesFailures
        return plan
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
    private func commit(
        _ issued: IssuedChains,
        _ material: KeyMaterial,
        _ settings: IssueSettings
    ) throws -> StoredCertificate {
        let chain: CertificateChain
        do {
            chain = try self.chain(issued, settings, publicKey: material.publicKey)
        } catch {
            // Where only the dates are wrong this machine's clock may be: with the clock put right the
            // next run downloads the same chain. Else the order is spent.
            if !error.isAboutDates { try abandon("\(error)") }
            throw error
        }
        return try store.commit(chain, keyType: material.type, for: name)
    }

    /// The chain to use: the CA's own choice, or the one to the issuer that is preferred.
    ///
    /// - Throws: What is wrong with the CA's choice; another chain that is not good is passed over.
    func chain(
        _ issued: IssuedChains,
        _ settings: IssueSettings,
        publicKey: PublicKey
    ) throws(PKIError) -> CertificateChain {
        let standard = try validated(issued.pem, publicKey: publicKey)
        guard let wanted = settings.preferredChain, !standard.leads(to: wanted) else {
            return standard
        }
        for pem in issued.alternates {
            let other = try? validated(pem, publicKey: publicKey)
            if let other, other.leads(to: wanted) { return other }
        }
        services.log.warning(
            "the CA has no chain to the preferred issuer; its own choice is used",
            ["preferred": wanted, "used": standard.topIssuer ?? "unnamed"]
        )
        return standard
    }

    private func validated(
        _ pem: [UInt8],
        publicKey: PublicKey
    ) throws(PKIError) -> CertificateChain {
        let chain = try CertificateChain(pem: pem)
        try chain.validate(
            CertificateChain.Expectation(
                publicKey: publicKey,
                dnsNames: Set(request.names.dnsNames),
                ipAddresses: Set(request.names.ipAddresses),
                now: services.clock.now
            )
        )
        return chain
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

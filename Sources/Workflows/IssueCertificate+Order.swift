import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import HTTP01
import PKI
import Platform
import Renewal

/// From the key to the committed generation.
extension IssueCertificate {
    /// An order that is gone is followed by a new one, an account that the CA has forgotten by a
    /// new one; a CA that goes on like that is left alone.
    private static let mostAttempts = 3
    /// How long an order that makes no progress is gone on with.
    ///
    /// There are CAs that bring some of their orders to no end and say that they are good for months: the
    /// certificate would run out before the order does.
    private static let longestStandstill: TimeInterval = .day

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

    /// The certificate that the new one takes the place of, where the CA wants to know.
    ///
    /// Source: RFC 9773 §5.
    private func predecessor(
        _ lineage: Lineage,
        _ settings: IssueSettings,
        _ directory: Directory
    ) throws -> CertificateIdentifier? {
        guard directory.renewalInfo != nil, let current = lineage.current,
            // A CA refuses a predecessor that has no name in common with its successor.
            !Set(current.manifest.names).isDisjoint(with: settings.names),
            lineage.settings?.issuing == settings.authority.directory.description
        else { return nil }
        return CertificateIdentifier(try store.certificate(of: current))
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
            } catch let error as ACMEError
                where error.isStandstill && isTooOld(material) && count < Self.mostAttempts
            {
                try dropOrder("it has made no progress for too long: \(error)")
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
        let clock = services.clock
        return IssuanceDelegate(
            record: { order, expires in
                try journal.append(
                    .order(url: order.description, expires: expires, begun: clock.now)
                )
            },
            present: { answers in try await presenter.present(answers) },
            progress: request.progress
        )
    }

    /// Whether the order that an earlier run has made has had its time.
    func isTooOld(_ material: KeyMaterial) -> Bool {
        guard material.order != nil, let begun = material.begun else { return false }
        return services.clock.now.timeIntervalSince(begun) > Self.longestStandstill
    }

    private func dropOrder(_ reason: String) throws {
        try store.journal(name).append(.orderDropped(reason: reason.harmless(limit: 500)))
    }

    func abandon(_ reason: String) throws {
        try store.journal(name).append(.abandoned(reason: reason.harmless(limit: 500)))
    }
}

extension ACMEError {
    /// Whether an order that the CA has taken does not come to an end, as far as it can be understood.
    fileprivate var isStandstill: Bool {
        switch self {
        case .notInTime, .busy, .unreadableAnswer: true
        default: false
        }
    }

    /// Whether the order can come to nothing any more, so that the next run needs a new one.
    fileprivate var endsOrder: Bool {
        switch self {
        // A refusal may be of the order too: whoever asks again gets the same answer to it.
        case .challengesFailed, .orderFailed, .orderGone, .challengeNotOffered, .unusableToken,
            .foreignName, .foreignURL, .refused:
            true
        // What cannot be read may be a portal's or a proxy's page, and the certificate be ready.
        case .unreadableAnswer, .noAnswer, .busy, .rateLimited, .noncesRefused, .noNonce,
            .termsNotAgreed,
            .actionRequired, .externalAccountRequired, .notOffered, .profileNotOffered, .keyInUse,
            .accountNotUsable, .notInTime:
            false
        }
    }
}

import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import HTTP01
import PKI

/// `--dry-run`: a whole order with the CA's staging, of which nothing but the account is kept.
extension IssueCertificate {
    /// Resolves what would be asked for; locks nothing, since nothing is changed.
    ///
    /// Throws ``WorkflowError/noStaging(authority:)``.
    func prepareRehearsal() throws -> Preparation {
        let lineage = try store.lineage(name)
        let settings = settings(lineage)
        guard settings.authority.staging != nil else {
            throw WorkflowError.noStaging(authority: settings.authority.folder)
        }
        return Preparation(order: self, lineage: lineage, settings: settings, lock: nil)
    }

    /// Gets a certificate from the staging, checks it, and lets go of it.
    func rehearse(
        _ preparation: Preparation,
        _ presenter: any ChallengePresenter,
        _ authorities: Authorities
    ) async throws -> IssueOutcome.Change {
        let settings = preparation.settings
        guard let staging = settings.authority.staging else {
            throw WorkflowError.noStaging(authority: settings.authority.folder)
        }
        let connection = try await authorities.connection(
            to: staging,
            roots: settings.authorityRoots
        )
        try connection.directory.check(profile: settings.profile)
        let session = try await authorities.session(connection, account(with: staging))
        let (_, signingRequest) = try newRequest(settings) { () throws(PKIError) in
            try PrivateKey.make(settings.keyType)
        }
        let plan = plan(signingRequest.der, settings, session, replaces: nil)
        let delegate = IssuanceDelegate(
            record: { _, _ in },
            present: { answers in try await presenter.present(answers) },
            progress: request.progress
        )
        let issued = try await session.issue(Issuance(plan), delegate)
        let chain = try chain(issued, settings, publicKey: signingRequest.publicKey)
        return .rehearsed(
            until: chain.leaf.notAfter,
            authority: staging.directory.description
        )
    }
}

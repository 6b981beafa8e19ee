package import ACME
package import CertificateStore
import HTTP
package import PKI

/// What an operator asks for with `certctl issue`.
///
/// What is `nil` was not asked for: the lineage's own settings decide, and the defaults where
/// there are none yet.
package struct IssueRequest: Sendable {
    /// At least one, without repetition.
    package var names: [DomainName]
    /// The lineage by `--name`; `nil` for the one named like the first name.
    package var lineage: LineageName?
    package var authority: CertificateAuthority?
    package var authorityRoots: AuthorityRoots?
    package var email: String?
    package var keyType: KeyType?
    package var http01 = HTTP01Options()
    /// Whether a certificate that is not due is replaced.
    package var isForced = false
    /// An executable, by absolute path, to run after those in `deploy.d`.
    package var deployHook: String?
    /// Asks whether the terms of service at that address are agreed to.
    package var agreesToTerms: @Sendable (_ url: String) async -> Bool
    /// Learns of each step.
    package var progress: @Sendable (Issuance.Step) -> Void

    /// Asks for a certificate for `names` and leaves all else to the lineage and the defaults.
    package init(
        names: [DomainName],
        agreesToTerms: @escaping @Sendable (_ url: String) async -> Bool,
        progress: @escaping @Sendable (Issuance.Step) -> Void
    ) {
        self.names = names
        self.agreesToTerms = agreesToTerms
        self.progress = progress
    }
}

/// Whom to trust when the CA is spoken to.
package enum AuthorityRoots: Equatable, Sendable {
    case system
    /// A PEM file of roots for a CA of one's own, by absolute path.
    case file(String)
}

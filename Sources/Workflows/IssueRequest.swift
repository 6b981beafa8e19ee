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
    package var names: [Identifier]
    /// The lineage by `--name`; `nil` for the one named like the first name.
    package var lineage: LineageName?
    package var authority: CertificateAuthority?
    package var authorityRoots: AuthorityRoots?
    package var account: AccountRequest
    package var keyType: KeyType?
    /// Whether the certificate is for the key of the one before.
    package var reusesKey: Bool?
    /// A request made elsewhere, whose key certctl does not have.
    package var signingRequest: CertificateSigningRequest?
    package var profile: Wish<String>?
    package var preferredChain: Wish<String>?
    package var http01 = HTTP01Options()
    /// Whether ``authority`` stands in for the usual one, which is remembered.
    package var isSubstitute = false
    /// The generation that was found to be due: one that has come since is good enough.
    ///
    /// `nil` has the policy decide.
    package var outdated: GenerationNumber?
    /// Whether a lineage that another certctl has is waited for.
    package var waitsForLock = true
    /// Whether a certificate that is not due is replaced.
    package var isForced = false
    /// Whether the CA's staging is asked, and nothing but its account is kept.
    package var isRehearsal = false
    /// An executable, by absolute path, to run after those in `deploy.d`.
    package var deployHook: String?
    /// Learns of each step.
    package var progress: @Sendable (Issuance.Step) -> Void

    /// Asks for a certificate for `names` and leaves all else to the lineage and the defaults.
    package init(
        names: [Identifier],
        agreesToTerms: @escaping @Sendable (_ url: String) async -> Bool,
        progress: @escaping @Sendable (Issuance.Step) -> Void
    ) {
        self.names = names
        account = AccountRequest(agreesToTerms: agreesToTerms)
        self.progress = progress
    }
}

/// A choice that was made: one of several, or to leave it open again.
package enum Wish<Choice: Equatable & Sendable>: Equatable, Sendable {
    case any
    case only(Choice)

    /// What was chosen; `nil` where it was left open.
    var choice: Choice? {
        switch self {
        case .any: nil
        case .only(let choice): choice
        }
    }
}

/// Whom to trust when the CA is spoken to.
package enum AuthorityRoots: Equatable, Sendable {
    case system
    /// A PEM file of roots for a CA of one's own, by absolute path.
    case file(String)
}

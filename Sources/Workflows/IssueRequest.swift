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
    /// A PEM file of roots for a CA of one's own, by absolute path.
    package var authorityRoots: String?
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

/// How http-01 shall be answered, as far as an operator has said so.
package struct HTTP01Options: Equatable, Sendable {
    package var mode: HTTP01Settings.Mode?
    package var port: UInt16?
    /// One of this machine's addresses; `nil` for every one, or for what was remembered.
    package var address: String?

    package init() {}
}

/// What came of it.
package struct IssueOutcome: Equatable, Sendable {
    package enum Change: String, Sendable {
        case issued
        /// There was a certificate already that is not due.
        case unchanged
    }

    package let change: Change
    package let name: LineageName
    package let certificate: StoredCertificate
    /// The hooks that were run, by path.
    package let hooks: [String]
}

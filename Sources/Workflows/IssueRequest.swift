package import ACME
package import CertificateStore
import HTTP
package import PKI

/// What an operator asks for with `certctl issue`.
package struct IssueRequest: Sendable {
    /// At least one, without repetition.
    package var names: [DomainName]
    /// The lineage by `--name`; `nil` for the one named like the first name.
    package var lineage: LineageName?
    package var authority: CertificateAuthority
    /// A PEM file of roots for a CA of one's own, by absolute path.
    package var authorityRoots: String?
    package var email: String?
    package var keyType: KeyType
    package var http01: HTTP01Settings
    /// Whether a certificate that is not due is replaced.
    package var isForced: Bool
    /// An executable, by absolute path, to run after those in `deploy.d`.
    package var deployHook: String?
    /// Asks whether the terms of service at that address are agreed to.
    package var agreesToTerms: @Sendable (_ url: String) async -> Bool
    /// Learns of each step.
    package var progress: @Sendable (Issuance.Step) -> Void

    package init(
        names: [DomainName],
        lineage: LineageName?,
        authority: CertificateAuthority,
        authorityRoots: String?,
        email: String?,
        keyType: KeyType,
        http01: HTTP01Settings,
        isForced: Bool,
        deployHook: String?,
        agreesToTerms: @escaping @Sendable (_ url: String) async -> Bool,
        progress: @escaping @Sendable (Issuance.Step) -> Void
    ) {
        self.names = names
        self.lineage = lineage
        self.authority = authority
        self.authorityRoots = authorityRoots
        self.email = email
        self.keyType = keyType
        self.http01 = http01
        self.isForced = isForced
        self.deployHook = deployHook
        self.agreesToTerms = agreesToTerms
        self.progress = progress
    }

    var settings: LineageSettings {
        LineageSettings(
            names: names.map(\.description),
            authority: authority.directory.description,
            authorityRoots: authorityRoots,
            keyType: keyType.rawValue,
            http01: http01.mode.rawValue,
            http01Port: http01.port,
            http01Address: http01.address
        )
    }
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

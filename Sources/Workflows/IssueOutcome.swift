package import CertificateStore

/// What came of it.
package struct IssueOutcome: Equatable, Sendable {
    /// Whether there is a new certificate.
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

package import CertificateStore
package import FoundationEssentials

/// What came of it.
package struct IssueOutcome: Equatable, Sendable {
    /// What there is now.
    package enum Change: Equatable, Sendable {
        /// A new certificate.
        case issued(StoredCertificate)
        /// The certificate that there was already; it is not due.
        case unchanged(StoredCertificate)
        /// Nothing new: the CA's staging has issued a certificate until that day, which was let go.
        case rehearsed(until: Date, authority: String)
    }

    package let change: Change
    package let name: LineageName
    /// The hooks that were run, by path.
    package let hooks: [String]

    package init(change: Change, name: LineageName, hooks: [String]) {
        self.change = change
        self.name = name
        self.hooks = hooks
    }

    /// What was done, as a word for scripts: `issued`, `unchanged` or `rehearsed`.
    package var word: String {
        switch change {
        case .issued: "issued"
        case .unchanged: "unchanged"
        case .rehearsed: "rehearsed"
        }
    }

    /// The lineage's certificate; `nil` after a rehearsal.
    package var certificate: StoredCertificate? {
        switch change {
        case .issued(let certificate), .unchanged(let certificate): certificate
        case .rehearsed: nil
        }
    }
}

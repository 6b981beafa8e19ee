package import ACME
package import CertificateStore
package import FoundationEssentials

/// Where certificates come from: the CAs, or a model of them.
package protocol CertificateSource: Sendable {
    /// How far the CA's clock is ahead of this machine's, in seconds; 0 where they agree.
    ///
    /// Throws ``ACMEError`` where the CA cannot be reached.
    func clockSkew(of authority: CertificateAuthority, roots: String?) async throws -> TimeInterval

    /// When the CA would like a certificate to be renewed; `nil` for a CA that does not tell.
    ///
    /// Source: RFC 9773 §4.
    func renewalInfo(
        of certificate: StoredCertificate,
        from authority: CertificateAuthority,
        roots: String?
    ) async throws -> RenewalInfo?

    /// Gets certificates, several at a time, and commits each; nothing is deployed.
    ///
    /// - Parameters:
    ///   - orders: What to order.
    ///   - skew: How far the CA's clock is ahead, in seconds: certificates are judged by it.
    ///   - conduct: Learns of each order, and may refuse it.
    /// - Throws: What keeps all of them from being ordered.
    func renew(
        _ orders: [RenewalOrder],
        skew: TimeInterval,
        _ conduct: OrderConduct
    ) async throws
}

/// A certificate that is to take the place of another one.
package struct RenewalOrder: Sendable {
    package let lineage: LineageName
    package let names: [String]
    package let authority: CertificateAuthority
    /// Whether ``authority`` stands in for the usual one.
    package let isSubstitute: Bool
    /// The generation that is due; `nil` where there is none yet.
    package let outdated: GenerationNumber?
    package let limited: LimitedOrder
}

/// How several orders are gone about.
package struct OrderConduct: Sendable {
    /// How many are under way with a CA at a time.
    package var lanes: Int
    /// Called right before the CA is asked for an order; refuses it by throwing.
    package var admit: @Sendable (LineageName) throws -> Void
    /// Called as each ends.
    package var settled: @Sendable (LineageName, Result<IssueOutcome, any Error>) async -> Void

    package init(
        lanes: Int,
        admit: @escaping @Sendable (LineageName) throws -> Void,
        settled: @escaping @Sendable (LineageName, Result<IssueOutcome, any Error>) async -> Void
    ) {
        self.lanes = lanes
        self.admit = admit
        self.settled = settled
    }
}

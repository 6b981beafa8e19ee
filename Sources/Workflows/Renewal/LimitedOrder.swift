package import ACME

/// An order as far as a CA's limits are about it.
package struct LimitedOrder: Sendable {
    /// What kinds of orders CAs count differently.
    package enum Kind: Sendable {
        case new
        /// For the names of a certificate that there is.
        case renewal
        /// One that names its predecessor, which Let's Encrypt does not count at all.
        ///
        /// Source: RFC 9773 §5; Let's Encrypt's page on rate limits.
        case replacement
    }

    package let authority: CertificateAuthority
    package let names: [String]
    package let kind: Kind
    /// Whether the person asks for it who knows of the limit.
    package var isForced = false

    package init(_ kind: Kind, _ names: [String], from authority: CertificateAuthority) {
        self.kind = kind
        self.names = names
        self.authority = authority
    }
}

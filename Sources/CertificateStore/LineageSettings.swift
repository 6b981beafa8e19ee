package import FoundationEssentials

/// How a lineage was asked for, so that it can be renewed the same way.
///
/// It holds data only and never a command: what root runs comes from /etc/certctl.
package struct LineageSettings: Codable, Equatable, Sendable {
    package var schema = 1
    /// In the order of the command; the first one is the lineage's usual name.
    package var names: [String]
    /// The URL of the CA's directory.
    package var authority: String
    /// The URL of the directory of the CA that stood in for it; `nil` where it has issued itself.
    package var substitute: String?
    /// Whether nobody has asked for that CA, and it is what certctl.conf or certctl had for all; `nil` is no.
    package var isAuthorityAssumed: Bool?
    /// A PEM file of roots for a CA of one's own; `nil` for the system's.
    package var authorityRoots: String?
    package var keyType: String
    /// The way to answer http-01 that was asked for, not the one that it came to.
    package var http01: String
    /// The port that the responder listens on; CAs ask on port 80 and someone forwards.
    package var http01Port: UInt16
    /// The address that the responder listens on; `nil` for all.
    package var http01Address: String?
    /// One of the CA's profiles; `nil` for the CA's choice.
    package var profile: String?
    /// The common name of the issuer that the chain's top certificate should have.
    package var preferredChain: String?
    /// Whether a block of certctl.conf was about it; `nil` is no.
    package var isConfigured: Bool?
    /// Whether the next certificate is for the same key; `nil` is no.
    package var reusesKey: Bool?
    /// A request made elsewhere, in DER, whose key certctl does not have.
    package var certificateSigningRequest: Data?

    package init(
        names: [String],
        authority: String,
        authorityRoots: String?,
        keyType: String,
        http01: String,
        http01Port: UInt16,
        http01Address: String?
    ) {
        self.names = names
        self.authority = authority
        self.authorityRoots = authorityRoots
        self.keyType = keyType
        self.http01 = http01
        self.http01Port = http01Port
        self.http01Address = http01Address
    }

    /// The URL of the directory of the CA that the certificate is from.
    package var issuing: String { substitute ?? authority }

    /// Whether an order made for `other` ends in the certificate that these settings ask for.
    package func sharesOrder(with other: LineageSettings) -> Bool {
        Set(names) == Set(other.names) && authority == other.authority
            && substitute == other.substitute
            && keyType == other.keyType && profile == other.profile
            && (reusesKey ?? false) == (other.reusesKey ?? false)
            && certificateSigningRequest == other.certificateSigningRequest
    }
}

package import ACME
package import PKI

/// A CA, and how to prove to it who is asking.
package struct AuthoritySettings: Equatable, Sendable {
    package let authority: CertificateAuthority
    /// The roots (PEM) to trust instead of the system's, by absolute path.
    package var roots: String?
    package var externalAccount: ExternalAccount?

    package init(_ authority: CertificateAuthority) {
        self.authority = authority
    }

    /// An account elsewhere that the CA wants to know of.
    ///
    /// Source: RFC 8555 §7.3.4.
    package struct ExternalAccount: Equatable, Sendable {
        package let keyIdentifier: String
        /// The file with the key, by absolute path.
        package let hmacFile: String
        package let algorithm: HMAC

        package init(keyIdentifier: String, hmacFile: String, algorithm: HMAC) {
            self.keyIdentifier = keyIdentifier
            self.hmacFile = hmacFile
            self.algorithm = algorithm
        }
    }
}

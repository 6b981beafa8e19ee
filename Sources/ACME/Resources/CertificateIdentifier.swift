package import PKI

/// The name that a certificate has in renewal information and in `replaces`.
///
/// Source: RFC 9773 §4.1: the authority key identifier and the serial number, a leading 00 of it
/// included, both in base64url with a dot between them.
package struct CertificateIdentifier: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    /// Names `certificate`; `nil` where its issuer has not said which of its keys signed.
    package init?(_ certificate: Certificate) {
        guard let issuer = certificate.authorityKeyIdentifier, !issuer.isEmpty else { return nil }
        self.init(authorityKeyIdentifier: issuer, serial: certificate.serial)
    }

    init(authorityKeyIdentifier issuer: [UInt8], serial: [UInt8]) {
        description = "\(Base64URL.encode(issuer)).\(Base64URL.encode(serial))"
    }
}

import CLibCrypto
package import FoundationEssentials

/// The facts of a certificate: read once from its DER, after which OpenSSL is no longer needed.
///
/// Source: RFC 5280 §4.1.
package struct Certificate: Equatable, Sendable {
    /// The certificate as it came.
    package let der: [UInt8]
    /// The DNS names it is for, in its own order and in lower case.
    package let dnsNames: [String]
    /// The IP addresses it is for, in its own order.
    package let ipAddresses: [IPAddress]
    /// Whether it has alternative names of any further kind.
    package let hasOtherNames: Bool
    /// The first second of the validity.
    package let notBefore: Date
    /// The last second of the validity.
    package let notAfter: Date
    /// The content bytes of the DER INTEGER, a leading 00 included, as RFC 9773 §4.1 wants them.
    package let serial: [UInt8]
    /// Which of the issuer's keys signed (RFC 5280 §4.2.1.1), where the CA says so.
    package let authorityKeyIdentifier: [UInt8]?
    /// The subject in the form of RFC 2253, harmless to print; for people, not for comparisons.
    package let subject: String
    /// The issuer in the form of RFC 2253, harmless to print; for people, not for comparisons.
    package let issuer: String
    /// The issuer's last common name, harmless to print.
    package let issuerCommonName: String?
    /// Whether it may issue certificates itself.
    package let isAuthority: Bool
    /// The key that is certified.
    package let publicKey: PublicKey

    /// All that it is for, as text: host names, then addresses.
    package var names: [String] { dnsNames + ipAddresses.map(\.description) }

    /// ``serial`` in hexadecimal digits.
    package var serialText: String { Hexadecimal.text(serial) }

    /// The SHA-256 of ``der``.
    package var fingerprint: [UInt8] { SHA256.digest(der) }

    /// Reads a certificate that may come from anyone.
    ///
    /// - Throws: ``PKIError/unreadableCertificate``, ``PKIError/trailingBytes(count:)``,
    ///   ``PKIError/malformedField(_:)`` or ``PKIError/malformedDNSName(_:)``.
    package init(der: [UInt8]) throws(PKIError) {
        let handle = try Handle<X509Certificate>(der: der)
        self = try unsafe handle.with { (certificate) throws(PKIError) in
            try unsafe Certificate(der: der, certificate)
        }
    }

    /// Reads the facts of `certificate`, the `X509` that `der` stands for.
    private init(der: [UInt8], _ certificate: OpaquePointer) throws(PKIError) {
        // Parses the extensions as well; one that is malformed or there twice shows up here.
        let flags = unsafe X509_get_extension_flags(certificate)
        guard flags & UInt32(EXFLAG_INVALID) == 0 else {
            OpenSSLError.forget()
            throw .malformedField("extensions")
        }
        isAuthority = flags & UInt32(EXFLAG_CA) != 0
        let names = try unsafe SubjectAlternativeName(of: certificate)
        dnsNames = names.dnsNames
        ipAddresses = names.ipAddresses
        hasOtherNames = names.hasOtherNames
        notBefore = try unsafe date(X509_get0_notBefore(certificate), "notBefore")
        notAfter = try unsafe date(X509_get0_notAfter(certificate), "notAfter")
        serial = try unsafe content(of: X509_get0_serialNumber(certificate))
        authorityKeyIdentifier = unsafe X509_get0_authority_key_id(certificate).map { identifier in
            unsafe bytes(ofString: identifier)
        }
        subject = try unsafe text(ofName: X509_get_subject_name(certificate))
        issuer = try unsafe text(ofName: X509_get_issuer_name(certificate))
        issuerCommonName = unsafe commonName(of: X509_get_issuer_name(certificate))
        publicKey = try unsafe PublicKey(certifiedBy: certificate)
        self.der = der
    }
}

extension Handle where Object == X509Certificate {
    /// Parses `der`, which must be one certificate and nothing else.
    init(der: [UInt8]) throws(PKIError) {
        let (certificate, leftOver) = unsafe decoded(der) { unsafe d2i_X509(nil, $0, $1) }
        guard let certificate = unsafe certificate else {
            OpenSSLError.forget()
            throw .unreadableCertificate
        }
        let handle = try unsafe Handle(owning: certificate, "d2i_X509")
        guard leftOver == 0 else { throw .trailingBytes(count: leftOver) }
        self = handle
    }
}

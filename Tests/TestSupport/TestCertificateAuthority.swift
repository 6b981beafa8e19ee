package import FoundationEssentials
package import PKI

/// A CA for tests: signs whatever it is told to, right or wrong.
///
/// A value without state: serial numbers are the caller's business.
package struct TestCertificateAuthority: Sendable {
    /// Its common name, which stands as the issuer in what it issues.
    package let name: String
    /// What it signs with.
    package let key: PrivateKey
    /// Its own certificate.
    package let der: [UInt8]
    /// The certificates above its own, up to the root; none for a root.
    package let issuers: [[UInt8]]

    /// Makes a root that vouches for itself.
    package static func make(
        name: String = "Test Root",
        keyType: KeyType = .p256,
        validity: ClosedRange<Date> = TestCertificateAuthority.longValidity
    ) throws -> TestCertificateAuthority {
        let key = try PrivateKey.make(keyType)
        let der = try template(name, key.publicKey, validity).signed(with: key, issuer: name)
        return TestCertificateAuthority(name: name, key: key, der: der, issuers: [])
    }

    /// Makes a CA that this one vouches for.
    package func intermediate(
        name: String = "Test Intermediate",
        keyType: KeyType = .p256,
        validity: ClosedRange<Date> = TestCertificateAuthority.longValidity
    ) throws -> TestCertificateAuthority {
        let key = try PrivateKey.make(keyType)
        let template = TestCertificateAuthority.template(name, key.publicKey, validity)
        return TestCertificateAuthority(
            name: name,
            key: key,
            der: try issue(template),
            issuers: [der] + issuers
        )
    }

    /// Issues a certificate that says what `template` says.
    package func issue(_ template: CertificateTemplate) throws -> [UInt8] {
        try template.signed(with: key, issuer: name)
    }

    /// Issues a certificate for a key.
    package func issue(
        publicKey: PublicKey,
        dnsNames: [String],
        notBefore: Date,
        notAfter: Date,
        isAuthority: Bool = false
    ) throws -> [UInt8] {
        var template = CertificateTemplate(
            publicKey: publicKey.subjectPublicKeyInfo,
            dnsNames: dnsNames,
            notBefore: notBefore,
            notAfter: notAfter
        )
        template.isAuthority = isAuthority
        return try issue(template)
    }

    /// Issues what `csr` asks for; its signature is not verified.
    ///
    /// - Parameters:
    ///   - csr: A certificate signing request in DER.
    ///   - dnsNames: The names to certify; by default those that are asked for.
    ///   - notBefore: The first second of the validity.
    ///   - notAfter: The last second of the validity.
    /// - Returns: The certificate in DER.
    /// - Throws: ``UnreadableRequest`` when `csr` is no request.
    package func issue(
        csr: [UInt8],
        dnsNames: [String]? = nil,
        notBefore: Date,
        notAfter: Date
    ) throws -> [UInt8] {
        guard let request = TestCertificateRequest(der: csr) else { throw UnreadableRequest() }
        return try issue(
            CertificateTemplate(
                publicKey: request.publicKey,
                dnsNames: dnsNames ?? request.dnsNames,
                notBefore: notBefore,
                notAfter: notAfter
            )
        )
    }

    /// What is thrown for a request that cannot be read.
    package struct UnreadableRequest: Error {}

    /// The certificate to trust: of the root that this CA hangs from.
    package var rootPEM: [UInt8] {
        PEM.encode(issuers.last ?? der, label: "CERTIFICATE")
    }

    /// What a CA sends: the leaf, and those that vouch for it except the root.
    package func chainPEM(leaf: [UInt8]) -> [UInt8] {
        let intermediates = issuers.isEmpty ? [] : [der] + issuers.dropLast()
        return ([leaf] + intermediates).flatMap { PEM.encode($0, label: "CERTIFICATE") }
    }

    /// 2020 to 2050: what CAs are valid for when a test does not care.
    package static let longValidity =
        Date(timeIntervalSince1970: 1_577_836_800)...Date(timeIntervalSince1970: 2_524_608_000)

    /// The certificate of a CA.
    private static func template(
        _ name: String,
        _ publicKey: PublicKey,
        _ validity: ClosedRange<Date>
    ) -> CertificateTemplate {
        var template = CertificateTemplate(
            publicKey: publicKey.subjectPublicKeyInfo,
            dnsNames: [],
            notBefore: validity.lowerBound,
            notAfter: validity.upperBound
        )
        template.subject = name
        template.isAuthority = true
        return template
    }
}

package import FoundationEssentials
package import PKI

/// All that a test may want to say in a certificate, right or wrong.
///
/// What the initializer fills in is a leaf as Let's Encrypt issues them.
package struct CertificateTemplate: Sendable {
    /// One of the names in the subject alternative name.
    package enum AlternativeName: Sendable {
        case dns([UInt8])
        case ip([UInt8])
        case email(String)
    }

    /// The serial number's big-endian bytes; a leading 00 is written where DER needs it.
    package var serial: [UInt8] = [0x03, 0xa1, 0xb2, 0xc3, 0xd4, 0xe5, 0xf6, 0x07, 0x18, 0x29]
    /// The subject's common name; `nil` for an empty subject.
    package var subject: String?
    /// The common name that stands as the issuer, where it is not that of the CA that signs.
    package var issuer: String?
    /// The first second of the validity.
    package var notBefore: Date
    /// The last second of the validity.
    package var notAfter: Date
    /// The DER of `SubjectPublicKeyInfo`.
    package var publicKey: [UInt8]
    /// The subject alternative name; without names there is none.
    package var names: [AlternativeName]
    /// Whether the basic constraints say `CA:TRUE`.
    package var isAuthority = false
    /// Whether the issuer's key is named.
    package var hasAuthorityKeyIdentifier = true
    /// More extensions, each in DER.
    package var extensions: [[UInt8]] = []

    /// A leaf for `dnsNames`.
    package init(publicKey: [UInt8], dnsNames: [String], notBefore: Date, notAfter: Date) {
        self.publicKey = publicKey
        self.notBefore = notBefore
        self.notAfter = notAfter
        names = dnsNames.map { .dns(Array($0.utf8)) }
        subject = dnsNames.first
    }

    /// The certificate, signed with `key` in the name of `issuer`.
    ///
    /// Source: RFC 5280 §4.1.
    package func signed(with key: PrivateKey, issuer: String) throws -> [UInt8] {
        let algorithm = key.type.signatureAlgorithm
        let toBeSigned = DER.sequence(
            DER.wrapped(0, DER.integer([2])),
            DER.integer(serial),
            algorithm,
            name(self.issuer ?? issuer),
            DER.sequence(DER.time(notBefore), DER.time(notAfter)),
            name(subject),
            publicKey,
            DER.wrapped(3, DER.element(0x30, allExtensions(issuerKey: key.publicKey)))
        )
        let signature = try key.certificateSignature(of: toBeSigned)
        return DER.sequence(toBeSigned, algorithm, DER.bitString(signature))
    }

    private func allExtensions(issuerKey: PublicKey) -> [UInt8] {
        var all: [[UInt8]] = [
            basicConstraints,
            CertificateTemplate.extension(
                ObjectIdentifiers.subjectKeyIdentifier,
                DER.octetString(keyIdentifier(publicKey))
            ),
        ]
        if hasAuthorityKeyIdentifier {
            let identifier = keyIdentifier(issuerKey.subjectPublicKeyInfo)
            all.append(
                CertificateTemplate.extension(
                    ObjectIdentifiers.authorityKeyIdentifier,
                    DER.sequence(DER.tagged(0, identifier))
                )
            )
        }
        if !names.isEmpty {
            all.append(CertificateTemplate.subjectAlternativeName(names))
        }
        return (all + extensions).flatMap(\.self)
    }

    private var basicConstraints: [UInt8] {
        CertificateTemplate.extension(
            ObjectIdentifiers.basicConstraints,
            isAuthority ? DER.sequence(DER.boolean(true)) : DER.sequence(),
            isCritical: true
        )
    }
}

extension CertificateTemplate {
    /// One extension; `value` is the DER inside.
    package static func `extension`(
        _ identifier: [UInt8],
        _ value: [UInt8],
        isCritical: Bool = false
    ) -> [UInt8] {
        let criticality = isCritical ? DER.boolean(true) : []
        return DER.sequence(identifier, criticality, DER.octetString(value))
    }

    /// The extension that names what a certificate is for.
    package static func subjectAlternativeName(_ names: [AlternativeName]) -> [UInt8] {
        let elements = names.flatMap { name in
            switch name {
            case .email(let address): DER.tagged(1, Array(address.utf8))
            case .dns(let bytes): DER.tagged(2, bytes)
            case .ip(let bytes): DER.tagged(7, bytes)
            }
        }
        return self.extension(
            ObjectIdentifiers.subjectAlternativeName,
            DER.element(0x30, elements)
        )
    }
}

/// A distinguished name of one common name, or of nothing.
private func name(_ commonName: String?) -> [UInt8] {
    guard let commonName else { return DER.sequence() }
    let attribute = DER.sequence(ObjectIdentifiers.commonName, DER.utf8String(commonName))
    return DER.sequence(DER.set(attribute))
}

/// A key identifier of 20 bytes.
///
/// Source: RFC 7093 §2, method 1.
private func keyIdentifier(_ publicKey: [UInt8]) -> [UInt8] {
    Array(SHA256.digest(publicKey).prefix(20))
}

import CLibCrypto
package import FoundationEssentials

extension CertificateChain {
    /// What a chain has to be for.
    package struct Expectation: Sendable {
        /// The key that the certificate was asked for.
        package let publicKey: PublicKey
        /// The host names that were asked for, no more and no fewer.
        package let dnsNames: Set<String>
        /// The addresses that were asked for, no more and no fewer.
        package let ipAddresses: Set<IPAddress>
        /// The moment at which the chain has to be valid.
        package let now: Date

        /// Expects a chain for `publicKey` and exactly `dnsNames`, whatever their case, and
        /// `ipAddresses`.
        package init(
            publicKey: PublicKey,
            dnsNames: Set<String>,
            ipAddresses: Set<IPAddress> = [],
            now: Date
        ) {
            self.publicKey = publicKey
            self.ipAddresses = ipAddresses
            self.dnsNames = Set(dnsNames.map { $0.lowercased() })
            self.now = now
        }
    }

    /// Checks that this is the chain that was asked for and that clients can use it.
    ///
    /// The leaf has to be for our key and for exactly our names, each certificate has to be issued
    /// by the next one, and all have to be valid now.
    ///
    /// A leaf alone passes: a private CA may sign with the root that its clients have already, and
    /// nothing in a certificate tells such a CA from one that forgot the rest. Whether clients
    /// trust the end of the chain is not decided here either.
    ///
    /// - Throws: The first violation that is found.
    package func validate(_ expectation: Expectation) throws(PKIError) {
        try leaf.validateKey(expectation.publicKey)
        try leaf.validateNames(expectation)
        guard !leaf.isAuthority else { throw .leafIsAuthority }
        try validateKeysDiffer()
        for (certificate, issuer) in zip(certificates, issuers) {
            try certificate.validateIsIssued(by: issuer)
        }
        for certificate in certificates {
            try certificate.validateValidity(at: expectation.now)
        }
        try leaf.validateLifetime()
    }

    /// A key that comes twice is a certificate that comes twice, or a circle of issuers.
    private func validateKeysDiffer() throws(PKIError) {
        var keys: Set<PublicKey> = []
        for certificate in certificates where !keys.insert(certificate.publicKey).inserted {
            throw .repeatedKey(subject: certificate.subject)
        }
    }
}

/// How far ahead of ours a CA's clock may be, in seconds.
private let toleratedSkew: TimeInterval = 60 * 60

/// The longest lifetime that is believed: ten years, in seconds.
///
/// A date centuries away would keep a certificate from ever being renewed.
private let longestLifetime: TimeInterval = 3653 * 24 * 60 * 60

extension Certificate {
    /// What to call this certificate in an error: some CAs leave the subjects of leaves empty.
    private var name: String { subject.isEmpty ? dnsNames.first ?? "no name" : subject }

    fileprivate func validateKey(_ publicKey: PublicKey) throws(PKIError) {
        // The bytes alone decide: all that is said about the key was read from them.
        guard self.publicKey.subjectPublicKeyInfo == publicKey.subjectPublicKeyInfo else {
            throw .foreignKey(
                expected: publicKey.fingerprint,
                found: self.publicKey.fingerprint
            )
        }
    }

    fileprivate func validateNames(
        _ expectation: CertificateChain.Expectation
    ) throws(PKIError) {
        // Kind by kind: an address that is written as a host name is not that address.
        let hosts = Self.difference(expectation.dnsNames, Set(dnsNames))
        let addresses = Self.difference(expectation.ipAddresses, Set(ipAddresses))
        let missing = hosts.missing + addresses.missing
        let extra = hosts.extra + addresses.extra
        guard missing.isEmpty, extra.isEmpty else {
            throw .wrongNames(missing: missing, extra: extra)
        }
        guard !hasOtherNames else { throw .extraKindsOfNames }
    }

    private static func difference<Name: CustomStringConvertible>(
        _ expected: Set<Name>,
        _ found: Set<Name>
    ) -> (missing: [String], extra: [String]) {
        (
            expected.subtracting(found).map(\.description).sorted(),
            found.subtracting(expected).map(\.description).sorted()
        )
    }

    /// Checks what is true of every certificate in a chain that works.
    fileprivate func validateValidity(at now: Date) throws(PKIError) {
        guard notBefore < notAfter else {
            throw .emptyValidity(subject: name, notBefore: notBefore, notAfter: notAfter)
        }
        guard notBefore <= now + toleratedSkew else {
            throw .notYetValid(subject: name, notBefore: notBefore, now: now)
        }
        guard now < notAfter else {
            throw .expired(subject: name, notAfter: notAfter, now: now)
        }
    }

    /// Roots live longer, so this is for leaves only.
    fileprivate func validateLifetime() throws(PKIError) {
        guard notAfter.timeIntervalSince(notBefore) <= longestLifetime else {
            throw .excessiveLifetime(notBefore: notBefore, notAfter: notAfter)
        }
    }

    fileprivate func validateIsIssued(by issuer: Certificate) throws(PKIError) {
        switch try issuance(by: issuer) {
        case .proven: break
        case .otherIssuer: throw .brokenChain(issuer: self.issuer, next: issuer.subject)
        case .forged: throw .forgedSignature(subject: name, issuer: issuer.subject)
        }
        guard issuer.isAuthority else { throw .issuerIsNotAuthority(subject: issuer.subject) }
    }
}

/// Whether one certificate was issued by another.
private enum Issuance {
    case proven
    case otherIssuer
    case forged
}

extension Certificate {
    /// Compares the names and verifies the signature, as OpenSSL does.
    private func issuance(by issuer: Certificate) throws(PKIError) -> Issuance {
        let certificate = try Handle<X509Certificate>(der: der)
        let authority = try Handle<X509Certificate>(der: issuer.der)
        return unsafe certificate.with { certificate in
            unsafe authority.with { authority in
                let subject = unsafe X509_get_subject_name(authority)
                guard unsafe X509_NAME_cmp(X509_get_issuer_name(certificate), subject) == 0 else {
                    return Issuance.otherIssuer
                }
                // "get0": the key belongs to the authority.
                let key = unsafe X509_get0_pubkey(authority)
                guard let key = unsafe key, unsafe X509_verify(certificate, key) == 1 else {
                    OpenSSLError.forget()
                    return .forged
                }
                return .proven
            }
        }
    }
}

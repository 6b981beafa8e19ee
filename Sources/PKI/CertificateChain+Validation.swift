package import FoundationEssentials

/// The checks that a chain has to pass before anything is stored, with the CA as the attacker.
extension CertificateChain {
    /// What was asked for.
    package struct Expectation: Equatable, Sendable {
        fileprivate let publicKey: PublicKey
        fileprivate let dnsNames: Set<String>
        fileprivate let now: Date

        package init(publicKey: PublicKey, dnsNames: Set<String>, now: Date) {
            self.publicKey = publicKey
            self.dnsNames = dnsNames
            self.now = now
        }
    }

    /// CAs date certificates back by an hour; a clock that is behind by as much is forgiven.
    private static let clockTolerance: Double = 3600
    /// Far beyond what public CAs may give (398 days); private ones give years.
    private static let longestLifetime: Double = 10 * 366 * 86_400

    /// Checks that the chain is what was asked for, and nothing more.
    ///
    /// A leaf without issuers passes: a CA of one's own may have no intermediates. Throws the
    /// ``PKIError`` of the first check that fails.
    package func validate(_ expectation: Expectation) throws(PKIError) {
        guard leaf.publicKey.subjectPublicKeyInfo == expectation.publicKey.subjectPublicKeyInfo
        else { throw .otherKey }
        try validateNames(expectation.dnsNames)
        guard !leaf.isAuthority else { throw .leafIsAuthority }
        try validateDates(expectation.now)
        for (certificate, issuer) in zip(certificates, certificates.dropFirst()) {
            guard certificate != issuer, try certificate.isIssued(by: issuer) else {
                throw .brokenLink(subject: certificate.subject, issuer: issuer.subject)
            }
        }
    }

    private func validateNames(_ asked: Set<String>) throws(PKIError) {
        let got = Set(leaf.dnsNames)
        let missing = asked.subtracting(got).sorted()
        var extra = got.subtracting(asked).sorted()
        extra += leaf.ipAddresses.map { $0.map(String.init).joined(separator: ".") }
        if leaf.hasOtherNames { extra.append("a name of another kind") }
        guard missing.isEmpty, extra.isEmpty else {
            throw .otherNames(missing: missing, extra: extra)
        }
    }

    private func validateDates(_ now: Date) throws(PKIError) {
        let lifetime = leaf.notAfter.timeIntervalSince(leaf.notBefore)
        guard lifetime > 0, lifetime <= Self.longestLifetime else {
            throw .absurdLifetime(from: leaf.notBefore, to: leaf.notAfter)
        }
        guard leaf.notBefore <= now.addingTimeInterval(Self.clockTolerance) else {
            throw .notYetValid(leaf.notBefore)
        }
        guard leaf.notAfter > now else { throw .expired(leaf.notAfter) }
    }
}

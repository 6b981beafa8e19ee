import ACME
import ACMEClient
import CertificateStore
import Diagnostics
import PKI
import Platform

/// What the CA sent: checked, chosen among, committed.
extension IssueCertificate {
    /// Checks the chain as if the CA were an attacker, then commits it.
    func commit(
        _ issued: IssuedChains,
        _ material: KeyMaterial,
        _ settings: IssueSettings
    ) throws -> StoredCertificate {
        let chain: CertificateChain
        do {
            chain = try self.chain(issued, settings, publicKey: material.publicKey)
        } catch {
            // Where only the dates are wrong this machine's clock may be: with the clock put right the
            // next run downloads the same chain. Else the order is spent, as it is with a chain that is still
            // told to have expired after a day.
            if !error.isAboutDates || error.isOfEnd && isTooOld(material) {
                try abandon("\(error)")
            }
            throw error
        }
        let certificate = try store.commit(chain, keyType: material.type, for: name)
        // At once: whoever looks at it next has to know whose it is.
        try store.save(settings.toRemember, of: name)
        return certificate
    }

    /// The chain to use: the CA's own choice, or the one to the issuer that is preferred.
    ///
    /// - Throws: What is wrong with the CA's choice; another chain that is not good is passed over.
    func chain(
        _ issued: IssuedChains,
        _ settings: IssueSettings,
        publicKey: PublicKey
    ) throws(PKIError) -> CertificateChain {
        let standard = try validated(issued.pem, publicKey: publicKey)
        guard let wanted = settings.preferredChain, !standard.leads(to: wanted) else {
            return standard
        }
        for pem in issued.alternates {
            let other = try? validated(pem, publicKey: publicKey)
            if let other, other.leads(to: wanted) { return other }
        }
        services.log.warning(
            "the CA has no chain to the preferred issuer; its own choice is used",
            ["preferred": wanted, "used": standard.topIssuer ?? "unnamed"]
        )
        return standard
    }

    private func validated(
        _ pem: [UInt8],
        publicKey: PublicKey
    ) throws(PKIError) -> CertificateChain {
        let chain = try CertificateChain(pem: pem)
        try chain.validate(
            CertificateChain.Expectation(
                publicKey: publicKey,
                dnsNames: Set(request.names.dnsNames),
                ipAddresses: Set(request.names.ipAddresses),
                now: services.clock.now
            )
        )
        return chain
    }
}

extension PKIError {
    /// Whether a wrong clock of this machine would explain it.
    fileprivate var isAboutDates: Bool {
        switch self {
        case .notYetValid, .expired: true
        default: false
        }
    }

    fileprivate var isOfEnd: Bool {
        if case .expired = self { true } else { false }
    }
}

import CertificateStore
import FoundationEssentials
import PKI
import Platform
import Renewal

/// What this host remembers of renewals, for whoever decides about one or tells of it.
struct RenewalMemory: Sendable {
    private let store: CertificateStore
    private let secret: [UInt8]
    /// What CAs have said so far.
    let advice: AdviceBook

    /// Reads what is remembered; changes nothing.
    init(_ store: CertificateStore) throws {
        try self.init(store, secret: store.renewalSecret() ?? [])
    }

    /// Reads what is remembered, for the one who draws this host's random moments.
    init(_ store: CertificateStore, secret: [UInt8]) throws {
        self.store = store
        self.secret = secret
        advice = try store.advice()
    }

    /// What went wrong with the renewals of the lineage's current certificate.
    func state(of lineage: Lineage) throws -> RenewalState {
        try store.renewalState(of: lineage.name).about(lineage.current?.number)
    }

    /// What is known of a certificate; how its CA is, and what went wrong there, apart.
    func facts(
        of certificate: StoredCertificate,
        _ lineage: Lineage,
        _ state: RenewalState
    ) -> RenewalFacts {
        let manifest = certificate.manifest
        var facts = RenewalFacts(
            validity: manifest.validity,
            random: random(lineage.name, manifest)
        )
        facts.isRevoked = lineage.isRevoked
        facts.advice = advice.advice(lineage.name, certificate.number)
        facts.signals = state.signals
        return facts
    }

    /// Of this host and this certificate, so that no two take the same moment.
    func random(_ name: LineageName, _ manifest: Manifest?) -> StableRandom {
        let subject = "\(name) \(manifest?.serial ?? "") \(manifest?.publicKey ?? "")"
        let digest = SHA256.digest(secret + Array(subject.utf8))
        return StableRandom(seed: digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

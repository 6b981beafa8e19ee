import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
import Platform
import Renewal
import Settings

/// A lineage that is looked at: all that is known of it, and what is decided.
struct RenewalLook: Sendable {
    let lineage: Lineage
    /// The CA that it is ordered from, and the roots to trust.
    let authority: CertificateAuthority
    let roots: String?
    /// The CA that has issued the current certificate.
    let issuer: CertificateAuthority
    var state: RenewalState
    var facts: RenewalFacts

    var name: LineageName { lineage.name }

    var current: StoredCertificate? { lineage.current }

    var names: [String] { lineage.settings?.names ?? current?.manifest.names ?? [] }

    /// When it is due, by what is known now.
    var due: Date { RenewalPolicy.due(facts).moment }

    /// How long it is overdue, in lifetimes: the larger, the sooner it is renewed.
    func urgency(at now: Date) -> Double {
        // Without a certificate nothing can expire, and someone waits.
        guard current != nil else { return 1 }
        return now.timeIntervalSince(max(due, .distantPast)) / max(facts.validity.lifetime, 1)
    }
}

/// Reads lineages for whoever decides about their renewal.
struct RenewalLooks: Sendable {
    private let store: CertificateStore
    private let general: Settings
    private let secret: [UInt8]
    private let advice: AdviceBook

    init(_ services: Services, _ general: Settings) throws {
        store = services.store
        self.general = general
        secret = try store.renewalSecret { RandomBytes.make(count: 32) }
        advice = try store.advice()
    }

    /// Reads one; `nil` where there is nothing that could be renewed.
    ///
    /// Throws what keeps the lineage from being read.
    func look(_ name: LineageName, at now: Date) throws -> RenewalLook? {
        let lineage = try store.lineage(name)
        let pending = lineage.progress.pending
        let isBegun = pending?.order != nil && pending?.expires.map { $0 > now } ?? true
        guard let settings = lineage.settings, lineage.current != nil || isBegun,
            let authority = authority(of: lineage, settings),
            let issuer = CertificateAuthority(settings.issuing)
        else { return nil }
        let current = lineage.current
        let manifest = current?.manifest
        // One that was never issued is due at once, and nothing of it can expire.
        var facts = RenewalFacts(
            validity: manifest?.validity ?? Validity(notBefore: now, notAfter: now + 90 * .day),
            random: StableRandom(seed: seed(name, manifest))
        )
        facts.isBegun = isBegun
        facts.isRevoked = lineage.isRevoked
        facts.canAsk = current != nil
        facts.advice = current.flatMap { advice.advice(name, $0.number) }
        let state = try store.renewalState(of: name).about(current?.number)
        facts.failures = state.failures
        facts.signals = state.signals
        return RenewalLook(
            lineage: lineage,
            authority: authority,
            roots: general.roots(of: authority) ?? settings.authorityRoots,
            issuer: issuer,
            state: state,
            facts: facts
        )
    }

    /// The CA that the next certificate is ordered from.
    private func authority(
        of lineage: Lineage,
        _ settings: LineageSettings
    ) -> CertificateAuthority? {
        general.block(of: lineage.name)?.authority?.authority
            ?? CertificateAuthority(settings.authority)
    }

    /// Of this host and this certificate, so that no two take the same moment.
    private func seed(_ name: LineageName, _ manifest: Manifest?) -> UInt64 {
        let subject = "\(name) \(manifest?.serial ?? "") \(manifest?.publicKey ?? "")"
        return SHA256.digest(secret + Array(subject.utf8)).prefix(8).reduce(0) {
            $0 << 8 | UInt64($1)
        }
    }
}

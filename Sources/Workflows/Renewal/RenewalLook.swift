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
    /// The CA that has issued the current certificate, and the roots to trust when that is asked.
    let issuer: CertificateAuthority
    let issuerRoots: String?
    var state: RenewalState
    var facts: RenewalFacts

    var name: LineageName { lineage.name }

    var current: StoredCertificate? { lineage.current }

    var names: [String] { lineage.settings?.names ?? current?.manifest.names ?? [] }

    /// The generation whose successor is wanted; `nil` for any.
    ///
    /// The one before the current one where a crash has come between the name of that and its record:
    /// then all that is left to do is to record it.
    var outdated: GenerationNumber? {
        let committed = lineage.progress.committed
        guard let current, let pending = lineage.progress.pending,
            pending.publicKey == current.manifest.publicKey,
            current.number > committed ?? .bootstrap
        else { return current?.number }
        return committed
    }

    /// Whether there is an order that an earlier run has begun, and that the CA still knows.
    func isBegun(at now: Date) -> Bool { lineage.isBegun(at: now) }

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
        let isBegun = lineage.isBegun(at: now)
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
        let roots = general.roots(of: authority) ?? settings.authorityRoots
        return RenewalLook(
            lineage: lineage,
            authority: authority,
            roots: roots,
            issuer: issuer,
            issuerRoots: issuer == authority ? roots : general.roots(of: issuer),
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

extension Lineage {
    /// Whether there is an order that has been begun, and that the CA still knows at `now`.
    fileprivate func isBegun(at now: Date) -> Bool {
        guard let pending = progress.pending, pending.order != nil else { return false }
        return pending.expires.map { $0 > now } ?? true
    }
}

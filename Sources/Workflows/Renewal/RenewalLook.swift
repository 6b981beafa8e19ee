import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
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

    /// Its host names; neither addresses nor wildcards have clients that begin with http.
    var hostNames: [DomainName] {
        names.compactMap { try? Identifier($0) }.hostNames
    }

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
    /// What a lineage without a certificate counts as: due at once, and nothing of it can expire.
    private static let unissued: TimeInterval = 90 * .day

    private let store: CertificateStore
    private let general: Settings
    private let memory: RenewalMemory

    init(_ services: Services, _ general: Settings) throws {
        store = services.store
        self.general = general
        let secret = try store.renewalSecret { RandomBytes.make(count: 32) }
        memory = try RenewalMemory(store, secret: secret)
    }

    /// What CAs had said when this was made.
    var advice: AdviceBook { memory.advice }

    /// Reads one; `nil` where there is nothing that could be renewed.
    ///
    /// Throws what keeps the lineage from being read.
    func look(_ name: LineageName, at now: Date) throws -> RenewalLook? {
        try store.checkTrust(name)
        let lineage = try store.lineage(name)
        let isBegun = lineage.isBegun(at: now)
        let isTrue = try lineage.current.map { try store.isTrue($0, lineage.progress) } ?? true
        let isLost = lineage.isCurrentLost || !isTrue
        guard let settings = lineage.settings, lineage.current != nil || isBegun || isLost,
            let issuer = CertificateAuthority(settings.issuing),
            let authority = general.nextAuthority(of: lineage)
        else { return nil }
        let state = try memory.state(of: lineage)
        var facts = facts(of: lineage, state, at: now)
        facts.failures = state[authority]
        facts.isBegun = isBegun
        if isLost {
            facts.isLost = true
            facts.canAsk = false
        }
        return RenewalLook(
            lineage: lineage,
            authority: authority,
            roots: roots(of: authority, for: name, settings),
            issuer: issuer,
            issuerRoots: roots(of: issuer, for: name, settings),
            state: state,
            facts: facts
        )
    }

    private func roots(
        of authority: CertificateAuthority,
        for name: LineageName,
        _ settings: LineageSettings
    ) -> String? {
        general.block(of: name, for: settings.names)?.roots(of: authority)
            ?? general.roots(of: authority, or: settings)
    }

    /// Whether there are certificates that are ordered from that CA with other roots than these.
    func hasOthers(of authority: CertificateAuthority, besides roots: String?) -> Bool {
        let names = (try? store.lineageNames()) ?? []
        return names.contains { name in
            guard let lineage = try? store.lineage(name), let settings = lineage.settings else {
                return false
            }
            return general.nextAuthority(of: lineage) == authority
                && self.roots(of: authority, for: name, settings) != roots
        }
    }

    /// What is left, in seconds, of the certificate that is nearest to its end, on either side of it, among all
    /// that are ordered from one of those CAs.
    ///
    /// How soon a CA that is down is asked again goes by that, or one would expire while others have time:
    /// also those that a run does not look at, as where a person has named another.
    func leastRemaining(of authorities: Set<CertificateAuthority>, at now: Date) -> TimeInterval? {
        // What cannot be read cannot be renewed either.
        let lineages = ((try? store.lineageNames()) ?? []).lazy.compactMap {
            try? store.lineage($0)
        }
        return lineages.filter { general.nextAuthority(of: $0).map(authorities.contains) ?? false }
            .compactMap { $0.current?.manifest.validity.remaining(at: now) }
            .min { abs($0) < abs($1) }
    }

    private func facts(of lineage: Lineage, _ state: RenewalState, at now: Date) -> RenewalFacts {
        if let current = lineage.current { return memory.facts(of: current, lineage, state) }
        var facts = RenewalFacts(
            validity: Validity(notBefore: now, notAfter: now + Self.unissued),
            random: memory.random(lineage.name, nil)
        )
        facts.canAsk = false
        return facts
    }
}

extension Lineage {
    /// Whether there is an order that has been begun, and that the CA still knows at `now`.
    ///
    /// One for other names than the certificate's, as a person has given it, is gone on with by a person.
    func isBegun(at now: Date) -> Bool {
        guard let pending = progress.pending, pending.order != nil,
            current == nil || Set(pending.settings.names) == Set(settings?.names ?? [])
        else { return false }
        return pending.expires.map { $0 > now } ?? true
    }

    /// The moment before which a renewal that has failed is not tried again, whatever pause follows: what is
    /// not due can wait, unless the CA has an order of it.
    func earliestRenewal(_ due: Date?, isLost: Bool, at now: Date) -> Date {
        isLost || isBegun(at: now) ? .distantPast : due ?? .distantPast
    }
}

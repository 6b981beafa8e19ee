import ACME
package import CertificateStore
import Platform
package import Renewal
import Settings

/// `certctl forecast`: what the coming time brings; asks nobody and changes nothing.
package struct ForecastRenewals: Sendable {
    private let services: Services

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// Looks ahead for `days` days: at the lineages of those names, or at all.
    ///
    /// Those that have no certificate yet are left out, and told with the reason are those that cannot be read.
    /// Throws ``StoreError/unknownLineage(_:known:)``, and what ``SettingsLoader/load(looksAtPaths:)``
    /// throws.
    package func run(
        _ names: [String],
        days: Int
    ) throws -> (
        forecast: Forecast, unreadable: [(name: LineageName, error: any Error)]
    ) {
        let store = services.store
        let general = try SettingsLoader(services).load()
        let memory = try RenewalMemory(store)
        let lineages =
            try names.isEmpty
            ? store.lineageNames()
            : Set(names.map { try store.existingLineage($0).name }).sorted()
        var subjects: [ForecastSubject] = []
        var unreadable: [(name: LineageName, error: any Error)] = []
        for name in lineages {
            do {
                let subject = try Self.subject(store.lineage(name), memory, general)
                if let subject { subjects.append(subject) }
            } catch {
                unreadable.append((name, error))
            }
        }
        return (Forecast(subjects, from: services.clock.now, days: days), unreadable)
    }

    private static func subject(
        _ lineage: Lineage,
        _ memory: RenewalMemory,
        _ general: Settings
    ) throws -> ForecastSubject? {
        guard let current = lineage.current else { return nil }
        let authority = general.nextAuthority(of: lineage) ?? .standard
        let state = try memory.state(of: lineage)
        var facts = memory.facts(of: current, lineage, state)
        facts.failures = state[authority]
        return ForecastSubject(
            name: lineage.name.description,
            hosts: current.manifest.names,
            authority: forecast(authority, lineage, general),
            facts: facts
        )
    }

    private static func forecast(
        _ authority: CertificateAuthority,
        _ lineage: Lineage,
        _ general: Settings
    ) -> ForecastAuthority {
        // What is remembered is of the CA that it was ordered from before.
        let own = lineage.settings.flatMap {
            CertificateAuthority($0.authority) == authority ? $0 : nil
        }
        let block = general.block(of: lineage.name, for: lineage.settings?.names ?? [])
        let roots =
            block?.roots(of: authority) ?? general.roots(of: authority) ?? own?.authorityRoots
        return ForecastAuthority(
            name: authority.folder,
            kind: authority.isLetsEncrypt ? .letsEncrypt : roots == nil ? .other : .own,
            profile: block?.profile ?? own?.profile
                ?? (general.isAbout(authority) ? general.profile : nil),
            limits: authority.rateLimits
        )
    }
}

extension CertificateAuthority {
    /// Whether it is Let's Encrypt, or its staging, which goes the same way a little earlier.
    fileprivate var isLetsEncrypt: Bool {
        folder == CertificateAuthority.standard.folder
            || directory == CertificateAuthority.standard.staging?.directory
    }
}

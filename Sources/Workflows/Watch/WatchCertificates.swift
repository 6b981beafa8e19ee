import ACME
package import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
package import Platform
import Renewal
import Settings

/// `certctl watch`: looks at what is really served, and at whether renewals go on.
///
/// It changes nothing but what it keeps of itself, and has `renew` look at what it finds to be lost.
package struct WatchCertificates: Sendable {
    /// What is to be looked at, and where.
    package struct Request: Sendable {
        /// The lineages; all of them where none is named.
        package var names: [String] = []
        /// In place of where they are looked for otherwise: then nothing is kept, and no alarm raised.
        package var targets: [WatchTarget] = []
        /// Where a copy of the metrics goes: an absolute path without links.
        package var textfile: String?

        package init() {}

        /// Whether somebody looks where it is not looked every hour.
        var isByHand: Bool { !targets.isEmpty }
    }

    let services: Services
    let probe: any TLSProbing
    let resolver: any Resolver

    var store: CertificateStore { services.store }

    /// Prepares the workflow; nothing is looked at yet.
    package init(_ services: Services, probe: any TLSProbing, resolver: any Resolver) {
        self.services = services
        self.probe = probe
        self.resolver = resolver
    }

    /// What was seen.
    package struct Report: Sendable {
        /// Of the lineages that were named, or all of it.
        package let observations: [Observation]
        /// Why it could not be kept for the next run, to which all of it will be new; `nil` where it was.
        package let unkept: (any Error)?
    }

    /// Looks, raises the alarm about what it has seen, and keeps it.
    ///
    /// A disk that takes nothing keeps nobody from looking. Throws
    /// ``StoreError/unknownLineage(_:known:)``, and what keeps the store from being read. What is found is
    /// no error.
    package func run(_ request: Request) async throws -> Report {
        guard try store.isPresent else {
            guard let name = request.names.first else {
                return Report(observations: [], unkept: nil)
            }
            throw StoreError.unknownLineage(name, known: [])
        }
        let known = try store.lineageNames()
        let asked = try request.names.map { try name($0, among: known) }
        // Read first: a generation that comes while servers are asked is newer than what is known.
        let settings = settings()
        let found = try lineages(known, try? settings.get())
        let unknown = try lookedForElsewhere(settings, request.targets)
        let sightings = await look(
            at: found.lineages.filter {
                (asked.isEmpty || asked.contains($0.name)) && !unknown.contains("\($0.name)")
            },
            request.targets,
            areNamed: !asked.isEmpty
        )
        let (lock, unlocked) = try await lock(request)
        defer { withExtendedLifetime(lock) {} }
        let memory = WatchMemory(try store.watchStatus())
        let record = try store.clockRecord()
        lookSoon(at: found.lineages.filter(\.isLost).map(\.name))
        let judged = judge(
            sightings,
            found.lineages,
            memory,
            waiting: waiting(try? settings.get(), found),
            asked: asked.isEmpty ? nil : asked,
            unknown: unknown
        )
        let ofHost = Observation.ofHost(
            record,
            hasLineages: !known.isEmpty,
            now: services.clock.now,
            uptime: services.clock.uptime
        )
        let all =
            ofHost.seen + (known.isEmpty ? [] : judge(settings)) + found.unreadable + judged
        let observations = all.map(memory.completed)
        let scope = WatchMemory.Scope(
            observations: observations,
            deleted: deleted(memory.lineages, known),
            places: Dictionary(
                uniqueKeysWithValues: found.lineages.map { ("\($0.name)", $0.places) }
            ),
            unjudged: ofHost.unjudged
        )
        let host = WatchMetrics.Host(
            lastRenewal: record?.lastRun,
            areSettingsUsable: (try? settings.get()) != nil
        )
        let elsewhere = elsewhere(settings, found.lineages, memory)
        func keep(_ seen: [Observation], _ ended: [Observation]) throws {
            let status = WatchStatus(
                time: services.clock.now,
                observations: seen,
                ended: ended,
                elsewhere: elsewhere
            )
            try self.keep(status, found.lineages, host, request)
        }
        let (told, open, ended) =
            request.isByHand
            ? (observations, [], [])
            : await raiseAlarm(about: observations, memory, scope) { seen, ended in
                // What cannot be kept is told below.
                try? keep(seen, ended)
            }
        var unkept = unlocked
        do {
            try keep(told + open, ended)
        } catch {
            unkept = unkept ?? error
        }
        let shown = Set(asked.map(\.description))
        let answer = told.filter { seen in
            // A place to connect to that was not found concerns whoever has named it.
            shown.isEmpty || shown.contains(seen.lineage ?? "")
                || seen.lineage == nil && seen.address != nil
        }
        return Report(observations: answer, unkept: unkept)
    }

    private func name(_ text: String, among known: [LineageName]) throws -> LineageName {
        guard let name = LineageName(text.lowercased()), known.contains(name) else {
            throw StoreError.unknownLineage(text, known: known.map(\.description))
        }
        return name
    }

    // MARK: Reading the store

    private func lineages(
        _ names: [LineageName],
        _ settings: Settings?
    ) throws -> (lineages: [WatchedLineage], unreadable: [Observation]) {
        let deployed = try deployRecords()
        let issued = try issueTimes()
        let memory = try RenewalMemory(store)
        let limits = try store.limits()
        var lineages: [WatchedLineage] = []
        var unreadable: [Observation] = []
        for name in names {
            do {
                let time = issued["\(name)"]
                lineages.append(
                    try WatchedLineage(
                        name,
                        in: store,
                        memory,
                        limits,
                        settings,
                        deployed: deployed,
                        issued: time,
                        now: services.clock.now
                    )
                )
            } catch {
                // One that is damaged must not hide what there is to say of the others.
                unreadable.append(
                    Observation(
                        lineage: "\(name)",
                        state: .unreadable,
                        level: .warning,
                        message: Services.reason(of: error),
                        since: services.clock.now
                    )
                )
            }
        }
        return (lineages, unreadable)
    }

    /// The records of whoever deploys; `nil` where they are for root's eyes only.
    private func deployRecords() throws -> [LineageName: DeployRecord]? {
        do {
            return try store.deployRecords()
        } catch let error as FileSystemError where error.reason == .notPermitted {
            return nil
        }
    }

    private func issueTimes() throws -> [String: Date] {
        do {
            return try store.issueTimes()
        } catch let error as FileSystemError where error.reason == .notPermitted {
            // It tells since when a deploy is pending, which is also remembered.
            return [:]
        }
    }

    /// What certctl.conf says, or why no renewal can go by it.
    private func settings() -> Result<Settings, any Error> {
        Result { try SettingsLoader(services).load() }
    }

    /// The names of sites that have no certificate yet.
    private func waiting(
        _ settings: Settings?,
        _ found: (lineages: [WatchedLineage], unreadable: [Observation])
    ) -> Set<String> {
        // Of what is lost or cannot be read there is something else to be told.
        let issued = Set(
            found.lineages.filter { $0.current != nil || $0.isLost }.map { "\($0.name)" }
                + found.unreadable.compactMap(\.lineage)
        )
        let sites = (settings?.sites ?? []).map(\.certificate).filter { site in
            site.lineageName.map { !issued.contains("\($0)") } ?? false
        }
        return Set(sites.flatMap { $0.names.map(\.value) })
    }

    /// What there is to say of certctl.conf, and of the CA that it has stand in for another.
    private func judge(_ settings: Result<Settings, any Error>) -> [Observation] {
        let now = services.clock.now
        let usable: Settings
        do {
            usable = try settings.get()
        } catch {
            return [Observation.ofSettings(error, now: now)]
        }
        guard let authority = FallbackAccount(services).missing(usable) else { return [] }
        let message = """
            the fallback \(authority.folder) has no account and could not stand in: \
            \(FallbackAccount.command(authority))
            """
        return [
            Observation(state: .fallbackUnready, level: .warning, message: message, since: now)
        ]
    }

    /// Has the next `renew` look, which otherwise reads no more than when to.
    private func lookSoon(at lost: [LineageName]) {
        do {
            for name in lost { try store.lookSoon(at: name) }
        } catch {
            // Whoever reads what was found can have it renewed himself.
            services.log.info(
                "the next renew cannot be told what is lost",
                ["reason": Services.reason(of: error)]
            )
        }
    }
}

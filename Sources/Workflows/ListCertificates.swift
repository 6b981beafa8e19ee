import ACME
package import CertificateStore
import Diagnostics
import Platform
import Renewal
import Settings

/// `certctl list` and `certctl show`: what there is; changes nothing.
package struct ListCertificates: Sendable {
    let services: Services

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// All lineages, and those that certctl.conf asks for and there is nothing of; sorted by name.
    ///
    /// One that cannot be read hides none of the others. A certctl.conf that cannot be is told of.
    /// Throws what keeps all of them from being read.
    package func all() throws -> (
        reports: [LineageReport], unreadable: [(name: LineageName, error: any Error)]
    ) {
        let store = services.store
        let deployed = try deployed()
        let memory = try RenewalMemory(store)
        let limits = try store.limits()
        let settings = settings()
        let names = try store.lineageNames()
        var reports: [LineageReport] = []
        var unreadable: [(name: LineageName, error: any Error)] = []
        for name in names {
            do {
                let lineage = try store.lineage(name)
                reports.append(try report(lineage, memory, limits, settings, deployed(name)))
            } catch {
                unreadable.append((name, error))
            }
        }
        reports += try wanted(settings, besides: Set(names))
        return (reports.sorted { $0.lineage.name < $1.lineage.name }, unreadable)
    }

    /// What certctl.conf says; nothing where it cannot be used.
    private func settings() -> Settings {
        do {
            return try SettingsLoader(services).load()
        } catch {
            services.log.warning(
                "certctl.conf does not tell what is wanted",
                ["reason": Services.reason(of: error)]
            )
            return Settings()
        }
    }

    private func wanted(
        _ settings: Settings,
        besides known: Set<LineageName>
    ) throws -> [LineageReport] {
        let blocks = settings.sites.map(\.certificate) + settings.certificates
        return try blocks.compactMap { block in
            guard let name = block.lineageName, !known.contains(name) else { return nil }
            return LineageReport(
                wanted: try services.store.lineage(name),
                block.names.map(\.value),
                layout: services.layout
            )
        }
    }

    /// One lineage, by name.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``.
    package func one(_ name: String) throws -> LineageReport {
        let store = services.store
        let lineage = try store.existingLineage(name)
        return try report(
            lineage,
            RenewalMemory(store),
            store.limits(),
            settings(),
            deployed()(lineage.name)
        )
    }

    /// What is known of the deployment of each lineage.
    private func deployed() throws -> (LineageName) throws -> DeployRecord? {
        let store = services.store
        // Root's notes are not for the store's owner to read; where readers are led, all can see.
        guard try store.role().keeps(.deploying) else {
            return { name in
                let published = try store.publishedGeneration(of: name)
                guard let failed = try store.failedDeployment(of: name),
                    failed.generation >= published ?? failed.generation
                else { return published.map { DeployRecord(name, $0) } }
                var record = DeployRecord(name, failed.generation)
                // Why is for root to know.
                record.failure = .init(count: failed.count, last: failed.last, reason: "")
                return record
            }
        }
        let records = try store.deployRecords()
        return { records[$0] }
    }

    private func report(
        _ lineage: Lineage,
        _ memory: RenewalMemory,
        _ limits: LimitRecord,
        _ settings: Settings,
        _ deployed: DeployRecord?
    ) throws -> LineageReport {
        let store = services.store
        let authority = settings.nextAuthority(of: lineage)
        let isDone = lineage.current.map { deployed?.isDone($0.number) == true } ?? true
        return try LineageReport(
            lineage,
            isLost: store.isLost(lineage),
            memory,
            ofCA: authority.map(limits.health),
            deployed: deployed,
            nextDeploy: deployed?.nextAttempt(in: store, at: services.clock.now),
            published: isDone ? nil : store.publishedGeneration(of: lineage.name),
            failedOrder: lineage.current == nil ? failedOrder(lineage.name) : nil,
            layout: services.layout,
            now: services.clock.now
        )
    }

    /// The order that has failed last, as far as the history tells.
    private func failedOrder(_ name: LineageName) throws -> PastEvent? {
        try services.store.lastFailedOrder(of: name)
    }
}

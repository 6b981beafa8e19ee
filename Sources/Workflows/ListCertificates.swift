import CertificateStore
import Platform

/// `certctl list` and `certctl show`: what there is; changes nothing.
package struct ListCertificates: Sendable {
    private let services: Services

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// All lineages, sorted by name.
    package func all() throws -> [LineageReport] {
        let store = services.store
        let deployed = try deployed()
        let memory = try RenewalMemory(store)
        return try store.lineageNames().map { name in
            try report(store.lineage(name), memory, deployed(name))
        }
    }

    /// One lineage, by name.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``.
    package func one(_ name: String) throws -> LineageReport {
        let store = services.store
        let lineage = try store.existingLineage(name)
        return try report(lineage, RenewalMemory(store), deployed()(lineage.name))
    }

    /// What is known of the deployment of each lineage.
    private func deployed() throws -> (LineageName) throws -> DeployRecord? {
        let store = services.store
        // Root's notes are not for the store's owner to read; where readers are led, all can see.
        guard try store.role().keeps(.deploying) else {
            return { name in
                try store.publishedGeneration(of: name).map { DeployRecord(name, $0) }
            }
        }
        let records = try store.deployRecords()
        return { records[$0] }
    }

    private func report(
        _ lineage: Lineage,
        _ memory: RenewalMemory,
        _ deployed: DeployRecord?
    ) throws -> LineageReport {
        try LineageReport(
            lineage,
            memory,
            deployed: deployed,
            layout: services.layout,
            now: services.clock.now
        )
    }
}

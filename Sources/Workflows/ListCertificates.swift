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
        let deployed = try store.deployRecords()
        return try store.lineageNames().map { name in
            try report(store.lineage(name), deployed[name])
        }
    }

    /// One lineage, by name.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``.
    package func one(_ name: String) throws -> LineageReport {
        let lineage = try services.store.existingLineage(name)
        return try report(lineage, services.store.deployRecords()[lineage.name])
    }

    private func report(_ lineage: Lineage, _ deployed: DeployRecord?) -> LineageReport {
        LineageReport(
            lineage,
            deployed: deployed,
            layout: services.layout,
            now: services.clock.now
        )
    }
}

import CertificateStore
import Platform

/// What is noted of deployments, for one who asks about ten thousand lineages, one after the other.
struct DeployRecords {
    private let store: CertificateStore
    private var size: Int?
    private var records: [LineageName: DeployRecord] = [:]

    /// Nothing is read yet.
    init(_ store: CertificateStore) {
        self.store = store
    }

    /// The last record of each lineage; read again only where some were added since.
    mutating func current() throws -> [LineageName: DeployRecord] {
        // Measured first: what is added in between is read now, and once more.
        let now = try store.deployJournalSize
        if now != size {
            records = try store.deployRecords()
            size = now
        }
        return records
    }
}

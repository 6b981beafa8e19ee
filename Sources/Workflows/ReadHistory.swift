package import CertificateStore
package import FoundationEssentials
import Platform

/// `certctl log`: what happened; changes nothing.
package struct ReadHistory: Sendable {
    private let services: Services

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// Reads the events of one lineage, or of all, since a moment, or only the last ones.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)`` for a lineage that is not there and of which
    /// nothing is told either: the history outlives a lineage.
    package func run(_ lineage: String?, since: Date?, last: Int?) throws -> History {
        let store = services.store
        guard let lineage else { return try store.history(HistoryQuery(since: since, last: last)) }
        guard let name = LineageName(lineage.lowercased()) else {
            throw StoreError.unknownLineage(lineage, known: try known())
        }
        let history = try store.history(HistoryQuery(lineage: name, since: since, last: last))
        guard history.events.isEmpty, try !store.lineageNames().contains(name) else {
            return history
        }
        // There may be events of it that were not asked for.
        guard try store.history(HistoryQuery(lineage: name, last: 1)).events.isEmpty else {
            return history
        }
        throw StoreError.unknownLineage(lineage, known: try known())
    }

    private func known() throws -> [String] {
        try services.store.lineageNames().map(\.description)
    }
}

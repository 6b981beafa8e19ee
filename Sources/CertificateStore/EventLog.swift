package import FoundationEssentials
import Platform

/// One line of the history: what happened to which lineage.
package struct Event: Codable, Equatable, Sendable {
    /// What happened.
    package enum Kind: String, Codable, Sendable {
        case issued
        case deployed
        case failed
        case deleted
        case revoked
        /// A renewal that is due and must not be tried yet.
        case held
    }

    package let time: Date
    package let event: Kind
    package let lineage: LineageName
    package let detail: String

    /// Notes that something happened to a lineage at `time`.
    package init(_ event: Kind, _ lineage: LineageName, at time: Date, detail: String) {
        self.time = time
        self.event = event
        self.lineage = lineage
        self.detail = detail
    }
}

extension CertificateStore {
    /// Adds a line to `events.log`, or to that of whoever deploys.
    ///
    /// Each has a file of its own, since they may be different users. It is not synced: a lost line of history is no loss of a certificate, and callers should
    /// take a failure for no more than that.
    package func write(_ event: Event, isOfDeployment: Bool = false) throws {
        let path = isOfDeployment ? layout.deployEvents : layout.events
        let file = try fileSystem.open(path, .appending(.privateFile))
        defer { fileSystem.closeQuietly(file) }
        let line = StoreJSON.encode(event, isPretty: false) + [UInt8(ascii: "\n")]
        // In one call: with O_APPEND, lines of several processes do not mix.
        _ = try fileSystem.write(file, line[...])
    }
}

package import FoundationEssentials

/// One line of the history: what happened to which lineage.
package struct Event: Codable, Equatable, Sendable {
    /// What happened.
    package enum Kind: String, Codable, Sendable {
        case issued
        /// Issued in the place of an older certificate.
        case renewed
        case deployed
        case failed
        /// Stored, and not brought into use.
        case deployFailed
        case deleted
        case revoked
        /// A renewal that is due and must not be tried yet.
        case held
        /// Something has to be looked at.
        case alert
    }

    package let time: Date
    package let event: Kind
    /// The lineage; `nil` where it is about all of them.
    package let lineage: LineageName?
    package let detail: String

    /// Notes that something happened to a lineage at `time`.
    package init(_ event: Kind, _ lineage: LineageName?, at time: Date, detail: String) {
        self.time = time
        self.event = event
        self.lineage = lineage
        self.detail = detail
    }
}

package import FoundationEssentials

/// Something that `watch` has seen, good or bad: of a certificate that is served, of one that is
/// stored, or of the host.
package struct Observation: Codable, Equatable, Sendable {
    /// How much it asks for a person.
    package enum Level: String, Codable, Comparable, CaseIterable, Sendable {
        case ok
        case info
        case warning
        case critical

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

        package static func < (one: Level, other: Level) -> Bool { one.rank < other.rank }
    }

    /// What was seen, in a word that scripts can rely on.
    package enum State: String, Codable, CaseIterable, Sendable {
        // Of a certificate that is served.

        /// It is the one that is stored.
        case current
        /// It is one of ours that has been replaced since.
        case old
        /// It is the one that is stored under another name, as after two sites became one.
        case shared
        /// It is none of ours.
        case other
        case expired
        /// Too little of its lifetime is left.
        case expiring
        /// Its first day is yet to come.
        case early
        case wrongName = "wrong-name"
        /// Those that vouch for it are not sent with it.
        case incomplete
        /// Nobody answers.
        case silent
        /// Who answers speaks no TLS.
        case noTLS = "no-tls"
        /// There is no way there from this host.
        case unreachable
        /// The name has no address.
        case unresolved

        // Of a lineage.

        /// It has no certificate yet.
        case waiting
        /// It is looked for nowhere, as certctl.conf has it.
        case unwatched
        case revoked
        /// The files of its certificate are gone or damaged.
        case lost
        /// Its files cannot be read.
        case unreadable
        case deployPending = "deploy-pending"
        case renewFailing = "renew-failing"

        // Of the host.

        case renewLate = "renew-late"
        case renewNeverRan = "renew-never-ran"
        case clockSkewed = "clock-skewed"
        /// The CA that is to stand in has no account.
        case fallbackUnready = "fallback-unready"
        /// certctl.conf cannot be used, and nothing is renewed meanwhile.
        case settingsUnusable = "settings-unusable"
    }

    /// The lineage; `nil` for what concerns all.
    package let lineage: String?
    /// The name that was asked for; `nil` unless it is about what is served.
    package let name: String?
    /// Where it was asked for; the server's name where that has no address, and `nil` where the name has none.
    package let address: String?
    package let state: State
    package let level: Level
    /// What was seen, in one line; harmless to print.
    package let message: String
    /// The last second of the certificate that was seen.
    package let notAfter: Date?
    /// When this state was seen first.
    package var since: Date
    /// When the hooks were told of it last; `nil` where they have not been.
    package var alerted: Date?
    /// The hooks, by path, that could not be told of it then though others were; `nil` where all were.
    ///
    /// Of what is over: those that are still to be told.
    package var untold: [String]?

    package init(
        lineage: String? = nil,
        name: String? = nil,
        address: String? = nil,
        state: State,
        level: Level,
        message: String,
        notAfter: Date? = nil,
        since: Date
    ) {
        self.lineage = lineage
        self.name = name
        self.address = address
        self.state = state
        self.level = level
        self.message = message
        self.notAfter = notAfter
        self.since = since
    }

    /// Whether it asks for a person.
    package var isFinding: Bool { level >= .warning }

    /// Whether it is about what is served.
    package var isServed: Bool { name != nil }

    /// What it is about, as `example.com at 192.0.2.1:443`.
    package var subject: String {
        guard let name else { return lineage ?? address ?? "this host" }
        return address.map { "\(name) at \($0)" } ?? name
    }

    /// What it is about, and what was seen.
    package var sentence: String { "\(subject): \(message)" }
}

/// All that `watch` has seen, as it is kept for the next run and for whoever wants to read it.
package struct WatchStatus: Codable, Equatable, Sendable {
    package static let currentSchema = 1

    package let schema: Int
    package let time: Date
    /// The worst of all.
    package let level: Observation.Level
    package let observations: [Observation]
    /// What was found and is over, of which hooks are still to be told; `nil` is none.
    package let ended: [Observation]?
    /// The lineages that certctl.conf, when it could be read last, had looked for elsewhere than usual, or
    /// nowhere; `nil` is none.
    package let elsewhere: [String]?

    package init(
        time: Date,
        observations: [Observation],
        ended: [Observation] = [],
        elsewhere: Set<String> = []
    ) {
        schema = Self.currentSchema
        self.time = time
        level = observations.map(\.level).max() ?? .ok
        self.observations = observations
        self.ended = ended.isEmpty ? nil : ended
        self.elsewhere = elsewhere.isEmpty ? nil : elsewhere.sorted()
    }
}

package import FoundationEssentials

/// A change that a CA, or the rules for all of them, has announced: a fact with a date and a source.
package struct AnnouncedChange: Equatable, Sendable {
    /// Whom it concerns.
    package enum Scope: Equatable, Sendable {
        /// Every CA that browsers trust.
        case everyCA
        /// One of Let's Encrypt's profiles.
        case letsEncrypt(profile: String)
    }

    package let scope: Scope
    /// From when on it holds: the first second of a day in UTC.
    package let date: Date
    /// What is then the case, as a sentence without its full stop.
    package let text: String
    package let source: String
    /// How long a new certificate lives at most from then on, in seconds; `nil` where the change is
    /// about something else.
    package let lifetime: TimeInterval?

    private init(
        _ scope: Scope,
        _ day: String,
        _ text: String,
        days: Double? = nil,
        source: String
    ) {
        guard let date = try? Date("\(day)T00:00:00Z", strategy: .iso8601) else {
            preconditionFailure("\(day) is no day of the calendar")
        }
        self.scope = scope
        self.date = date
        self.text = text
        self.source = source
        lifetime = days.map { $0 * .day }
    }

    /// All that are known, by date; state of November 2026.
    package static let all = [
        AnnouncedChange(
            .letsEncrypt(profile: "tlsserver"),
            "2026-05-13",
            "Let's Encrypt's profile tlsserver issues certificates of 45 days",
            days: 45,
            source: letsEncrypt
        ),
        AnnouncedChange(
            .everyCA,
            "2026-12-15",
            "every CA asks for the answer to a challenge from at least five more places; a firewall "
                + "that lets in known addresses only has it fail",
            source: "CA/Browser Forum, ballot SC-067"
        ),
        AnnouncedChange(
            .letsEncrypt(profile: "classic"),
            "2027-02-10",
            "Let's Encrypt's certificates live 64 days, and it remembers for 10 days (not 30) that "
                + "a name has been validated",
            days: 64,
            source: letsEncrypt
        ),
        AnnouncedChange(
            .everyCA,
            "2027-03-15",
            "no certificate lives longer than 100 days, and no validation is used for longer",
            days: 100,
            source: lifetimes
        ),
        AnnouncedChange(
            .letsEncrypt(profile: "classic"),
            "2028-02-16",
            "Let's Encrypt's certificates live 45 days, and it remembers for 7 hours that a name has "
                + "been validated",
            days: 45,
            source: letsEncrypt
        ),
        AnnouncedChange(
            .everyCA,
            "2029-03-15",
            "no certificate lives longer than 47 days, and no validation is used for longer than 10",
            days: 47,
            source: lifetimes
        ),
    ]

    private static let letsEncrypt = "Let's Encrypt, \"From 90 to 45\", 2025-12-02"
    private static let lifetimes = "CA/Browser Forum, ballot SC-081"
}

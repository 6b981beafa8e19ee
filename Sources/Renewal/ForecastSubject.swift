import FoundationEssentials

/// A certificate, as far as its future can be told.
package struct ForecastSubject: Equatable, Sendable {
    /// Its lineage.
    package let name: String
    /// What it is for.
    package let hosts: [String]
    package let authority: ForecastAuthority
    package let facts: RenewalFacts

    package init(
        name: String,
        hosts: [String],
        authority: ForecastAuthority,
        facts: RenewalFacts
    ) {
        self.name = name
        self.hosts = hosts
        self.authority = authority
        self.facts = facts
    }
}

/// The CA that certificates are renewed at, as far as announced changes and limits are about it.
package struct ForecastAuthority: Equatable, Sendable {
    /// What rules it is under.
    package enum Kind: Equatable, Sendable {
        case letsEncrypt
        /// Another one that browsers trust.
        case other
        /// One of the operator's own, under no one's rules.
        case own
    }

    /// What Let's Encrypt does where no profile is asked for.
    private static let standardProfile = "classic"

    package let name: String
    package let kind: Kind
    /// The profile that is asked for; `nil` for the CA's choice.
    package let profile: String?
    /// The limits that it has published; `nil` where none are known.
    package let limits: RateLimits?

    package init(name: String, kind: Kind, profile: String?, limits: RateLimits?) {
        self.name = name
        self.kind = kind
        self.profile = profile
        self.limits = limits
    }

    /// Whether a change is about its certificates.
    func isConcerned(by change: AnnouncedChange) -> Bool {
        switch change.scope {
        case .everyCA: kind != .own
        case .letsEncrypt(let profile):
            kind == .letsEncrypt && profile == self.profile ?? Self.standardProfile
        }
    }

    /// How long a certificate of `date` lives, if it would live for `lifetime` by today's rules.
    func lifetime(_ lifetime: TimeInterval, at date: Date) -> TimeInterval {
        AnnouncedChange.all.lazy.filter { $0.date <= date && isConcerned(by: $0) }
            .compactMap(\.lifetime).reduce(lifetime, min)
    }
}

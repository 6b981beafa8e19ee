package import FoundationEssentials

/// From when until when a certificate is valid.
package struct Validity: Equatable, Sendable {
    /// Below this lifetime a third of it would leave too few hours to notice a failure.
    ///
    /// Source: Let's Encrypt's integration guide.
    private static let shortLifetime: TimeInterval = 10 * .day
    /// The longest span over which renewals are spread that no CA spreads.
    private static let longestSpread: TimeInterval = .day
    /// The same as a share of the lifetime: as broad as the windows of Let's Encrypt.
    private static let spreadShare = 0.02

    package let notBefore: Date
    package let notAfter: Date

    package init(notBefore: Date, notAfter: Date) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// In seconds; 0 for a certificate that ends before it begins.
    package var lifetime: TimeInterval { max(0, notAfter.timeIntervalSince(notBefore)) }

    /// Whether it is one of those that live for days, not for months.
    package var isShort: Bool { lifetime < Self.shortLifetime }

    /// How much is left at `now`, in seconds; negative once it is over.
    package func remaining(at now: Date) -> TimeInterval { notAfter.timeIntervalSince(now) }

    /// About when it is renewed where the CA does not say when: after two thirds of its lifetime, or
    /// half of it where that is short.
    package var fallback: Date {
        notBefore.addingTimeInterval(lifetime * (isShort ? 1.0 / 2 : 2.0 / 3))
    }

    /// When this host renews it where the CA does not say when: some hours from ``fallback``, so that
    /// what was issued in one go is not renewed in one go.
    package func fallback(_ random: StableRandom) -> Date {
        let spread = min(Self.longestSpread, lifetime * Self.spreadShare)
        return fallback.addingTimeInterval((random.fraction() - 0.5) * spread)
    }

    /// When it is renewed whatever anyone says: less would be too little to mend what fails.
    package var emergency: Date {
        notAfter.addingTimeInterval(-(isShort ? lifetime / 4 : max(lifetime / 6, .day)))
    }
}

extension TimeInterval {
    /// Seconds of a minute, an hour, a day.
    package static let minute: TimeInterval = 60
    package static let hour: TimeInterval = 3600
    package static let day: TimeInterval = 86_400
}

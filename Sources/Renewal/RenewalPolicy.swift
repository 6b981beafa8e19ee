package import FoundationEssentials

/// Decides when a certificate is renewed.
package enum RenewalPolicy {
    /// Below this lifetime a third would leave too few hours to notice a failure.
    private static let shortLifetime: Double = 10 * 86_400

    /// Returns the moment from which on a certificate is due: after two thirds of its lifetime,
    /// or half of it where it lives for less than ten days.
    ///
    /// Source: Let's Encrypt's integration guide.
    package static func due(notBefore: Date, notAfter: Date) -> Date {
        let lifetime = notAfter.timeIntervalSince(notBefore)
        let share = lifetime < shortLifetime ? 1.0 / 2 : 2.0 / 3
        return notBefore.addingTimeInterval(lifetime * share)
    }
}

package import FoundationEssentials

/// What the coming time brings, if all goes well: each certificate's renewals, and what CAs have
/// announced.
package struct Forecast: Equatable, Sendable {
    /// One certificate.
    package struct Line: Equatable, Sendable {
        /// Its lineage.
        package let name: String
        package let hosts: [String]
        package let authority: ForecastAuthority
        /// When it ends, if it is not renewed.
        package let notAfter: Date
        /// When it and those after it are renewed.
        package let renewals: [Date]
        /// The shortest life of all of them, in seconds.
        package let shortest: TimeInterval
    }

    /// How often `renew` is started, in seconds.
    package static let interval: TimeInterval = .hour
    /// How far the window of a CA that tells lies around the usual moment, in lifetimes.
    ///
    /// Source: Boulder's `RenewalInfo`.
    private static let windowShare = 0.02

    package let start: Date
    package let end: Date
    package let lines: [Line]
    /// What has been announced for the CAs in use: what is to come, and what has come since the
    /// certificates in use were issued.
    package let changes: [AnnouncedChange]

    /// Looks ahead from `start` for `days` days.
    package init(_ subjects: [ForecastSubject], from start: Date, days: Int) {
        let end = start.addingTimeInterval(Double(days) * .day)
        self.start = start
        self.end = end
        lines = subjects.map { Self.line($0, from: start, until: end) }
        changes = AnnouncedChange.all.filter { change in
            subjects.contains { subject in
                let issued = subject.facts.validity.notBefore
                return change.date > min(issued, start)
                    && subject.authority.isConcerned(by: change)
            }
        }
    }

    /// The moments of all renewals, in order.
    package var moments: [Date] { lines.flatMap(\.renewals).sorted() }

    private static func line(
        _ subject: ForecastSubject,
        from start: Date,
        until end: Date
    ) -> Line {
        let facts = subject.facts
        let usual = facts.validity.lifetime
        var renewals: [Date] = []
        var shortest = usual
        var next = firstRenewal(facts, from: start)
        while next < end {
            renewals.append(next)
            let lifetime = subject.authority.lifetime(usual, at: next)
            shortest = min(shortest, lifetime)
            let validity = Validity(
                notBefore: next,
                notAfter: next.addingTimeInterval(lifetime)
            )
            let due = dueDate(of: validity, facts, number: renewals.count)
            // It cannot be renewed before it is looked at again.
            next = max(due, next.addingTimeInterval(interval))
        }
        return Line(
            name: subject.name,
            hosts: subject.hosts,
            authority: subject.authority,
            notAfter: facts.validity.notAfter,
            renewals: renewals,
            shortest: shortest
        )
    }

    /// By all that is known of the certificate there is.
    private static func firstRenewal(_ facts: RenewalFacts, from start: Date) -> Date {
        let held = facts.failures?.believed(at: start).notBefore ?? start
        return max(RenewalPolicy.due(facts).moment, held, start)
    }

    /// By what is usual: a CA that tells of a window now will have one around that moment.
    private static func dueDate(
        of validity: Validity,
        _ facts: RenewalFacts,
        number: Int
    ) -> Date {
        guard facts.advice?.window != nil else { return validity.fallback(facts.random) }
        let share = facts.random.fraction(UInt64(number)) - 0.5
        let usual = validity.fallback.addingTimeInterval(
            share * windowShare * validity.lifetime
        )
        return min(usual, validity.emergency)
    }
}

package import FoundationEssentials

/// Whether the timer and the CAs' limits go with what is to come.
extension Forecast {
    /// How much goes wrong before the timer's pace costs a certificate.
    package struct Cadence: Equatable, Sendable {
        /// Less is not enough: CAs are down for hours, and people have to notice.
        private static let leastOutage: TimeInterval = .day

        /// Of the certificates that live shortest, in seconds.
        package let lifetime: TimeInterval
        /// What is left of them when their renewal begins.
        package let left: TimeInterval
        /// How often it is tried in that time, if each try fails.
        package let tries: Int
        /// How long nothing may work from then on, so that a try is still in time.
        package let outage: TimeInterval

        package var isEnough: Bool { outage >= Self.leastOutage }

        /// Lets every renewal of a certificate of that lifetime fail.
        init(lifetime: TimeInterval) {
            let begin = Date(timeIntervalSince1970: 0)
            let validity = Validity(
                notBefore: begin,
                notAfter: begin.addingTimeInterval(lifetime)
            )
            let due = validity.fallback
            var (tries, last, next) = (0, due, due)
            var failure: FailureRecord?
            while next < validity.notAfter {
                tries += 1
                last = next
                let record = FailureRecord(
                    after: failure,
                    .temporary,
                    reason: "",
                    at: last,
                    remaining: validity.remaining(at: last),
                    StableRandom(seed: 0)
                )
                failure = record
                let wakes = record.notBefore.timeIntervalSince(last) / Forecast.interval
                next = last.addingTimeInterval(max(1, wakes.rounded(.up)) * Forecast.interval)
            }
            self.lifetime = lifetime
            left = validity.remaining(at: due)
            self.tries = tries
            outage = last.timeIntervalSince(due)
        }
    }

    /// The most that falls into one span of time.
    package struct Peak: Equatable, Sendable {
        package let count: Int
        /// When that span begins.
        package let start: Date
    }

    /// A published limit that is not enough for what falls together.
    package struct LimitMet: Equatable, Sendable {
        package let authority: String
        package let limit: RateLimit
        /// The domain or the names that it is for; of an account the CA's name.
        package let scope: String
        package let peak: Peak
    }

    /// Whether the timer looks often enough; `nil` where there is no certificate.
    package var cadence: Cadence? {
        lines.map(\.shortest).min().map(Cadence.init)
    }

    /// Returns the most renewals in any span of `span` seconds.
    ///
    /// - Parameters:
    ///   - moments: In order.
    ///   - span: In seconds.
    /// - Returns: `nil` where there are no renewals.
    package static func peak(of moments: [Date], within span: TimeInterval) -> Peak? {
        var best: Peak?
        var first = 0
        for (index, moment) in moments.enumerated() {
            while moments[first].addingTimeInterval(span) <= moment { first += 1 }
            let count = index - first + 1
            if count > best?.count ?? 0 { best = Peak(count: count, start: moments[first]) }
        }
        return best
    }

    /// The published limits that renewals alone would reach, if the CA counted them.
    package var limitsMet: [LimitMet] {
        var groups: [(limit: RateLimit, authority: String, scope: String)] = []
        var moments: [String: [Date]] = [:]
        for line in lines {
            for (limit, scope) in Self.limits(of: line) {
                let key = "\(line.authority.name) \(limit.subject) \(scope)"
                if moments[key] == nil { groups.append((limit, line.authority.name, scope)) }
                moments[key, default: []] += line.renewals
            }
        }
        return groups.compactMap { limit, authority, scope in
            let all = moments["\(authority) \(limit.subject) \(scope)"]?.sorted() ?? []
            guard let peak = Self.peak(of: all, within: limit.span), peak.count > limit.size
            else { return nil }
            return LimitMet(authority: authority, limit: limit, scope: scope, peak: peak)
        }
    }

    private static func limits(of line: Line) -> [(RateLimit, scope: String)] {
        guard let limits = line.authority.limits else { return [] }
        let domains = Set(line.hosts.map(RegisteredDomain.guess)).sorted()
        return [(limits.newOrders, line.authority.name)]
            + domains.map { (limits.registeredDomain, $0) }
            + [(limits.sameNames, line.hosts.sorted().joined(separator: " "))]
    }
}

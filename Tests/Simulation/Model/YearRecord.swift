import FoundationEssentials
import Renewal

/// What has happened in a year, as far as anyone wants to know.
package struct YearRecord: Sendable {
    /// Something that must not be.
    package struct Fault: Sendable, CustomStringConvertible {
        package let rule: Rule
        package let description: String
    }

    /// What has to hold, whatever goes wrong.
    package enum Rule: String, Sendable, CaseIterable {
        case nothingExpires = "nothing expires that could have been saved"
        case limits = "no limit of the CA is passed"
        case load = "no hour has more than three times the mean load"
        case lastGood = "the last certificate that was good is never lost"
        case moderation = "no lineage gets more than two certificates in a day"
        case recall = "what the CA calls back is replaced in time"
        case calls = "a CA that is down is left alone"
        case runs = "nothing of the host keeps renew from its work but a full disk"
    }

    package private(set) var renewals = 0
    package private(set) var orders = 0
    /// The least that was left of a certificate when its successor came into use, in seconds.
    package private(set) var worstMargin = TimeInterval.infinity
    /// Certificates that expired before they were replaced, whoever is to blame.
    package private(set) var expired = 0
    package internal(set) var limitHits = 0
    package private(set) var faults: [Fault] = []
    package private(set) var digest = Digest()
    /// How many orders each hour of the year had.
    private(set) var hourly: [Int]

    private let year: Range<Date>

    init(_ year: Range<Date>) {
        self.year = year
        hourly = [Int](repeating: 0, count: Int(TimeInterval.year / .hour) + 1)
    }

    /// The mean of the orders of an hour.
    package var mean: Double { Double(orders) * .hour / .year }

    /// The mean of the orders of the hours in `hours`, which count from the year's beginning.
    func mean(ofHours hours: Range<Int>) -> Double {
        let counts = hourly[hours.clamped(to: hourly.indices)]
        return Double(counts.reduce(0, +)) / Double(max(1, counts.count))
    }

    /// The most orders of an hour.
    package var most: Int { hourly.max() ?? 0 }

    /// The hour of the year that `moment` lies in; the last one also for what comes after.
    func hour(of moment: Date) -> Int {
        let hour = Int(moment.timeIntervalSince(year.lowerBound) / .hour)
        return min(max(0, hour), hourly.count - 1)
    }

    mutating func note(_ events: [ModelSource.OrderEvent]) {
        orders += events.count
        for event in events {
            hourly[hour(of: event.moment)] += 1
            digest.add(UInt64(event.lineage))
            digest.add(event.moment.timeIntervalSince1970.bitPattern)
            digest.add(event.ending)
        }
    }

    /// Notes that a certificate has come into use at `now`, with as much left of the one before.
    mutating func noteReplacement(_ lineage: Int, margin: TimeInterval, at now: Date) {
        renewals += 1
        worstMargin = min(worstMargin, margin)
        if margin < 0 { expired += 1 }
        digest.add("deployed")
        digest.add(UInt64(lineage))
        digest.add(now.timeIntervalSince1970.bitPattern)
    }

    /// Notes a certificate that has expired and was not replaced until the end of the year.
    mutating func noteExpired() {
        expired += 1
    }

    mutating func fail(_ rule: Rule, _ description: String) {
        faults.append(Fault(rule: rule, description: description))
    }
}

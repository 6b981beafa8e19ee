import FoundationEssentials
import Renewal
import Testing

/// The renewals to come, by the policy and by what CAs have announced.
@Suite struct ForecastTests {
    private let start = ForecastSample.start

    /// The days of the renewals in `days` days.
    private func renewals(
        _ subject: ForecastSubject,
        days: Int = 365,
        from start: Date = ForecastSample.start
    ) -> [String] {
        Forecast([subject], from: start, days: days).lines.flatMap(\.renewals).map {
            String($0.formatted(.iso8601).prefix(10))
        }
    }

    @Test func `lifetimes shrink on the days that Let's Encrypt has announced`() {
        // 90 days until February 10, then 64: two thirds of them are 42 days and 16 hours.
        #expect(
            renewals(ForecastSample.subject(issued: "2026-10-15"), days: 200) == [
                "2026-12-14", "2027-02-12", "2027-03-26", "2027-05-08",
            ]
        )
    }

    @Test func `in 2028 they are 45 days, renewed after 30`() {
        let subject = ForecastSample.subject(issued: "2028-01-20", days: 64)
        let from = ForecastSample.day("2028-02-01")
        #expect(
            renewals(subject, days: 100, from: from) == ["2028-03-02", "2028-04-01", "2028-05-01"]
        )
    }

    @Test func `a certificate of another CA is capped for all of them`() {
        let subject = ForecastSample.subject(
            issued: "2026-11-01",
            days: 198,
            ForecastSample.authority(.other)
        )
        // After 132 days, and from March 15 on after two thirds of 100.
        #expect(renewals(subject).prefix(3) == ["2027-03-13", "2027-07-23", "2027-09-27"])
    }

    @Test func `a CA of one's own goes on as it does`() {
        let subject = ForecastSample.subject(
            issued: "2026-11-01",
            days: 390,
            ForecastSample.authority(.own)
        )
        #expect(renewals(subject, days: 1_000) == ["2027-07-19", "2028-04-04", "2028-12-20"])
    }

    @Test func `the CA's window counts for the certificate that there is`() throws {
        var subject = ForecastSample.subject(issued: "2026-11-01")
        var facts = subject.facts
        let window = (ForecastSample.day("2026-12-01"), ForecastSample.day("2026-12-02"))
        facts.advice = RenewalSample.advice(from: window.0, to: window.1, at: start)
        subject = ForecastSubject(
            name: subject.name,
            hosts: subject.hosts,
            authority: subject.authority,
            facts: facts
        )
        let moments = try #require(Forecast([subject], from: start, days: 100).lines.first).renewals
        #expect(moments.count == 2)
        #expect((window.0...window.1).contains(moments[0]))
        // The next one around two thirds, within the share of its lifetime that windows have.
        let gap = moments[1].timeIntervalSince(moments[0])
        #expect((59.1 * .day...60.9 * .day).contains(gap))
    }

    @Test func `what is overdue is renewed now, what failed when it is tried again`() {
        #expect(renewals(ForecastSample.subject(issued: "2026-08-01")).first == "2026-11-27")
        var facts = ForecastSample.subject(issued: "2026-08-01").facts
        facts.failures = RenewalSample.failure(
            .rateLimited,
            at: start,
            until: start.addingTimeInterval(3 * .day)
        )
        let held = ForecastSubject(
            name: "a",
            hosts: ["a"],
            authority: ForecastSample.authority(),
            facts: facts
        )
        #expect(renewals(held).first == "2026-11-30")
    }

    @Test func `no renewal lies beyond the end`() {
        let forecast = Forecast([ForecastSample.subject()], from: start, days: 35)
        #expect(forecast.moments == [RenewalPolicy.due(ForecastSample.subject().facts).moment])
        #expect(Forecast([ForecastSample.subject()], from: start, days: 34).moments == [])
    }

    @Test(arguments: [0, 0.0001, 0.02])
    func `certificates of seconds are renewed no faster than the timer looks`(days: Double) {
        let subject = ForecastSample.subject(
            issued: "2026-11-27",
            days: days,
            ForecastSample.authority(.own)
        )
        let moments = Forecast([subject], from: start, days: 2).moments
        #expect((47...49).contains(moments.count))
    }

    // MARK: Verdicts

    @Test(arguments: [(160.0 / 24, 80.0), (45, 360), (90, 720), (398, 3_184)])
    func `an hourly timer is enough for every lifetime that is announced`(
        days: Double,
        left: Double
    ) throws {
        let subject = ForecastSample.subject(days: days, ForecastSample.authority(.own))
        let cadence = try #require(Forecast([subject], from: start, days: 1).cadence)
        #expect(cadence.isEnough)
        #expect(abs(cadence.left - left * .hour) < 1)
        // The last try is within three hours of the end.
        #expect(cadence.outage > cadence.left - 3 * .hour)
        #expect(cadence.tries >= 10)
    }

    @Test func `it is not enough for certificates of a day`() throws {
        let subject = ForecastSample.subject(days: 1, ForecastSample.authority(.own))
        let cadence = try #require(Forecast([subject], from: start, days: 1).cadence)
        #expect(!cadence.isEnough)
        #expect(cadence.left == 12 * .hour)
    }

    @Test func `the shortest life to come decides, not the one of today`() {
        let forecast = Forecast([ForecastSample.subject()], from: start, days: 365)
        #expect(forecast.cadence?.lifetime == 64 * .day)
        #expect(Forecast([], from: start, days: 365).cadence == nil)
    }

    @Test func `the peak is what falls into one span`() {
        let moments = [0, 10, 20, 3_600, 3_609, 3_611].map { start.addingTimeInterval($0) }
        let peak = Forecast.peak(of: moments, within: .hour)
        #expect(peak?.count == 4)
        #expect(peak?.start == start.addingTimeInterval(10))
        #expect(Forecast.peak(of: [], within: .hour) == nil)
    }

    @Test func `more certificates of one domain in a week than are allowed are told`() {
        let subjects = (1...51).map { ForecastSample.subject("host-\($0).example.com") }
        let few = Forecast(Array(subjects.dropFirst()), from: start, days: 60)
        #expect(few.limitsMet == [])
        let many = Forecast(subjects, from: start, days: 60).limitsMet
        #expect(many.map(\.limit.subject) == [.registeredDomain])
        #expect(many.first?.scope == "example.com")
        #expect(many.first?.peak.count == 51)
        #expect(many.first?.peak.start == RenewalPolicy.due(subjects[0].facts).moment)
    }

    @Test func `more orders in three hours than are allowed are told`() {
        let subjects = (1...301).map { ForecastSample.subject("host-\($0).test") }
        let met = Forecast(subjects, from: start, days: 60).limitsMet
        #expect(met.map(\.limit.subject) == [.newOrders])
        #expect(met.first?.peak.count == 301)
    }

    @Test func `a CA without published limits reaches none`() {
        let subjects = (1...400).map {
            ForecastSample.subject("host-\($0).example.com", ForecastSample.authority(.other))
        }
        #expect(Forecast(subjects, from: start, days: 60).limitsMet == [])
    }
}

import FoundationEssentials
import Renewal
import Testing

/// What CAs have announced, as of November 2026.
@Suite struct AnnouncedChangeTests {
    /// The changes of the lifetime that concern certificates of that CA, as day and days.
    private func lifetimes(_ authority: ForecastAuthority) -> [String] {
        let subject = ForecastSample.subject(issued: "2026-01-01", days: 398, authority)
        return Forecast([subject], from: ForecastSample.start, days: 1_096).changes
            .compactMap { change in
                change.lifetime.map { lifetime in
                    let day = change.date.formatted(.iso8601).prefix(10)
                    return "\(day) \(Int(lifetime / .day))"
                }
            }
    }

    @Test func `Let's Encrypt without a profile goes to 64 and 45 days, under the rules for all`() {
        let expected = ["2027-02-10 64", "2027-03-15 100", "2028-02-16 45", "2029-03-15 47"]
        #expect(lifetimes(ForecastSample.authority()) == expected)
        #expect(lifetimes(ForecastSample.authority(profile: "classic")) == expected)
    }

    @Test func `its other profiles go their own ways`() {
        let all = ["2027-03-15 100", "2029-03-15 47"]
        #expect(
            lifetimes(ForecastSample.authority(profile: "tlsserver")) == ["2026-05-13 45"] + all
        )
        #expect(lifetimes(ForecastSample.authority(profile: "shortlived")) == all)
    }

    @Test func `other CAs are under the rules for all, one of one's own under none`() {
        #expect(lifetimes(ForecastSample.authority(.other)) == ["2027-03-15 100", "2029-03-15 47"])
        #expect(lifetimes(ForecastSample.authority(.own)) == [])
    }

    @Test func `they are in order, and each has its source`() {
        let dates = AnnouncedChange.all.map(\.date)
        #expect(dates == dates.sorted())
        #expect(AnnouncedChange.all.allSatisfy { !$0.source.isEmpty && !$0.text.hasSuffix(".") })
    }

    @Test func `what was in force when all certificates were issued is no news`() {
        let subject = ForecastSample.subject(issued: "2026-12-20")
        let forecast = Forecast([subject], from: ForecastSample.day("2027-01-01"), days: 30)
        #expect(forecast.changes.first?.date == ForecastSample.day("2027-02-10"))
    }

    @Test func `what came since one was issued is told`() {
        let subject = ForecastSample.subject(issued: "2027-01-20")
        let forecast = Forecast([subject], from: ForecastSample.day("2027-03-01"), days: 30)
        #expect(forecast.changes.first?.date == ForecastSample.day("2027-02-10"))
    }
}

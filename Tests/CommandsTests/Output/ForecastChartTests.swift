import FoundationEssentials
import Renewal
import Testing

@testable import Commands

/// The chart of `certctl forecast`, and what is said below it.
@Suite struct ForecastChartTests {
    private func day(_ text: String) throws -> Date {
        try Date("\(text)T00:00:00Z", strategy: .iso8601)
    }

    private func subject(
        _ name: String,
        issued: String,
        days: Double,
        _ kind: ForecastAuthority.Kind = .letsEncrypt,
        profile: String? = nil
    ) throws -> ForecastSubject {
        let begin = try day(issued)
        let validity = Validity(notBefore: begin, notAfter: begin.addingTimeInterval(days * .day))
        return ForecastSubject(
            name: name,
            hosts: [name],
            authority: ForecastAuthority(
                name: kind == .letsEncrypt ? "letsencrypt" : "ca.test",
                kind: kind,
                profile: profile,
                limits: kind == .letsEncrypt ? .letsEncrypt : nil
            ),
            facts: RenewalFacts(validity: validity, random: StableRandom(seed: 1))
        )
    }

    private func forecast(_ subjects: [ForecastSubject], days: Int = 365) throws -> Forecast {
        Forecast(subjects, from: try day("2026-11-27"), days: days)
    }

    private func few() throws -> [ForecastSubject] {
        try [
            subject("example.com", issued: "2026-10-15", days: 90),
            subject("intern.example.com", issued: "2026-06-01", days: 398, .own),
            subject(
                "short.example.com",
                issued: "2026-11-25",
                days: 160.0 / 24,
                profile: "shortlived"
            ),
            subject("very-long-names-are-cut.example.com", issued: "2026-11-20", days: 90),
        ]
    }

    @Test func `a year of four certificates`() throws {
        let forecast = try forecast(few())
        #expect(
            ForecastChart(forecast).text + ForecastText.text(forecast) == """
                2026-11-27 to 2027-11-27: 126 renewals; a column is 7 days, ● a renewal

                                         Dec  Jan Feb Mar Apr  May Jun Jul  Aug Sep  Oct Nov
                announced (see below)      1       2    3
                example.com              ··●········●·····●·····●·····●·····●·····●·····●·····
                intern.example.com       ············●·····································●··
                short.example.com        2222322222222232222222222322222222223222222222322222·
                very-long-names-are-cu…  ·······●········●·····●·····●·····●·····●·····●······

                Announced:
                1   2026-12-15 every CA asks for the answer to a challenge from at least five
                    more places; a firewall that lets in known addresses only has it fail
                    (CA/Browser Forum, ballot SC-067)
                2   2027-02-10 Let's Encrypt's certificates live 64 days, and it remembers for
                    10 days (not 30) that a name has been validated (Let's Encrypt, "From 90 to
                    45", 2025-12-02)
                3   2027-03-15 no certificate lives longer than 100 days, and no validation is
                    used for longer (CA/Browser Forum, ballot SC-081)
                4   2028-02-16 Let's Encrypt's certificates live 45 days, and it remembers for 7
                    hours that a name has been validated (Let's Encrypt, "From 90 to 45",
                    2025-12-02)
                5   2029-03-15 no certificate lives longer than 47 days, and no validation is
                    used for longer than 10 (CA/Browser Forum, ballot SC-081)

                An hourly timer is enough: of the certificates that live shortest (160 hours) 80
                hours are left when their renewal begins. That is time for 22 tries, and for 78
                hours in which nothing works.

                Most orders in an hour: 1 (2026-11-28); in seven days: 5 (from 2027-06-13).

                No limit that the CAs have published is reached.

                """
        )
    }

    @Test func `of many certificates one hill is drawn`() throws {
        let subjects = try (0..<60).map { number in
            try subject(
                "host-\(number).example.com",
                issued: "2026-\(number < 40 ? "10" : "11")-\(10 + number % 15)",
                days: 90
            )
        }
        let text = try ForecastChart(forecast(subjects)).text
        #expect(
            text == """
                2026-11-27 to 2027-11-27: 466 renewals; a column is 7 days

                                         Dec  Jan Feb Mar Apr  May Jun Jul  Aug Sep  Oct Nov
                announced (see below)      1       2    3
                22 orders                  ▆                    ▃     ▆     ▃     █
                                           █        █    ▂█     █     █     █     █     █
                                           █       ▄█    ██    ▁█     █     █     █     █▇
                                           █▆      ██    ██    ██    ▃█     █▆    █▆    ██
                                           ██   ▆  ██    ██▃   ███   ██▆▃  ███▃  ▆██▃  ▆██▃
                                          ▂██  ▂█  ██▂  ▅███▂ ▅███▂ ▅████ ▅████ ▂████ ▂████
                                          ███  ██▄ ███  █████ █████ █████ █████ █████ █████ ▇
                0                         ███  ███ ███ ▆█████▆█████▃█████ █████ █████ █████ █▃

                """
        )
    }

    @Test(arguments: [1, 7, 30, 53, 54, 90, 365, 366, 730, 1_096])
    func `whatever the span, no line is longer than a terminal is wide`(days: Int) throws {
        for subjects in [
            try few(), try (0..<41).map { try subject("h\($0)", issued: "2026-11-01", days: 45) },
        ] {
            let forecast = try forecast(subjects, days: days)
            let text = ForecastChart(forecast).text + ForecastText.text(forecast)
            for line in text.split(separator: "\n") {
                #expect(line.count <= 80)
                #expect(line.last != " ")
            }
        }
    }

    @Test func `a column that holds several renewals shows their number`() throws {
        let text = try ForecastChart(
            forecast([subject("a", issued: "2026-11-26", days: 0.5, .own)], days: 365)
        ).text
        // Four a day; the last column holds one day of the year.
        #expect(
            text.hasSuffix(
                "a" + String(repeating: " ", count: 24) + String(repeating: "+", count: 52) + "4\n"
            )
        )
        let one = try ForecastChart(
            forecast([subject("a", issued: "2026-11-20", days: 90, .own)], days: 54)
        ).text
        // Renewed on January 19; two days a column.
        let strip = String(repeating: "·", count: 26) + "●"
        #expect(one.hasSuffix("a" + String(repeating: " ", count: 24) + strip + "\n"))
    }

    @Test func `a limit that would be reached is told with what keeps it away`() throws {
        let subjects = try (1...51).map {
            try subject("host-\($0).example.com", issued: "2026-11-01", days: 90)
        }
        let text = try ForecastText.text(forecast(subjects))
        #expect(
            text.contains(
                """
                From 2026-12-31 on 51 certificates for example.com fall into 7 days, and
                letsencrypt allows 50.
                """
            )
        )
    }

    @Test func `where no limits are known it does not say that none is reached`() throws {
        let text = try ForecastText.text(
            forecast([subject("a", issued: "2026-11-01", days: 90, .other)])
        )
        #expect(text.hasSuffix("\nOf the CAs in use no limits are known.\n"))
    }

    @Test func `a timer that is too slow is told, with what to do`() throws {
        let text = try ForecastText.text(
            forecast([subject("a", issued: "2026-11-26", days: 1, .own)])
        )
        #expect(text.contains("An hourly timer is not enough for certificates of 24 hours: when"))
        #expect(text.contains("12 hours are left"))
        #expect(text.contains("Ask the CA for certificates that live longer."))
    }

    @Test func `in JSON each certificate, change and verdict is a line with its kind`() throws {
        let lines = try ForecastLine.lines(forecast(few()))
        let others = lines.map(\.kind).filter { $0 != "certificate" }
        #expect(others == ["change", "change", "change", "change", "change", "cadence", "load"])
        let renewals = [
            "2026-12-14T01:35:50Z", "2027-02-12T03:11:41Z", "2027-03-26T20:47:32Z",
            "2027-05-08T14:23:23Z", "2027-06-20T07:59:14Z", "2027-08-02T01:35:05Z",
            "2027-09-13T19:10:56Z", "2027-10-26T12:46:47Z",
        ].joined(separator: "\",\"")
        let first = """
            {"authority":"letsencrypt","kind":"certificate","name":"example.com",\
            "notAfter":"2027-01-13T00:00:00Z","renewals":["\(renewals)"]}

            """
        let text = try JSONLine.text(#require(lines.first))
        #expect(text == first)
    }
}

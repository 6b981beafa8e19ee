import FoundationEssentials
import Renewal

/// Certificates as they may be on a host in November 2026.
enum ForecastSample {
    static func day(_ text: String) -> Date {
        guard let date = try? Date("\(text)T00:00:00Z", strategy: .iso8601) else {
            preconditionFailure("\(text) is no day")
        }
        return date
    }

    static let start = day("2026-11-27")

    static func authority(
        _ kind: ForecastAuthority.Kind = .letsEncrypt,
        profile: String? = nil
    ) -> ForecastAuthority {
        ForecastAuthority(
            name: kind == .letsEncrypt ? "letsencrypt" : "ca.test",
            kind: kind,
            profile: profile,
            limits: kind == .letsEncrypt ? .letsEncrypt : nil
        )
    }

    static func subject(
        _ name: String = "example.com",
        issued: String = "2026-11-01",
        days: Double = 90,
        _ authority: ForecastAuthority = authority()
    ) -> ForecastSubject {
        let begin = day(issued)
        let validity = Validity(notBefore: begin, notAfter: begin.addingTimeInterval(days * .day))
        return ForecastSubject(
            name: name,
            hosts: [name],
            authority: authority,
            facts: RenewalFacts(validity: validity, random: StableRandom(seed: 1))
        )
    }
}

import FoundationEssentials
import HTTP
import Testing

@testable import ACME

/// Corner case 18, cases A03 and A05 of the reliability catalogue; RFC 9773 §4.2 and §4.3.
@Suite struct RenewalInfoTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func info(_ json: String, retryAfter: String? = nil) throws -> RenewalInfo {
        var headers = HTTPHeaders()
        if let retryAfter { headers.append("retry-after", retryAfter) }
        return try RenewalInfo(.json(json, headers: headers), at: now)
    }

    private static func window(_ start: String, _ end: String) -> String {
        #"{"suggestedWindow":{"start":"\#(start)","end":"\#(end)"}}"#
    }

    private let good = window("2027-01-15T08:00:00Z", "2027-01-16T09:30:00.5+01:30")

    @Test func `a window is read, with fractions and offsets`() throws {
        let info = try info(good)
        #expect(info.start == now)
        #expect(abs(info.end.timeIntervalSince(now) - 86_400.5) < 0.01)
        #expect(info.explanation == nil)
    }

    @Test func `an explanation is kept for people`() throws {
        let json = good.dropLast() + #","explanationURL":"https://ca.test/why"}"#
        #expect(try info(String(json)).explanation == "https://ca.test/why")
    }

    @Test(arguments: [
        window("2027-01-16T08:00:00Z", "2027-01-15T08:00:00Z"),
        window("2027-01-15T08:00:00Z", "2027-01-15T08:00:00Z"),
        window("", "2027-01-15T08:00:00Z"), window("tomorrow", "2027-01-15T08:00:00Z"),
        #"{"suggestedWindow":{"start":"2027-01-15T08:00:00Z"}}"#,
        #"{"suggestedWindow":{"start":17,"end":18}}"#, #"{"suggestedWindow":null}"#, "{}", "[]", "",
    ])
    func `a window that is none is no answer`(json: String) {
        #expect(throws: ACMEError.self) { try info(json) }
    }

    @Test(
        arguments: [
            (nil, 21_600), ("0", 60), ("1", 60), ("3600", 3600), ("315360000", 86_400),
            ("-5", 21_600), ("Fri, 15 Jan 2027 07:00:00 GMT", 60), ("soon", 21_600),
        ] as [(String?, Int)]
    )
    func `the CA is asked again after a minute to a day`(retryAfter: String?, seconds: Int) throws {
        #expect(try info(good, retryAfter: retryAfter).interval == .seconds(seconds))
    }

    @Test(arguments: ["https://ca.test/renewal-info", "https://ca.test/renewal-info/"])
    func `a certificate is asked about below the resource`(resource: String) {
        let identifier = CertificateIdentifier(authorityKeyIdentifier: [1], serial: [2])
        let asked = RenewalInfo.url(of: identifier, at: url(resource))
        #expect(asked == url("https://ca.test/renewal-info/AQ.Ag"))
    }
}

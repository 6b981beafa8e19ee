import ACME
import FoundationEssentials
import HTTP
import Testing

/// Corner case 22, case C10 of the reliability catalogue.
@Suite struct ClockSkewTests {
    /// 2027-01-15 08:00:00 UTC.
    private let now = Date(timeIntervalSince1970: 1_800_000_000)

    private func skew(_ date: String?) -> ClockSkew? {
        var headers = HTTPHeaders()
        if let date { headers.append("Date", date) }
        return ClockSkew(HTTPResponse(status: 200, headers: headers), at: now)
    }

    @Test(arguments: [
        ("Fri, 15 Jan 2027 08:00:00 GMT", 0.0, false),
        ("Fri, 15 Jan 2027 08:04:59 GMT", 299, false),
        ("Fri, 15 Jan 2027 07:49:00 GMT", -660, true),
        ("Mon, 18 Jan 2027 08:00:00 GMT", 259_200, true),
        ("Thu, 01 Jan 1970 00:00:00 GMT", -1_800_000_000, true),
    ])
    func `five minutes are borne`(date: String, seconds: Double, isSuspect: Bool) throws {
        let found = skew(date)
        let skew = try #require(found)
        #expect(skew.seconds == seconds)
        #expect(skew.isSuspect == isSuspect)
    }

    @Test(arguments: [nil, "", "yesterday", "2027-01-15T08:00:00Z"])
    func `a date that is missing or none says nothing`(date: String?) {
        #expect(skew(date) == nil)
    }
}

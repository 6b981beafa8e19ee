import FoundationEssentials
import HTTP
import Testing

/// Cases N23 and A05 of the reliability catalogue; RFC 9110 §10.2.3.
@Suite struct RetryAfterTests {
    /// 2027-01-15 08:00:00 UTC.
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let longest = Duration.seconds(366 * 86_400)

    private func delay(_ value: String) -> Duration? {
        HTTPResponse(status: 503, headers: ["Retry-After": value]).retryAfter(from: now)
    }

    @Test(arguments: [("0", 0), ("1", 1), ("007", 7), ("120", 120)])
    func `a number is a delay in seconds`(value: String, seconds: Int) {
        #expect(delay(value) == .seconds(seconds))
    }

    @Test func `a date is a delay from now`() {
        #expect(delay("Fri, 15 Jan 2027 08:01:30 GMT") == .seconds(90))
    }

    @Test func `a part of a second is waited for too`() {
        let date = RetryAfter("Fri, 15 Jan 2027 08:00:10 GMT")
        #expect(date?.delay(from: now.addingTimeInterval(0.25)) == .seconds(10))
    }

    @Test func `a date in the past is no delay`() {
        #expect(delay("Thu, 01 Jan 1970 00:00:00 GMT") == .zero)
    }

    @Test(
        arguments: [
            "1000000000", "9223372036854775807", "9223372036854775808",
            String(repeating: "9", count: 10_000), "Fri, 31 Dec 9999 23:59:59 GMT",
        ]
    )
    func `no delay is longer than 366 days`(value: String) {
        #expect(delay(value) == longest)
    }

    @Test(arguments: ["", "-1", "+1", "1.5", "1e3", " 1", "soon", "١٢", "0x10", "1, 2"])
    func `what is neither a number nor a date says nothing`(value: String) {
        #expect(delay(value) == nil)
    }

    @Test func `an answer without the field says nothing`() {
        #expect(HTTPResponse(status: 503).retryAfter(from: now) == nil)
    }

    @Test func `a date is counted from the server's time, where that says what it is`() {
        var response = HTTPResponse(status: 503)
        response.headers.append("retry-after", "Fri, 15 Jan 2027 10:00:00 GMT")
        response.headers.append("date", "Fri, 15 Jan 2027 09:00:00 GMT")
        #expect(response.retryAfter(from: .distantPast) == .seconds(3600))
        #expect(response.retryAfter(from: .distantFuture) == .seconds(3600))
    }
}

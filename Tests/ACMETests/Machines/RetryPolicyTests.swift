import ACME
import FoundationEssentials
import HTTP
import Testing

/// Group N and case P27 of the reliability catalogue; RFC 8555 §6.6.
@Suite struct RetryPolicyTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let target = url("https://ca.test/order/1")

    private func answer(_ status: Int, retryAfter: String? = nil) -> HTTPResponse {
        let headers: HTTPHeaders = retryAfter.map { ["Retry-After": $0] } ?? [:]
        return HTTPResponse(status: status, headers: headers)
    }

    /// The verdicts on the same answer, come again and again.
    private func verdicts(_ count: Int, on answer: HTTPResponse) -> [RetryPolicy.Verdict] {
        var policy = RetryPolicy()
        return (1...count).map { _ in policy.verdict(on: answer, at: now) }
    }

    private func problem(_ status: Int) -> Problem {
        Problem(kind: .other("status \(status)"), detail: "HTTP \(status)")
    }

    @Test(arguments: [200, 201, 302, 400, 401, 403, 404, 409])
    func `an answer below 500 is one, but for 429`(status: Int) {
        #expect(verdicts(1, on: answer(status)) == [.accept])
    }

    @Test(arguments: [500, 502, 503, 504])
    func `a server in trouble is asked three times more, after 1, 2 and 4 s`(status: Int) {
        let pauses = [1, 2, 4].map { RetryPolicy.Verdict.retry(after: .seconds($0)) }
        let end = RetryPolicy.Verdict.fail(.busy(problem(status), until: nil))
        #expect(verdicts(4, on: answer(status)) == pauses + [end])
    }

    @Test func `Retry-After is waited for when it is longer than the pause`() {
        let expected = [3, 3, 4].map { RetryPolicy.Verdict.retry(after: .seconds($0)) }
        #expect(verdicts(3, on: answer(503, retryAfter: "3")) == expected)
    }

    @Test(arguments: ["0", "Thu, 01 Jan 1970 00:00:00 GMT"])
    func `a moment that is over does not shorten the pause`(retryAfter: String) {
        let expected = [1, 2, 4].map { RetryPolicy.Verdict.retry(after: .seconds($0)) }
        #expect(verdicts(3, on: answer(503, retryAfter: retryAfter)) == expected)
    }

    @Test func `a minute is waited for, more is told to the operator`() {
        #expect(
            verdicts(1, on: answer(503, retryAfter: "60")) == [.retry(after: .seconds(60))]
        )
        #expect(
            verdicts(1, on: answer(503, retryAfter: "61"))
                == [.fail(.busy(problem(503), until: now.addingTimeInterval(61)))]
        )
    }

    @Test func `a limit that ends soon is waited for`() {
        #expect(verdicts(1, on: answer(429, retryAfter: "5")) == [.retry(after: .seconds(5))])
    }

    @Test func `a limit that ends late tells when`() {
        let end = ACMEError.rateLimited(problem(429), until: now.addingTimeInterval(3600))
        #expect(verdicts(1, on: answer(429, retryAfter: "3600")) == [.fail(end)])
    }

    @Test func `a limit without an end is not tried against`() {
        let end = ACMEError.rateLimited(problem(429), until: nil)
        #expect(verdicts(1, on: answer(429)) == [.fail(end)])
    }

    @Test func `a server in trouble may be a limit by its problem`() {
        let limit = HTTPResponse.problem("rateLimited", status: 503, headers: ["Retry-After": "90"])
        let end = ACMEError.rateLimited(.says(.rateLimited), until: now.addingTimeInterval(90))
        #expect(verdicts(1, on: limit) == [.fail(end)])
    }

    @Test func `a lost answer is asked for three times more, after 1, 2 and 4 s`() {
        var policy = RetryPolicy()
        let failure = TransportFailure.notConnected("reset")
        let verdicts = (1...4).map { _ in policy.verdict(on: failure, from: target) }
        let pauses = [1, 2, 4].map { RetryPolicy.Verdict.retry(after: .seconds($0)) }
        #expect(verdicts == pauses + [.fail(.noAnswer(failure, from: target))])
    }

    @Test(
        arguments: [
            TransportFailure.hostNotFound("no such host"), .notTrusted(.issuer, "self-signed"),
            .privateAddress("10.0.0.1"), .tooLarge(limit: 1),
        ]
    )
    func `a failure that would come again is not tried again`(failure: TransportFailure) {
        var policy = RetryPolicy()
        let verdict = policy.verdict(on: failure, from: target)
        #expect(verdict == .fail(.noAnswer(failure, from: target)))
    }

    @Test func `silence, which takes long to notice, is borne once more and no further`() {
        var policy = RetryPolicy()
        let silence = TransportFailure.timedOut("60 s")
        #expect(policy.verdict(on: silence, from: target) == .retry(after: .seconds(1)))
        #expect(
            policy.verdict(on: silence, from: target) == .fail(.noAnswer(silence, from: target))
        )
    }

    @Test func `lost answers and servers in trouble share the three attempts`() {
        var policy = RetryPolicy()
        _ = policy.verdict(on: .notConnected(""), from: target)
        _ = policy.verdict(on: answer(503), at: now)
        #expect(policy.verdict(on: .notConnected(""), from: target) == .retry(after: .seconds(4)))
        #expect(policy.verdict(on: answer(503), at: now) == .fail(.busy(problem(503), until: nil)))
    }
}

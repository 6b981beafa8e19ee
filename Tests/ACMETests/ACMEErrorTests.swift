import Diagnostics
import FoundationEssentials
import HTTP
import Testing

@testable import ACME

/// Every failure tells what, why and the next thing to do, and ends with the exit code of its
/// kind; P32 of the reliability catalogue: nothing that a CA says acts on a terminal.
@Suite struct ACMEErrorTests {
    private static let escape = "\u{1B}[2J\nok"
    private static let problem = Problem(kind: .other("caa\(escape)"), detail: "no \(escape)")
    private static let until = Date(timeIntervalSince1970: 1_800_000_000)

    private static let errors: [(ACMEError, ExitCode)] = [
        (.noAnswer(.hostNotFound(escape), from: url("https://ca.test/dir")), .unreachable),
        (.noAnswer(.notConnected(escape), from: url("https://ca.test/dir")), .unreachable),
        (.noAnswer(.timedOut(escape), from: url("https://ca.test/dir")), .unreachable),
        (.noAnswer(.broken(escape), from: url("https://ca.test/dir")), .unreachable),
        (.noAnswer(.notTrusted(.issuer, escape), from: url("https://ca.test/dir")), .configuration),
        (.noAnswer(.privateAddress(escape), from: url("https://ca.test/dir")), .configuration),
        (.noAnswer(.tooLarge(limit: 1), from: url("https://ca.test/dir")), .refused),
        (.busy(problem, until: until), .unreachable),
        (.unreadableAnswer("an order", excerpt: escape), .unreachable),
        (.foreignURL(field: "finalize", value: escape), .refused),
        (.refused(problem), .refused),
        (.rateLimited(problem, until: until), .rateLimited),
        (.noncesRefused(attempts: 32), .unreachable),
        (.noNonce, .unreachable),
        (.termsNotAgreed(escape), .usage),
        (.externalAccountRequired, .refused),
        (.notOffered("keyChange"), .refused),
        (.profileNotOffered(escape, offered: []), .configuration),
        (.profileNotOffered(escape, offered: [escape]), .configuration),
        (.keyInUse(account: escape), .refused),
        (.accountNotUsable(status: escape), .refused),
        (.challengeNotOffered(host: escape, offered: [escape]), .challengeFailed),
        (.unusableToken(host: escape, token: escape), .refused),
        (.challengesFailed([ChallengeFailure(host: escape, problem: problem)]), .challengeFailed),
        (.orderFailed(problem), .refused),
        (.orderFailed(nil), .refused),
        (.orderGone, .unreachable),
        (.notInTime("the order is still \(escape)", waited: .seconds(300)), .unreachable),
    ]

    @Test(arguments: errors)
    func `a failure ends with the exit code of its kind`(error: ACMEError, code: ExitCode) {
        #expect(error.diagnosis.exitCode == code)
    }

    @Test(arguments: errors)
    func `a failure tells what, why and a fix, each on one harmless line`(
        error: ACMEError,
        code: ExitCode
    ) {
        let diagnosis = error.diagnosis
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }

    @Test func `one failed name is told with the CA's own words`() {
        let failure = ChallengeFailure(
            host: "a.example",
            problem: Problem(kind: .other("connection"), detail: "connection refused")
        )
        let diagnosis = ACMEError.challengesFailed([failure]).diagnosis
        #expect(diagnosis.what == "the CA could not validate a.example")
        #expect(diagnosis.why == "connection refused")
    }

    @Test func `several failed names are told apart`() {
        let failures = [
            ChallengeFailure(
                host: "a.example",
                problem: Problem(kind: .other("dns"), detail: "no such name")
            ),
            ChallengeFailure(host: "b.example", problem: nil),
        ]
        let diagnosis = ACMEError.challengesFailed(failures).diagnosis
        #expect(diagnosis.what == "the CA could not validate a.example, b.example")
        #expect(diagnosis.why == "a.example: no such name; b.example: the CA does not say why")
    }

    @Test func `a limit tells until when`() {
        let diagnosis = ACMEError.rateLimited(Self.problem, until: Self.until).diagnosis
        #expect(diagnosis.fix.contains("2027-01-15T08:00:00Z"))
    }

    @Test func `a limit without an end asks to come later`() {
        let diagnosis = ACMEError.rateLimited(Self.problem, until: nil).diagnosis
        #expect(diagnosis.fix.hasPrefix("run the same command again later;"))
    }

    @Test func `every subproblem is part of the reason`() {
        let parts = ["a.example", "b.example"].map { name in
            Problem.Subproblem(kind: .other("caa"), detail: "forbidden", identifier: name)
        }
        let problem = Problem(kind: .other("caa"), detail: "two names", subproblems: parts)
        let why = ACMEError.refused(problem).diagnosis.why
        #expect(why == "two names; a.example: forbidden; b.example: forbidden (caa)")
    }

    @Test(
        arguments: [
            ("rateLimited", ACMEError.rateLimited(.says(.rateLimited), until: nil)),
            ("externalAccountRequired", .externalAccountRequired),
            ("malformed", .refused(.says(.malformed))),
            ("unheard-of", .refused(.says(.other("unheard-of")))),
        ]
    )
    func `a problem as an error keeps its kind`(type: String, error: ACMEError) {
        #expect(HTTPResponse.problem(type).refusal == error)
    }
}

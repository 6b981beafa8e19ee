import ACME
import HTTP
import Testing

/// Corner case 12, cases P30 and P32 of the reliability catalogue; RFC 7807; RFC 8555 §6.7.
@Suite struct ProblemTests {
    private func problem(_ body: String, status: Int = 403) -> Problem {
        Problem(.json(body, status: status))
    }

    @Test func `type and detail are read`() {
        let body = #"{"type":"urn:ietf:params:acme:error:malformed","detail":"no","status":400}"#
        #expect(problem(body) == Problem(kind: .malformed, detail: "no"))
    }

    @Test func `every subproblem is told with its name`() {
        let problem = problem(
            """
            {"type":"urn:ietf:params:acme:error:rejectedIdentifier","detail":"some are refused",
            "subproblems":[
            {"type":"urn:ietf:params:acme:error:malformed","detail":"has an underscore",
            "identifier":{"type":"dns","value":"_a.example.com"}},
            {"type":"urn:ietf:params:acme:error:caa","detail":"forbidden by CAA",
            "identifier":{"type":"dns","value":"b.example.com"}},
            {"type":"urn:ietf:params:acme:error:dns"}]}
            """
        )
        #expect(problem.subproblems.map(\.kind) == [.malformed, .other("caa"), .other("dns")])
        #expect(
            problem.text == """
                some are refused; _a.example.com: has an underscore; \
                b.example.com: forbidden by CAA; dns
                """
        )
    }

    @Test(
        arguments: [
            "", "<html>502 Bad Gateway</html>", "[]", "null", "17", #""a text""#,
            #"{"type":"urn:ietf:params"#,
        ]
    )
    func `a body that is no problem is told by its status`(body: String) {
        let expected = Problem(kind: .other("status 502"), detail: "HTTP 502")
        #expect(problem(body, status: 502) == expected)
    }

    @Test(
        arguments: [
            (#"{"type":17,"detail":"no"}"#, Problem(kind: .other("about:blank"), detail: "no")),
            (#"{"type":null,"detail":"no"}"#, Problem(kind: .other("about:blank"), detail: "no")),
            (#"{"type":"x","detail":{"a":1}}"#, Problem(kind: .other("x"), detail: "x")),
            (#"{"type":"x","detail":null}"#, Problem(kind: .other("x"), detail: "x")),
            (
                #"{"detail":"no","subproblems":"x"}"#,
                Problem(kind: .other("about:blank"), detail: "no")
            ),
            ("{}", Problem(kind: .other("about:blank"), detail: "about:blank")),
        ]
    )
    func `a member of another type counts as absent`(body: String, expected: Problem) {
        #expect(problem(body) == expected)
    }

    @Test func `a subproblem with members of other types is still told`() {
        let body =
            #"{"detail":"no","subproblems":[{"type":1,"detail":"half","identifier":"x"},{}]}"#
        #expect(problem(body).text == "no; half; about:blank")
    }

    @Test func `escape sequences and forged lines are harmless in its text`() {
        let body =
            #"{"detail":"\u001b[2J\nok","subproblems":[{"detail":"\u202ex\r","identifier":"#
            + #"{"type":"dns","value":"a\u0007"}}]}"#
        #expect(problem(body).text == "·[2J ok; a·: ·x ")
    }

    @Test func `64 KiB of detail are kept short`() {
        let detail = String(repeating: "x", count: 65_536)
        #expect(problem(#"{"detail":"\#(detail)"}"#).text.count == 2001)
    }
}

/// RFC 8555 §6.7: a type that nobody knows is kept.
@Suite struct ProblemKindTests {
    @Test(
        arguments: [
            ("accountDoesNotExist", ProblemKind.accountDoesNotExist), ("badNonce", .badNonce),
            ("externalAccountRequired", .externalAccountRequired), ("malformed", .malformed),
            ("orderNotReady", .orderNotReady), ("rateLimited", .rateLimited),
            ("userActionRequired", .userActionRequired),
        ]
    )
    func `a type that is acted on is known by its whole name`(name: String, kind: ProblemKind) {
        #expect(ProblemKind(type: "urn:ietf:params:acme:error:\(name)") == kind)
        #expect(kind.description == name)
    }

    @Test(
        arguments: [
            ("urn:ietf:params:acme:error:caa", "caa"),
            ("urn:ietf:params:acme:error:BadNonce", "BadNonce"),
            ("https://ca.test/errors/paused", "https://ca.test/errors/paused"),
            ("about:blank", "about:blank"), ("", ""),
        ]
    )
    func `another type is kept as it is`(type: String, name: String) {
        #expect(ProblemKind(type: type) == .other(name))
        #expect(ProblemKind(type: type).description == name)
    }

    /// Some CAs, ZeroSSL's older ones among them, leave the prefix out.
    @Test func `the prefix may be missing`() {
        #expect(ProblemKind(type: "rateLimited") == .rateLimited)
    }
}

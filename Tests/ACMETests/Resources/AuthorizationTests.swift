import ACME
import HTTP
import Testing

/// Corner cases 10, 20 and 23, cases P07 to P11 of the reliability catalogue; RFC 8555 §7.1.4.
@Suite struct AuthorizationTests {
    private static let token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA"

    private func authorization(
        status: String = "pending",
        challenges: String
    ) throws -> Authorization {
        try Authorization(
            .json(
                """
                {"status":"\(status)","identifier":{"type":"dns","value":"example.com"},
                "challenges":[\(challenges)]}
                """
            ),
            at: url("https://ca.test/authz/1"),
            origin: origin
        )
    }

    private func http01(
        token: String = Self.token,
        url: String = "https://ca.test/challenge/1",
        more: String = ""
    ) -> String {
        #"{"type":"http-01","url":"\#(url)","token":"\#(token)"\#(more)}"#
    }

    @Test func `the http-01 challenge is read`() throws {
        let authorization = try authorization(challenges: http01(more: #","status":"pending""#))
        let challenge = try #require(authorization.challenge)
        #expect(authorization.url == url("https://ca.test/authz/1"))
        #expect(authorization.identifier.value == "example.com")
        #expect(challenge.url == url("https://ca.test/challenge/1"))
        #expect(challenge.token.description == Self.token)
        #expect(challenge.isPending)
        #expect(challenge.problem == nil)
    }

    @Test(
        arguments: [
            ("pending", Authorization.Status.pending), ("valid", .valid),
            ("invalid", .ended("invalid")), ("expired", .ended("expired")),
            ("deactivated", .ended("deactivated")), ("revoked", .ended("revoked")),
            ("processing", .other("processing")), ("", .other("")),
        ]
    )
    func `every status has its meaning`(text: String, status: Authorization.Status) throws {
        #expect(try authorization(status: text, challenges: http01()).status == status)
    }

    @Test(
        arguments: [
            #"{"type":"dns-persist-01","url":17,"token":{},"status":[],"error":"x"}"#,
            #"{"type":"dns-01"}"#, #"{"url":"https://ca.test/1"}"#, #"{"type":null}"#,
            #"{"type":17}"#, "{}", "null", "17", #""http-01""#, "[]",
        ]
    )
    func `a challenge of another type is skipped, whatever it is made of`(other: String) throws {
        let authorization = try authorization(challenges: "\(other),\(http01()),\(other)")
        #expect(authorization.challenge?.token.description == Self.token)
    }

    @Test func `without http-01 the types on offer are told`() throws {
        let authorization = try authorization(
            challenges: #"{"type":"dns-01","url":1},{"type":"tls-alpn-01"},null"#
        )
        #expect(authorization.challenge == nil)
        #expect(authorization.offeredTypes == ["dns-01", "tls-alpn-01", "unknown"])
    }

    @Test func `an authorization without challenges offers nothing`() throws {
        let authorization = try authorization(challenges: "")
        #expect(authorization.challenge == nil)
        #expect(authorization.offeredTypes.isEmpty)
    }

    @Test(
        arguments: [
            "../../etc/cron.d/x", "", "short", "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ/PCt92wr+oA",
            "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA=", "..%2f..%2fevaGxfADs6pSRb2LAv9IZf",
            "ëvaGxfADs6pSRb2LAv9IZf17Dt3juxGJ", String(repeating: "a", count: 1 << 20),
        ]
    )
    func `a token that breaks the RFC is refused`(token: String) {
        #expect(throws: ACMEError.unusableToken(host: "example.com", token: token)) {
            try authorization(challenges: http01(token: token))
        }
    }

    @Test func `a challenge without a token is refused`() {
        #expect(throws: ACMEError.unusableToken(host: "example.com", token: "")) {
            try authorization(challenges: #"{"type":"http-01","url":"https://ca.test/1"}"#)
        }
    }

    @Test(arguments: [
        "/challenge/1", "http://ca.test/1", "https://evil.test/1", "https://10.0.0.1/",
    ])
    func `a challenge elsewhere is refused`(foreign: String) {
        #expect(throws: ACMEError.foreignURL(field: "url of a challenge", value: foreign)) {
            try authorization(challenges: http01(url: foreign))
        }
    }

    @Test(arguments: ["processing", "valid", "invalid", "unheard-of"])
    func `a challenge that is not pending has been answered`(status: String) throws {
        let authorization = try authorization(challenges: http01(more: #","status":"\#(status)""#))
        #expect(authorization.challenge?.isPending == false)
    }

    @Test func `a challenge tells what the CA met`() throws {
        let problem = #"{"type":"urn:ietf:params:acme:error:connection","detail":"refused"}"#
        let authorization = try authorization(
            status: "invalid",
            challenges: http01(more: #","status":"invalid","error":\#(problem)"#)
        )
        let expected = Problem(kind: .other("connection"), detail: "refused")
        #expect(authorization.challenge?.problem == expected)
    }

    @Test(
        arguments: [
            #"{"status":"pending","challenges":[]}"#,
            #"{"status":"pending","identifier":"example.com","challenges":[]}"#,
            #"{"identifier":{"type":"dns","value":"example.com"},"challenges":[]}"#,
            #"{"status":"pending","identifier":{"type":"dns","value":"example.com"}}"#,
        ]
    )
    func `an authorization without a required member cannot be read`(json: String) {
        #expect(throws: HTTPResponse.json(json).unreadable("an authorization")) {
            try Authorization(.json(json), at: url("https://ca.test/authz/1"), origin: origin)
        }
    }
}

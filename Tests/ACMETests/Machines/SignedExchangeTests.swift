import FoundationEssentials
import HTTP
import PKI
import Testing

@testable import ACME

/// Corner cases 1, 2, 12 and 13, group N and cases P01 to P04 and P27 of the reliability
/// catalogue; RFC 8555 §6.2 to §6.7.
@Suite struct SignedExchangeTests {
    private let now = Date(timeIntervalSince1970: 1_800_000_000)
    private let account = ProtectedHeader.Signer.kid(url("https://ca.test/acct/1"))
    private let target = url("https://ca.test/order/1")
    private let newNonce = url("https://ca.test/new-nonce")
    private let signature: JSONWebSignature

    init() throws {
        let key = try PrivateKey.make(.p256)
        signature = try JSONWebSignature(headerJSON: "{}", payload: [], key: key)
    }

    private func exchange(accept: String? = nil) -> SignedExchange {
        SignedExchange(SignedPost(to: target, payload: [1, 2], accept: accept), signer: account)
    }

    /// An exchange whose request is under way.
    private func sent() throws -> SignedExchange {
        var exchange = exchange()
        _ = exchange.start()
        try resend(&exchange, "first")
        return exchange
    }

    /// Goes on from a nonce that was asked for to the next request.
    private func resend(_ exchange: inout SignedExchange, _ nonce: String = "next") throws {
        #expect(exchange.received(try #require(Nonce(nonce))) == sign(nonce))
        guard case .send = exchange.signed(signature) else {
            Issue.record("nothing was sent")
            return
        }
    }

    private func sign(_ nonce: String) -> SignedExchange.Action? {
        Nonce(nonce).map { nonce in
            .sign(ProtectedHeader(signer: account, nonce: nonce, url: target), payload: [1, 2])
        }
    }

    // MARK: The request

    @Test func `an exchange begins with a nonce, then signs for the URL it goes to`() throws {
        var exchange = exchange()
        #expect(exchange.start() == .takeNonce)
        #expect(exchange.received(try #require(Nonce("abc"))) == sign("abc"))
    }

    @Test func `what was signed is posted as JOSE`() throws {
        var exchange = exchange()
        _ = exchange.start()
        _ = exchange.received(try #require(Nonce("abc")))
        let request = HTTPRequest(
            .post,
            target,
            headers: ["Content-Type": "application/jose+json"],
            body: signature.body,
            bodyLimit: 262_144
        )
        #expect(exchange.signed(signature) == .send(request))
    }

    @Test func `another media type than JSON is asked for by Accept`() throws {
        var exchange = exchange(accept: "application/pem-certificate-chain")
        _ = exchange.start()
        _ = exchange.received(try #require(Nonce("abc")))
        guard case .send(let request) = exchange.signed(signature) else {
            Issue.record("nothing was sent")
            return
        }
        #expect(request.headers["accept"] == "application/pem-certificate-chain")
    }

    @Test(arguments: [200, 201, 400, 403, 404, 409])
    func `an answer that will stay the same is the end`(status: Int) throws {
        var exchange = try sent()
        let answer = HTTPResponse.problem("malformed", status: status)
        #expect(exchange.received(answer, at: now) == .finish(answer))
    }

    // MARK: Nonces

    @Test(arguments: [200, 204])
    func `a nonce that was asked for is used`(status: Int) {
        var exchange = exchange()
        _ = exchange.start()
        let answer = HTTPResponse(status: status, headers: ["Replay-Nonce": "abc"])
        #expect(exchange.received(nonce: answer, at: now) == sign("abc"))
    }

    @Test(arguments: [nil, "", "a b", "a\r\nb"])
    func `a CA that gives no usable nonce is given up`(nonce: String?) {
        var exchange = exchange()
        _ = exchange.start()
        let headers: HTTPHeaders = nonce.map { ["Replay-Nonce": $0] } ?? [:]
        let answer = HTTPResponse(status: 200, headers: headers)
        #expect(exchange.received(nonce: answer, at: now) == .fail(.noNonce))
    }

    @Test func `a CA too busy for a nonce is asked again`() {
        var exchange = exchange()
        _ = exchange.start()
        let answer = HTTPResponse(status: 503)
        #expect(exchange.received(nonce: answer, at: now) == .wait(.seconds(1)))
        #expect(exchange.waited() == .takeNonce)
        #expect(exchange.received(nonce: answer, at: now) == .wait(.seconds(2)))
    }

    @Test func `a lost nonce is asked for again, and its URL named in the end`() {
        var exchange = exchange()
        _ = exchange.start()
        let failure = TransportFailure.notConnected("reset")
        for seconds in [1, 2, 4] {
            #expect(exchange.failed(failure, from: newNonce) == .wait(.seconds(seconds)))
            #expect(exchange.waited() == .takeNonce)
        }
        let end = SignedExchange.Action.fail(.noAnswer(failure, from: newNonce))
        #expect(exchange.failed(failure, from: newNonce) == end)
    }

    @Test func `a server error is an answer where the request can be made in another way`() throws {
        var order = NewOrder(names: [try Identifier("a.example")])
        order.replaces = CertificateIdentifier(authorityKeyIdentifier: [1], serial: [2])
        let failure = HTTPResponse.problem("serverInternal", status: 500)
        for (replaces, end) in [
            (order.replaces, SignedExchange.Action.finish(failure)), (nil, .wait(.seconds(1))),
        ] {
            order.replaces = replaces
            var exchange = SignedExchange(
                order.post(to: try Directory.good()),
                signer: .kid(url("https://ca.test/account/1"))
            )
            _ = exchange.start()
            _ = exchange.received(try #require(Nonce("nonce")))
            _ = exchange.signed(signature)
            #expect(exchange.received(failure, at: now) == end)
        }
    }

    @Test func `a CA that is silent is asked once more and no further`() {
        var exchange = exchange()
        _ = exchange.start()
        let silence = TransportFailure.timedOut("30 s")
        #expect(exchange.failed(silence, from: newNonce) == .wait(.seconds(1)))
        #expect(exchange.waited() == .takeNonce)
        let end = SignedExchange.Action.fail(.noAnswer(silence, from: newNonce))
        #expect(exchange.failed(silence, from: newNonce) == end)
    }

    @Test func `a refused nonce is replaced by the one that came with the refusal, at once`() throws
    {
        var exchange = try sent()
        let refusal = HTTPResponse.problem("badNonce", headers: ["Replay-Nonce": "fresh"])
        #expect(exchange.received(refusal, at: now) == sign("fresh"))
    }

    @Test func `a refusal without a nonce sends for one`() throws {
        var exchange = try sent()
        #expect(exchange.received(.problem("badNonce"), at: now) == .takeNonce)
    }

    @Test func `a CA that refuses every nonce is given up after 32`() throws {
        var exchange = try sent()
        let refusal = HTTPResponse.problem("badNonce", headers: ["Replay-Nonce": "fresh"])
        for _ in 1..<32 {
            #expect(exchange.received(refusal, at: now) == sign("fresh"))
            _ = exchange.signed(signature)
        }
        #expect(exchange.received(refusal, at: now) == .fail(.noncesRefused(attempts: 32)))
    }

    @Test func `refused nonces use up no retry`() throws {
        var exchange = try sent()
        for _ in 1...10 {
            _ = exchange.received(.problem("badNonce"), at: now)
            try resend(&exchange)
        }
        #expect(exchange.received(HTTPResponse(status: 503), at: now) == .wait(.seconds(1)))
    }

    // MARK: Retries

    @Test func `a retry is signed anew with another nonce`() throws {
        var exchange = try sent()
        #expect(exchange.received(HTTPResponse(status: 503), at: now) == .wait(.seconds(1)))
        #expect(exchange.waited() == .takeNonce)
        try resend(&exchange, "second")
    }

    @Test func `a page of a proxy in trouble is retried, then told by its status`() throws {
        var exchange = try sent()
        let page = HTTPResponse.json("<html>500</html>", status: 500)
        for seconds in [1, 2, 4] {
            #expect(exchange.received(page, at: now) == .wait(.seconds(seconds)))
            _ = exchange.waited()
            try resend(&exchange)
        }
        let problem = Problem(kind: .other("status 500"), detail: "HTTP 500")
        #expect(exchange.received(page, at: now) == .fail(.busy(problem, until: nil)))
    }

    @Test func `a lost answer is asked for again three times`() throws {
        var exchange = try sent()
        let failure = TransportFailure.notConnected("reset")
        for seconds in [1, 2, 4] {
            #expect(exchange.failed(failure, from: target) == .wait(.seconds(seconds)))
            _ = exchange.waited()
            try resend(&exchange)
        }
        let end = SignedExchange.Action.fail(.noAnswer(failure, from: target))
        #expect(exchange.failed(failure, from: target) == end)
    }

    @Test func `a CA that is not trusted is not asked again`() throws {
        var exchange = try sent()
        let failure = TransportFailure.notTrusted(.issuer, "self-signed certificate")
        let end = SignedExchange.Action.fail(.noAnswer(failure, from: target))
        #expect(exchange.failed(failure, from: target) == end)
    }

    @Test func `a limit that ends soon is waited for`() throws {
        var exchange = try sent()
        let limit = HTTPResponse.problem("rateLimited", status: 429, headers: ["Retry-After": "9"])
        #expect(exchange.received(limit, at: now) == .wait(.seconds(9)))
    }

    @Test func `a limit that ends late is the end, and tells when it ends`() throws {
        var exchange = try sent()
        let limit = HTTPResponse.problem(
            "rateLimited",
            status: 429,
            headers: ["Retry-After": "900"]
        )
        let end = ACMEError.rateLimited(.says(.rateLimited), until: now.addingTimeInterval(900))
        #expect(exchange.received(limit, at: now) == .fail(end))
    }
}

import HTTP
import PKI
import Testing

@testable import ACME

/// Corner cases 10, 14 and 18: `replaces`, other chains, and a CA that hides failures.
@Suite struct IssuanceOptionsTests {
    private let script = OrderScript()
    private let identifier = CertificateIdentifier(authorityKeyIdentifier: [1], serial: [2])

    private func replacing() throws -> Issuance {
        var order = NewOrder(names: [try Identifier("a.example"), try Identifier("b.example")])
        order.replaces = identifier
        return Issuance(
            Issuance.Plan(
                directory: try Directory.good(),
                order: order,
                certificateSigningRequest: [1, 2, 3, 255],
                thumbprint: "thumbprint"
            )
        )
    }

    private func isNewOrder(_ action: Issuance.Action, replaces: Bool) -> Bool {
        guard case .post(let posts) = action, let post = posts.first, posts.count == 1 else {
            return false
        }
        let says = String(decoding: post.payload, as: UTF8.self).contains("replaces")
        return post.url == url("https://ca.test/new-order") && says == replaces
    }

    // MARK: replaces (RFC 9773 §5; P38 of the reliability catalogue)

    @Test(arguments: [
        ("alreadyReplaced", 409), ("malformed", 400), ("unauthorized", 403), ("conflict", 409),
        ("notFound", 404), ("serverInternal", 500),
    ])
    func `a predecessor that the CA will not have is left out, once`(
        type: String,
        status: Int
    ) throws {
        var issuance = try replacing()
        #expect(isNewOrder(issuance.start(), replaces: true))
        let refusal = HTTPResponse.problem(type, status: status)
        #expect(isNewOrder(issuance.received([refusal], at: script.now), replaces: false))
        guard case .fail = issuance.received([refusal], at: script.now) else {
            Issue.record("the second refusal has to count")
            return
        }
    }

    @Test(arguments: ["rejectedIdentifier", "rateLimited", "userActionRequired", "badCSR"])
    func `a refusal for another reason counts at once`(type: String) throws {
        var issuance = try replacing()
        _ = issuance.start()
        guard case .fail = issuance.received([.problem(type, status: 403)], at: script.now) else {
            Issue.record("\(type) has nothing to do with the predecessor")
            return
        }
    }

    // MARK: Other chains (RFC 8555 §7.4.2)

    private func downloading(wantsAlternates: Bool) throws -> Issuance {
        var plan = try script.plan()
        plan.wantsAlternates = wantsAlternates
        var issuance = Issuance(plan, resuming: script.orderURL)
        _ = issuance.start()
        _ = issuance.received([script.order("valid")], at: script.now)
        return issuance
    }

    private let chain = HTTPResponse(
        status: 200,
        headers: [
            "link": #"<https://ca.test/cert/1/1>;rel="alternate", </cert/1/2>;rel=alternate"#,
            "link": #"<https://evil.test/cert>;rel="alternate""#,
            "link": #"<https://ca.test/dir>;rel="index""#,
        ],
        body: Array("first".utf8)
    )

    @Test func `other chains are fetched, from the CA's own server only`() throws {
        var issuance = try downloading(wantsAlternates: true)
        let type = "application/pem-certificate-chain"
        #expect(
            issuance.received([chain], at: script.now)
                == .postOptional([
                    .get(url("https://ca.test/cert/1/1"), accept: type),
                    .get(url("https://ca.test:443/cert/1/2"), accept: type),
                ])
        )
        let second = HTTPResponse(status: 200, body: Array("second".utf8))
        #expect(
            issuance.received(optional: [HTTPResponse(status: 404), second])
                == .finish(pem: Array("first".utf8), alternates: [Array("second".utf8)])
        )
    }

    @Test func `nobody asks for other chains who does not want one`() throws {
        var issuance = try downloading(wantsAlternates: false)
        #expect(issuance.received([chain], at: script.now) == .finish(pem: Array("first".utf8)))
    }

    @Test func `a hundred other chains are ten (P23)`() throws {
        var issuance = try downloading(wantsAlternates: true)
        let links = (1...100).map { "<https://ca.test/cert/1/\($0)>;rel=alternate" }
        let response = HTTPResponse(
            status: 200,
            headers: ["link": links.joined(separator: ",")],
            body: Array("first".utf8)
        )
        guard case .postOptional(let posts) = issuance.received([response], at: script.now) else {
            Issue.record("other chains were wanted")
            return
        }
        #expect(posts.count == 10)
    }

    // MARK: A failure that stays processing (erratum 5732)

    @Test(arguments: [true, false])
    func `an error ends a challenge where the CA is known to hide failures`(
        errorsAreFinal: Bool
    ) throws {
        var plan = try script.plan()
        plan.errorsAreFinal = errorsAreFinal
        var issuance = try script.slow(plan)
        _ = issuance.received([script.order("pending")], at: script.now)
        let action = issuance.received(
            [
                script.authorization(1, challenge: "processing", error: "connection"),
                script.authorization(2),
            ],
            at: script.now
        )
        if errorsAreFinal {
            #expect(action == .fail(.challengesFailed([script.failure(1, "connection")])))
        } else if case .wait = action {
            // It may still succeed.
        } else {
            Issue.record("the challenge is still processing")
        }
    }
}

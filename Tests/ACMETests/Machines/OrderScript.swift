import FoundationEssentials
import HTTP

@testable import ACME

/// What a CA says in the course of one order, and what an ``ACME/Issuance`` should do about it.
///
/// The order is for `a.example` and `b.example`; they are numbers 1 and 2 below.
struct OrderScript {
    /// 2027-01-15 08:00:00 UTC.
    let now = Date(timeIntervalSince1970: 1_800_000_000)
    /// Where the order is.
    let orderURL = url("https://ca.test/order/1")

    private let hosts = ["a.example", "b.example"]
    private let certificateURL = url("https://ca.test/cert/1")

    // MARK: What the CA says

    /// The answer that a challenge is being looked into.
    let taken = HTTPResponse.json(#"{"type":"http-01","status":"processing"}"#)

    /// The order in one of its states.
    func order(
        _ state: String,
        status: Int = 200,
        location: Bool = false,
        retryAfter: String? = nil,
        certificate: String = "https://ca.test/cert/1",
        error: String? = nil
    ) -> HTTPResponse {
        var headers = HTTPHeaders()
        if location { headers.append("Location", orderURL.description) }
        if let retryAfter { headers.append("Retry-After", retryAfter) }
        let certificate = state == "valid" ? #","certificate":"\#(certificate)""# : ""
        return .json(
            """
            {"status":"\(state)","expires":"2027-01-22T08:00:00Z","finalize":"https://ca.test/fin/1",
            "authorizations":["https://ca.test/authz/1","https://ca.test/authz/2"]
            \(certificate)\(Self.problem(error))}
            """,
            status: status,
            headers: headers
        )
    }

    /// An authorization with its challenge; `error` is the type of the problem that it met.
    func authorization(
        _ number: Int,
        _ state: String = "pending",
        challenge: String = "pending",
        token: String? = nil,
        error: String? = nil
    ) -> HTTPResponse {
        .json(
            """
            {"status":"\(state)","identifier":{"type":"dns","value":"\(hosts[number - 1])"},
            "challenges":[{"type":"dns-01","url":17},{"type":"http-01","status":"\(challenge)",
            "url":"https://ca.test/challenge/\(number)",
            "token":"\(token ?? Self.token(number))"\(Self.problem(error))}]}
            """
        )
    }

    private static func token(_ number: Int) -> String { "token-of-authorization-\(number)" }

    private static func problem(_ type: String?) -> String {
        let prefix = "urn:ietf:params:acme:error:"
        return type.map { #","error":{"type":"\#(prefix)\#($0)","detail":"says the CA"}"# } ?? ""
    }

    // MARK: What is to be done

    /// The new order is made to outlive a crash.
    var record: Issuance.Action {
        .record(order: orderURL, expires: now.addingTimeInterval(7 * 86_400))
    }

    /// Both authorizations are read.
    var readAuthorizations: Issuance.Action {
        .post([.get(url("https://ca.test/authz/1")), .get(url("https://ca.test/authz/2"))])
    }

    /// The order is read.
    var poll: Issuance.Action { .post([.get(orderURL)]) }

    /// The request is handed in.
    var finalize: Issuance.Action { post("https://ca.test/fin/1", #"{"csr":"AQID_w"}"#) }

    /// The certificate is read.
    var download: Issuance.Action {
        .post([.get(certificateURL, accept: "application/pem-certificate-chain")])
    }

    /// One request with that payload.
    func post(_ target: String, _ payload: String) -> Issuance.Action {
        .post([SignedPost(to: url(target), payload: Array(payload.utf8))])
    }

    /// The CA is told that these challenges can be looked at.
    func answerChallenges(_ numbers: Int...) -> Issuance.Action {
        .post(
            numbers.map { number in
                SignedPost(
                    to: url("https://ca.test/challenge/\(number)"),
                    payload: Array("{}".utf8)
                )
            }
        )
    }

    /// What is served for a name.
    func answer(_ number: Int) -> KeyAuthorization {
        guard let token = Token(Self.token(number)) else { preconditionFailure("a bad token") }
        return KeyAuthorization(host: hosts[number - 1], token: token, thumbprint: "thumbprint")
    }

    /// What is told of a name that failed.
    func failure(_ number: Int, _ problem: String?) -> ChallengeFailure {
        ChallengeFailure(host: hosts[number - 1], problem: problem.map { .says(.other($0)) })
    }

    // MARK: On the way

    /// What is asked of the CA.
    func plan(_ names: [String] = ["a.example", "b.example"]) throws -> Issuance.Plan {
        Issuance.Plan(
            directory: try Directory.good(),
            order: NewOrder(names: try names.map { try Identifier($0) }),
            certificateSigningRequest: [1, 2, 3, 255],
            thumbprint: "thumbprint"
        )
    }

    /// An issuance that has not begun.
    func issuance(
        _ names: [String] = ["a.example", "b.example"],
        resuming order: WebURL? = nil
    ) throws -> Issuance {
        Issuance(try plan(names), resuming: order)
    }

    /// One that waits for its authorizations.
    func authorizing(_ plan: Issuance.Plan? = nil) throws -> Issuance {
        var issuance = Issuance(try plan ?? self.plan())
        _ = issuance.start()
        _ = issuance.received([order("pending", status: 201, location: true)], at: now)
        _ = issuance.recorded()
        return issuance
    }

    /// One that has told the CA to look.
    func answering(_ plan: Issuance.Plan? = nil) throws -> Issuance {
        var issuance = try authorizing(plan)
        _ = issuance.received([authorization(1), authorization(2)], at: now)
        _ = issuance.presented()
        return issuance
    }

    /// One that has asked for the order once.
    func polling(_ plan: Issuance.Plan? = nil) throws -> Issuance {
        var issuance = try answering(plan)
        _ = issuance.received([taken, taken], at: now)
        _ = issuance.waited()
        return issuance
    }

    /// One that has asked so often that a slow CA has to be expected.
    func slow(_ plan: Issuance.Plan? = nil) throws -> Issuance {
        var issuance = try polling(plan)
        for _ in 1...7 {
            _ = issuance.received([order("pending")], at: now)
            _ = issuance.waited()
        }
        return issuance
    }

    /// One that has handed in its request.
    func finalizing() throws -> Issuance {
        var issuance = try polling()
        _ = issuance.received([order("ready")], at: now)
        return issuance
    }

    /// One that has asked for its certificate.
    func downloading() throws -> Issuance {
        var issuance = try finalizing()
        _ = issuance.received([order("valid")], at: now)
        return issuance
    }
}

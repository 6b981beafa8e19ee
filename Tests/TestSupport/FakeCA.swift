package import FoundationEssentials
package import HTTP
import PKI

/// An ACME server as a value: a request in, an answer out, in no time and over no network.
///
/// It checks of each signed request what a CA checks before the signature: that the nonce is one
/// of its own and fresh, that `url` is the URL asked, that the signer is named as RFC 8555 §6.2
/// says. What it does wrong on purpose is its ``Behaviour``.
package struct FakeCA: Sendable {
    /// What is to be answered, or the way in which nothing is.
    package typealias Outcome = Result<HTTPResponse, TransportFailure>

    /// How the CA departs from a good one.
    package struct Behaviour: Sendable {
        /// Changes an answer before it is sent; is told which resource answers.
        package var tamper: (@Sendable (Resource, HTTPResponse) -> Outcome)?
        /// Makes the certificate chain in PEM in place of the good one.
        package var chain: (@Sendable (TestCertificateAuthority, _ request: [UInt8]) -> [UInt8])?
        /// How many good nonces are refused; `nil` for all of them.
        package var refusedNonces: Int? = 0
        /// How many times an order is `processing` before it is valid; `nil` for ever.
        package var processingPolls: Int? = 0
        /// The answers to which these resources' requests are done but lost, by count.
        package var lostAnswers: [Resource: Int] = [:]
        /// The token of every challenge in place of a good one.
        package var token: String?
        /// What the validation of every challenge comes to.
        package var challengeProblem: String?
        package var termsOfService: String? = "https://ca.test/terms"
        package var expires = "2030-01-01T00:00:00Z"
        /// Members of the directory besides those that every CA has, as JSON with a comma before.
        package var moreOfDirectory = ""
        /// Members of its `meta` besides the terms, likewise.
        package var moreOfMeta = ""
        /// Whether an order that replaces a certificate is refused as long as it says so.
        package var refusesReplacement = false
        /// Whether no account gets another key.
        package var refusesKeyChange = false
        /// How long certificates are valid, in seconds.
        package var lifetime: TimeInterval = 90 * 86_400
        /// Answers in place of the CA, before anything is done; `nil` lets it answer. Is told which
        /// resource is asked, and the names of a new order.
        package var outage: (@Sendable (Resource, _ names: [String]) -> Outcome?)?
        /// What it says of when to renew, at each question; `nil` for a window in the far future.
        package var advice: (@Sendable () -> HTTPResponse)?
        /// How far the `Date` of its answers is ahead of the time, in seconds; `nil` for no `Date`.
        package var skew: TimeInterval? = 0
        /// Other chains for every certificate, in PEM.
        package var alternates: (@Sendable (_ request: [UInt8]) -> [[UInt8]])?

        package init() {}
    }

    package enum Resource: String, Hashable, Sendable {
        case directory
        case nonce
        case newAccount
        case newOrder
        case authorization
        case challenge
        case order
        case finalize
        case certificate
        case alternate
        case account
        case keyChange
        case revokeCert
        case renewalInfo
    }

    private struct OrderState {
        var names: [String]
        var isAnswered: [Bool]
        var request: [UInt8]?
        /// When it was finalized.
        var issued: Date?
        var polls = 0
        var isInvalid = false
    }

    package static let directoryURL = "https://ca.test/directory"
    /// Let's Encrypt's address, for tests of what is known of it alone.
    package static let letsEncrypt = "https://acme-v02.api.letsencrypt.org"

    /// What all its URLs begin with.
    package let base: String

    package var behaviour = Behaviour()
    /// How many requests of each kind have come, the refused ones included.
    package private(set) var counts: [Resource: Int] = [:]
    /// How many requests have come.
    package var requestCount: Int { counts.values.reduce(0, +) }
    /// How many orders were made.
    package var orderCount: Int { orderedNames.count }
    /// The names of each order that was made.
    package private(set) var orderedNames: [[String]] = []
    /// How many certificates were made: orders that were finalized.
    package private(set) var certificateCount = 0
    /// What the responder serves, by path; the CA looks here when it validates.
    package var served: [String: String] = [:]
    /// What is wrong with a request that no client should send.
    package private(set) var complaints: [String] = []

    private let authority: TestCertificateAuthority
    private let now: @Sendable () -> Date
    private var nonces: Set<String> = []
    private var nonceCount = 0
    /// The URLs of accounts by the `x` of their keys.
    package internal(set) var accounts: [String: String] = [:]
    /// The accounts that were ended, and the contacts of all.
    var ended: Set<String> = []
    package internal(set) var contacts: [String: [String]] = [:]
    /// The accounts that were bound to a customer.
    package internal(set) var bound: Set<String> = []
    /// The certificates that were called back, with the reasons given; -1 for none.
    package internal(set) var revocations: [[UInt8]: Int] = [:]
    /// What each order has said besides its names.
    package private(set) var profiles: [String?] = []
    package private(set) var replacements: [String?] = []
    private var orders: [OrderState] = []

    /// Makes a CA with a clock of its own.
    package init(
        _ authority: TestCertificateAuthority,
        at base: String = "https://ca.test",
        now: @escaping @Sendable () -> Date
    ) {
        self.base = base
        self.authority = authority
        self.now = now
    }

    /// Forgets all accounts and orders, as a restarted Pebble does.
    package mutating func forget() {
        accounts = [:]
        orders = []
        nonces = []
    }

    package mutating func answer(_ request: HTTPRequest) -> Outcome {
        let path = request.url.description.dropFirst(base.count)
        let parts = path.split(separator: "/").map(String.init)
        guard let resource = Resource(rawValue: parts.first ?? "") else {
            return .success(HTTPResponse(status: 404))
        }
        counts[resource, default: 0] += 1
        if let outage = behaviour.outage {
            let names = resource == .newOrder ? SignedRequest(request)?.identifiers : nil
            if let outcome = outage(resource, names ?? []) { return outcome }
        }
        var response = respond(resource, Array(parts.dropFirst()), request)
        response.headers.append("replay-nonce", makeNonce())
        if let skew = behaviour.skew {
            response.headers.append("date", Self.date(now().addingTimeInterval(skew)))
        }
        if let lost = behaviour.lostAnswers[resource], lost > 0 {
            behaviour.lostAnswers[resource] = lost - 1
            return .failure(.notConnected("the connection was closed"))
        }
        return behaviour.tamper?(resource, response) ?? .success(response)
    }

    private mutating func makeNonce() -> String {
        nonceCount += 1
        let nonce = "nonce-\(nonceCount)"
        nonces.insert(nonce)
        return nonce
    }

    // MARK: Requests

    private mutating func respond(
        _ resource: Resource,
        _ arguments: [String],
        _ request: HTTPRequest
    ) -> HTTPResponse {
        switch resource {
        case .directory: return directory
        case .nonce: return HTTPResponse(status: 200)
        case .renewalInfo: return renewalInfo(arguments)
        default: break
        }
        guard let signed = SignedRequest(request) else {
            complaints.append("a request that is not signed: \(request.url)")
            return Self.problem("malformed", "not a JWS")
        }
        guard nonces.remove(signed.nonce) != nil else {
            return Self.problem("badNonce", "unknown nonce")
        }
        if behaviour.refusedNonces.map({ $0 > 0 }) ?? true {
            behaviour.refusedNonces = behaviour.refusedNonces.map { $0 - 1 }
            return Self.problem("badNonce", "refused on purpose")
        }
        if signed.url != request.url.description { complaints.append("url is \(signed.url)") }
        if resource == .newAccount { return newAccount(signed) }
        if resource == .revokeCert { return revoke(signed) }
        guard let kid = signed.kid, accounts.values.contains(kid) else {
            return Self.problem("accountDoesNotExist", "no such account")
        }
        guard !ended.contains(kid) else {
            return Self.problem("unauthorized", "the account is deactivated", status: 403)
        }
        switch resource {
        case .account: return account(kid, signed)
        case .keyChange: return changeKey(kid, signed)
        default: return respond(resource, arguments, signed)
        }
    }

    private mutating func respond(
        _ resource: Resource,
        _ arguments: [String],
        _ signed: SignedRequest
    ) -> HTTPResponse {
        if resource == .newOrder { return newOrder(signed) }
        guard let number = arguments.first.flatMap({ Int($0) }), orders.indices.contains(number)
        else {
            return Self.problem("malformed", "no such resource", status: 404)
        }
        let part = arguments.dropFirst().first.flatMap { Int($0) } ?? 0
        switch resource {
        case .authorization: return authorization(number, part)
        case .challenge: return challenge(number, part)
        case .order: return pollOrder(number)
        case .finalize: return finalize(number, signed)
        case .certificate: return certificate(number)
        case .alternate: return alternate(number, part)
        default: return HTTPResponse(status: 404)
        }
    }

    private var directory: HTTPResponse {
        let terms = behaviour.termsOfService.map { #""termsOfService":"\#($0)""# } ?? ""
        return Self.json(
            """
            {"newNonce":"\(base)/nonce","newAccount":"\(base)/newAccount",
            "newOrder":"\(base)/newOrder","keyChange":"\(base)/keyChange",
            "revokeCert":"\(base)/revokeCert"\(behaviour.moreOfDirectory),
            "meta":{\(terms)\(behaviour.moreOfMeta)}}
            """
        )
    }

    private mutating func newAccount(_ signed: SignedRequest) -> HTTPResponse {
        guard let key = signed.jwk else { return Self.problem("malformed", "no jwk") }
        let isNew = accounts[key] == nil
        if isNew, signed.payload["onlyReturnExisting"] == "true" {
            return Self.problem("accountDoesNotExist", "no account for this key")
        }
        if isNew, signed.payload["termsOfServiceAgreed"] != "true" {
            return Self.problem("userActionRequired", "agree first", status: 403)
        }
        let url = accounts[key] ?? "\(base)/account/\(accounts.count)"
        guard !ended.contains(url) else {
            return Self.problem("unauthorized", "the account is deactivated", status: 403)
        }
        accounts[key] = url
        if isNew { contacts[url] = signed.contact ?? [] }
        if signed.isBound { bound.insert(url) }
        var response = Self.json(#"{"status":"valid"}"#, status: isNew ? 201 : 200)
        response.headers.append("location", url)
        return response
    }

    private mutating func newOrder(_ signed: SignedRequest) -> HTTPResponse {
        if behaviour.refusesReplacement, signed.replaces != nil {
            return Self.problem("alreadyReplaced", "it has a successor", status: 409)
        }
        profiles.append(signed.profile)
        replacements.append(signed.replaces)
        let names = signed.identifiers
        orderedNames.append(names)
        orders.append(OrderState(names: names, isAnswered: names.map { _ in false }))
        var response = order(orders.count - 1, status: 201)
        response.headers.append("location", "\(base)/order/\(orders.count - 1)")
        return response
    }

    private func order(_ number: Int, status: Int = 200) -> HTTPResponse {
        let order = orders[number]
        let authorizations = order.names.indices.map {
            #""\#(base)/authorization/\#(number)/\#($0)""#
        }
        let state = self.state(order)
        let certificate =
            state == "valid" ? #","certificate":"\#(base)/certificate/\#(number)""# : ""
        return Self.json(
            """
            {"status":"\(state)","expires":"\(behaviour.expires)",
            "authorizations":[\(authorizations.joined(separator: ","))],
            "finalize":"\(base)/finalize/\(number)"\(certificate)}
            """,
            status: status
        )
    }

    private func state(_ order: OrderState) -> String {
        if order.isInvalid { return "invalid" }
        guard order.isAnswered.allSatisfy({ $0 }) else { return "pending" }
        guard order.request != nil else { return "ready" }
        guard let polls = behaviour.processingPolls, order.polls >= polls else {
            return "processing"
        }
        return "valid"
    }

    private mutating func pollOrder(_ number: Int) -> HTTPResponse {
        defer { if orders[number].request != nil { orders[number].polls += 1 } }
        return order(number)
    }

    private func token(_ number: Int, _ part: Int) -> String {
        behaviour.token ?? "token-of-order-\(number)-name-\(part)-padded"
    }

    private func authorization(_ number: Int, _ part: Int) -> HTTPResponse {
        let order = orders[number]
        let isValid = order.isAnswered[part]
        let status = order.isInvalid ? "invalid" : isValid ? "valid" : "pending"
        let detail = behaviour.challengeProblem ?? "no answer"
        let error =
            order.isInvalid
            ? #","error":{"type":"urn:ietf:params:acme:error:connection","detail":"\#(detail)"}"#
            : ""
        return Self.json(
            """
            {"status":"\(status)","identifier":{"type":"dns","value":"\(order.names[part])"},
            "challenges":[{"type":"dns-persist-01","url":17},
            {"type":"http-01","status":"\(status)","token":"\(token(number, part))",
            "url":"\(base)/challenge/\(number)/\(part)"\(error)}]}
            """
        )
    }

    private mutating func challenge(_ number: Int, _ part: Int) -> HTTPResponse {
        let token = token(number, part)
        let content = served["/.well-known/acme-challenge/\(token)"] ?? ""
        if behaviour.challengeProblem == nil, content.hasPrefix("\(token).") {
            orders[number].isAnswered[part] = true
        } else {
            orders[number].isInvalid = true
        }
        return Self.json(#"{"type":"http-01","status":"processing","token":"\#(token)"}"#)
    }

    private mutating func finalize(_ number: Int, _ signed: SignedRequest) -> HTTPResponse {
        guard state(orders[number]) == "ready" else {
            return Self.problem("orderNotReady", "the order is not ready", status: 403)
        }
        orders[number].request = signed.certificateSigningRequest
        orders[number].issued = now()
        certificateCount += 1
        return pollOrder(number)
    }

    private mutating func certificate(_ number: Int) -> HTTPResponse {
        guard let request = orders[number].request, let issued = orders[number].issued else {
            return HTTPResponse(status: 404)
        }
        let chain = behaviour.chain?(authority, request) ?? goodChain(request, at: issued)
        var headers: HTTPHeaders = ["content-type": "application/pem-certificate-chain"]
        for index in (behaviour.alternates?(request) ?? []).indices {
            headers.append("link", "<\(base)/alternate/\(number)/\(index)>;rel=alternate")
        }
        return HTTPResponse(status: 200, headers: headers, body: chain)
    }

    private func alternate(_ number: Int, _ index: Int) -> HTTPResponse {
        guard let request = orders[number].request, let chains = behaviour.alternates?(request),
            chains.indices.contains(index)
        else { return HTTPResponse(status: 404) }
        return HTTPResponse(status: 200, body: chains[index])
    }

    /// From an hour before it was issued, for exactly what was asked for.
    private func goodChain(_ request: [UInt8], at issued: Date) -> [UInt8] {
        let start = issued.addingTimeInterval(-3600)
        do {
            let leaf = try authority.issue(
                csr: request,
                notBefore: start,
                notAfter: start.addingTimeInterval(behaviour.lifetime)
            )
            return authority.chainPEM(leaf: leaf)
        } catch {
            preconditionFailure("the fake CA cannot sign: \(error)")
        }
    }
}

import ACME
import FoundationEssentials
import HTTP
import Testing

/// Corner cases 5, 8 and 20, cases P09, P35 and P36 of the reliability catalogue; RFC 8555 §7.1.3.
@Suite struct OrderTests {
    /// Reads an order with these members in place of the usual ones or besides them.
    private func order(
        _ changes: [String: String?] = [:],
        location: String? = nil,
        at known: WebURL? = url("https://ca.test/order/1")
    ) throws -> Order {
        var members: [String: String?] = [
            "status": #""pending""#,
            "authorizations": #"["https://ca.test/authz/1","https://ca.test/authz/2"]"#,
            "finalize": #""https://ca.test/finalize/1""#,
        ]
        members.merge(changes) { _, new in new }
        let json = members.compactMap { name, value in value.map { #""\#(name)":\#($0)"# } }
        let headers: HTTPHeaders = location.map { ["Location": $0] } ?? [:]
        let answer = HTTPResponse.json("{\(json.joined(separator: ","))}", headers: headers)
        return try Order(answer, at: known, origin: origin)
    }

    @Test func `the members of an order are read`() throws {
        let order = try order(["expires": #""2027-01-15T08:00:00Z""#])
        #expect(order.url == url("https://ca.test/order/1"))
        #expect(order.status == .pending)
        #expect(
            order.authorizations == [
                url("https://ca.test/authz/1"), url("https://ca.test/authz/2"),
            ]
        )
        #expect(order.finalize == url("https://ca.test/finalize/1"))
        #expect(order.expires == Date(timeIntervalSince1970: 1_800_000_000))
    }

    @Test func `a new order is where Location says`() throws {
        let order = try order(location: "https://ca.test/order/7", at: nil)
        #expect(order.url == url("https://ca.test/order/7"))
    }

    @Test func `the answer of finalize may lack Location, and one of its own is not looked at`()
        throws
    {
        #expect(try order(location: nil).url == url("https://ca.test/order/1"))
        #expect(try order(location: "https://evil.test/").url == url("https://ca.test/order/1"))
    }

    @Test(arguments: ["/order/1", "order/1", "http://ca.test/order/1", "https://evil.test/order/1"])
    func `a Location that is relative or leads elsewhere is refused`(location: String) {
        #expect(throws: ACMEError.foreignURL(field: "Location of the order", value: location)) {
            try order(location: location, at: nil)
        }
    }

    @Test func `a new order without Location is refused`() {
        #expect(throws: ACMEError.foreignURL(field: "Location of the order", value: "nothing")) {
            try order(at: nil)
        }
    }

    @Test(arguments: [
        "/authz/1", "http://ca.test/authz/1", "https://evil.test/authz/1", "https://[::1]/",
    ])
    func `an authorization elsewhere is refused`(foreign: String) {
        #expect(throws: ACMEError.foreignURL(field: "authorizations", value: foreign)) {
            try order(["authorizations": #"["https://ca.test/authz/1","\#(foreign)"]"#])
        }
    }

    @Test(arguments: ["/finalize/1", "http://ca.test/finalize/1", "https://evil.test/finalize/1"])
    func `a finalize URL elsewhere is refused`(foreign: String) {
        #expect(throws: ACMEError.foreignURL(field: "finalize", value: foreign)) {
            try order(["finalize": "\"\(foreign)\""])
        }
    }

    @Test(
        arguments: [
            ("2027-01-15T08:00:00Z", 1_800_000_000.0),
            // The example of RFC 8555 §7.1.3.
            ("2016-01-20T14:09:07.99Z", 1_453_298_947.99),
            ("2027-01-15T08:00:00.123456789Z", 1_800_000_000.123),
            ("2027-01-15T09:00:00+01:00", 1_800_000_000),
        ]
    )
    func `expires is a date of RFC 3339`(text: String, seconds: Double) throws {
        let expires = try #require(try order(["expires": "\"\(text)\""]).expires)
        #expect(abs(expires.timeIntervalSince1970 - seconds) < 0.01)
    }

    @Test(arguments: [nil, "null", #""""#, #""soon""#, #""2027-13-45T99:00:00Z""#])
    func `an order whose expires cannot be read does not say when it ends`(json: String?) throws {
        #expect(try order(["expires": json]).expires == nil)
    }

    @Test func `an order may name no authorizations`() throws {
        #expect(try order(["authorizations": nil]).authorizations.isEmpty)
        #expect(try order(["authorizations": "null"]).authorizations.isEmpty)
    }

    @Test func `unknown members change nothing`() throws {
        let members = ["replaces": #""x.y""#, "profile": "null", "identifiers": "17"]
        #expect(try order(members) == order())
    }

    @Test(arguments: ["status", "finalize"])
    func `an order without a required member cannot be read`(name: String) {
        #expect(throws: ACMEError.self) { try order([name: nil]) }
        #expect(throws: ACMEError.self) { try order([name: "null"]) }
        #expect(throws: ACMEError.self) { try order([name: "17"]) }
    }
}

/// Corner case 20; RFC 8555 §7.1.6.
@Suite struct OrderStatusTests {
    private func status(_ members: String) throws -> OrderStatus {
        let json = #"{"finalize":"https://ca.test/f","authorizations":[],\#(members)}"#
        return try Order(.json(json), at: url("https://ca.test/order/1"), origin: origin).status
    }

    @Test(
        arguments: [
            ("pending", OrderStatus.pending), ("ready", .ready), ("processing", .processing),
            ("invalid", .invalid(nil)),
        ]
    )
    func `a status of the RFC is known`(text: String, status: OrderStatus) throws {
        #expect(try self.status(#""status":"\#(text)""#) == status)
    }

    @Test(arguments: ["deactivated", "Pending", "", "\u{202E}"])
    func `a status that nobody knows is kept`(text: String) throws {
        #expect(try status(#""status":"\#(text)""#) == .other(text))
    }

    @Test func `a valid order names its certificate`() throws {
        let members = #""status":"valid","certificate":"https://ca.test/cert/1""#
        #expect(try status(members) == .valid(certificate: url("https://ca.test/cert/1")))
    }

    @Test func `a valid order without a certificate is refused`() {
        #expect(throws: ACMEError.foreignURL(field: "certificate", value: "nothing")) {
            try status(#""status":"valid""#)
        }
    }

    @Test(arguments: ["/cert/1", "http://ca.test/cert/1", "https://evil.test/cert/1"])
    func `a certificate elsewhere is refused`(foreign: String) {
        #expect(throws: ACMEError.foreignURL(field: "certificate", value: foreign)) {
            try status(#""status":"valid","certificate":"\#(foreign)""#)
        }
    }

    @Test func `an invalid order tells its problem`() throws {
        let problem = #"{"type":"urn:ietf:params:acme:error:caa","detail":"CAA forbids it"}"#
        #expect(
            try status(#""status":"invalid","error":\#(problem)"#)
                == .invalid(Problem(kind: .other("caa"), detail: "CAA forbids it"))
        )
    }
}

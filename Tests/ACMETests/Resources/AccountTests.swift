import ACME
import HTTP
import Testing

/// Corner case 5, case P25 of the reliability catalogue; RFC 8555 §7.1.2 and §7.3.
@Suite struct AccountTests {
    private func account(
        _ json: String = #"{"status":"valid"}"#,
        status: Int = 200,
        location: String? = "https://ca.test/acct/1"
    ) throws -> Account {
        let headers: HTTPHeaders = location.map { ["Location": $0] } ?? [:]
        return try Account(.json(json, status: status, headers: headers), origin: origin)
    }

    @Test func `an account is where Location says`() throws {
        #expect(try account().url == url("https://ca.test/acct/1"))
    }

    @Test(arguments: [(201, true), (200, false)])
    func `201 is a new account and 200 an old one`(status: Int, isNew: Bool) throws {
        #expect(try account(status: status).isNew == isNew)
    }

    @Test(arguments: ["deactivated", "revoked", "unheard-of"])
    func `an account that is not valid is of no use`(status: String) {
        #expect(throws: ACMEError.accountNotUsable(status: status)) {
            try account(#"{"status":"\#(status)"}"#)
        }
    }

    @Test func `an account that does not tell its status is valid`() throws {
        #expect(try account("{}").url == url("https://ca.test/acct/1"))
    }

    @Test(arguments: ["/acct/1", "http://ca.test/acct/1", "https://evil.test/acct/1"])
    func `an account elsewhere is refused`(location: String) {
        let error = ACMEError.foreignURL(field: "Location of the account", value: location)
        #expect(throws: error) { try account(location: location) }
    }

    @Test func `an account without Location is refused`() {
        let error = ACMEError.foreignURL(field: "Location of the account", value: "nothing")
        #expect(throws: error) { try account(location: nil) }
    }
}

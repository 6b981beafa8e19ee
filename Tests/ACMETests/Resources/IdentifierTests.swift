import FoundationEssentials
import PKI
import Testing

@testable import ACME

/// Corner case 20; RFC 8555 §9.7.7, RFC 8738 §3.
@Suite struct IdentifierTests {
    private func decoded(_ type: String, _ value: String) throws -> Identifier {
        let json = #"{"type":"\#(type)","value":"\#(value)"}"#
        return try JSONDecoder().decode(Identifier.self, from: Data(json.utf8))
    }

    /// F06 of the reliability catalogue.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("2001:DB8::0:1", "2001:db8::1"), ("::1", "::1"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ])
    func `an address is one, in its canonical form`(text: String, form: String) throws {
        let identifier = try Identifier(text)
        #expect(identifier.value == form)
        #expect([identifier].ipAddresses.count == 1)
        #expect([identifier].dnsNames.isEmpty)
    }

    /// F06: a zone means something on one machine only.
    @Test(arguments: ["fe80::1%eth0", "[2001:db8::1]", "192.0.2", "192.0.2.256", "1.2.3.4:80", ":"])
    func `what is nearly an address is refused`(text: String) {
        #expect(throws: DomainNameError.self) { try Identifier(text) }
    }

    @Test func `what a CA writes is read in its normal form`() throws {
        #expect(try decoded("dns", "EXAMPLE.com") == Identifier("example.com"))
        #expect(try decoded("ip", "2001:db8:0::1") == Identifier("2001:db8::1"))
    }

    @Test(arguments: [
        ("dns", "a b"), ("dns", "192.0.2.1"), ("ip", "a.test"), ("email", "a@b.test"),
    ])
    func `another type, or a value that breaks its type's rules, is nobody's`(
        type: String,
        value: String
    ) throws {
        #expect(try decoded(type, value) == .other(type: type, value: value))
    }
}

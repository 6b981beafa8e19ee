import HTTP
import Testing

@testable import ACME

/// Corner case 21: no dates, which Let's Encrypt refuses; RFC 8555 §7.4.
@Suite struct NewOrderTests {
    private func payload(_ order: NewOrder) throws -> String {
        let post = order.post(to: try Directory.good())
        #expect(post.url == url("https://ca.test/new-order"))
        #expect(post.accept == nil)
        return String(decoding: post.payload, as: UTF8.self)
    }

    @Test func `an order names its identifiers in the order given, and nothing else`() throws {
        let names = [try Identifier("example.com"), try Identifier("WWW.example.com.")]
        #expect(
            try payload(NewOrder(names: names)) == """
                {"identifiers":[{"type":"dns","value":"example.com"},\
                {"type":"dns","value":"www.example.com"}]}
                """
        )
    }

    /// RFC 8738 §3.
    @Test func `an address is an identifier of its own type, in its one form`() throws {
        let names = [try Identifier("192.0.2.1"), try Identifier("2001:DB8:0:0::1")]
        #expect(
            try payload(NewOrder(names: names)) == """
                {"identifiers":[{"type":"ip","value":"192.0.2.1"},\
                {"type":"ip","value":"2001:db8::1"}]}
                """
        )
    }

    @Test func `a profile and a predecessor are told`() throws {
        var order = NewOrder(names: [try Identifier("a.test")])
        order.profile = "shortlived"
        order.replaces = CertificateIdentifier(authorityKeyIdentifier: [1], serial: [2])
        #expect(
            try payload(order) == """
                {"identifiers":[{"type":"dns","value":"a.test"}],\
                "profile":"shortlived","replaces":"AQ.Ag"}
                """
        )
    }
}

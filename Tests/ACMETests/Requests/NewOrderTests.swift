import ACME
import HTTP
import Testing

/// Corner case 21: no dates, which Let's Encrypt refuses; RFC 8555 §7.4.
@Suite struct NewOrderTests {
    @Test func `an order names its identifiers in the order given, and nothing else`() throws {
        let names = [try DomainName("example.com"), try DomainName("WWW.example.com.")]
        let post = NewOrder(names: names).post(to: try Directory.good())
        #expect(post.url == url("https://ca.test/new-order"))
        #expect(post.accept == nil)
        #expect(
            String(decoding: post.payload, as: UTF8.self) == """
                {"identifiers":[{"type":"dns","value":"example.com"},\
                {"type":"dns","value":"www.example.com"}]}
                """
        )
    }
}

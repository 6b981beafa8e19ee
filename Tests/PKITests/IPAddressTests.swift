import PKI
import Testing

/// RFC 8738 §3; RFC 5952 §4.
@Suite struct IPAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("2001:DB8::0001", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("::", "::"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
    ])
    func `an address has one form`(text: String, form: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == form)
        #expect(IPAddress(bytes: address.bytes) == address)
        #expect(address.isIPv6 == text.contains(":"))
    }

    @Test(arguments: [
        "", "a.test", "192.0.2", "192.0.2.01", "192.0.2.1 ", "0x7f.1", "2130706433", "1.2.3.4.5",
        "[::1]", "::1%lo", ":::", "192.0.2.1\0", "2001:db8::1::2",
    ])
    func `anything else is none`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(arguments: [0, 1, 3, 5, 15, 17])
    func `an address has 4 or 16 bytes`(count: Int) {
        #expect(IPAddress(bytes: Array(repeating: 1, count: count)) == nil)
    }
}

import Platform
import Testing

/// Case R17 of the reliability catalogue: both families.
@Suite struct SocketAddressTests {
    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1:80"), ("0.0.0.0", "0.0.0.0:80"), ("::1", "[::1]:80"),
            ("2001:DB8:0::1", "[2001:db8::1]:80"),
        ]
    )
    func `a numeric address is read, and written as in a URL`(text: String, url: String) {
        #expect(SocketAddress(text, port: 80)?.description == url)
    }

    @Test(
        arguments: [
            "", "localhost", "example.com", "192.0.2", "192.0.2.256", "192.0.2.1:80", "[::1]",
            "1::2::3",
            "fe80::1%eth0", " ::1", "0x7f.1",
        ]
    )
    func `anything else is refused, and no resolver asked`(text: String) {
        #expect(SocketAddress(text, port: 80) == nil)
    }

    @Test func `every address of this host is reached at loopback`() {
        #expect(SocketAddress.anyIPv4(port: 80).reachable.description == "127.0.0.1:80")
        #expect(SocketAddress.anyIPv6(port: 80).reachable.description == "[::1]:80")
    }

    @Test func `one address of this host is reached at itself`() throws {
        let address = try #require(SocketAddress("192.0.2.1", port: 80))
        #expect(address.reachable == address)
    }
}

import Testing

@testable import Platform

@Suite struct SocketAddressTests {
    @Test(arguments: ["192.0.2.1", "127.0.0.1", "2001:db8::1", "::1"])
    func `a numeric address prints as it was written`(text: String) {
        #expect(SocketAddress(text, port: 80)?.host == text)
    }

    @Test(arguments: ["", "localhost", "192.0.2", "192.0.2.256", "::g", "[::1]", "192.0.2.1 "])
    func `everything that is not a numeric address is refused`(text: String) {
        #expect(SocketAddress(text, port: 80) == nil)
    }

    @Test func `an IPv6 address stands in brackets before its port`() {
        #expect(SocketAddress("2001:db8::1", port: 80)?.description == "[2001:db8::1]:80")
        #expect(SocketAddress("192.0.2.1", port: 80)?.description == "192.0.2.1:80")
    }

    @Test func `the wildcard address is reached over loopback`() {
        #expect(SocketAddress.anyIPv4(port: 80).reachable.description == "127.0.0.1:80")
        #expect(SocketAddress.anyIPv6(port: 80).reachable.description == "[::1]:80")
    }

    @Test func `any other address is reached as it is`() {
        #expect(SocketAddress("192.0.2.1", port: 80)?.reachable.host == "192.0.2.1")
    }
}

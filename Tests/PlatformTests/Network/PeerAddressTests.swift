import Testing

@testable import Platform

/// Incident 5 and case N04 of the reliability catalogue: a public CA is never at a private
/// address; RFC 6890, RFC 4193.
@Suite struct PeerAddressTests {
    private func address(_ text: String) throws -> PeerAddress {
        PeerAddress(bytes: try #require(SocketAddress(text, port: 443)).bytes)
    }

    @Test(
        arguments: [
            "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0",
            "100.127.255.255", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254",
            "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255", "224.0.0.1",
            "239.255.255.255", "240.0.0.1", "255.255.255.255",
        ]
    )
    func `an IPv4 address that is not public is private`(text: String) throws {
        #expect(try address(text).isPrivate)
        #expect(try address("::ffff:\(text)").isPrivate)
    }

    @Test(
        arguments: [
            "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0",
            "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0", "172.15.255.255",
            "172.32.0.0", "192.167.255.255", "192.169.0.0", "223.255.255.255",
        ]
    )
    func `an IPv4 address beside those is public`(text: String) throws {
        #expect(try !address(text).isPrivate)
        #expect(try !address("::ffff:\(text)").isPrivate)
    }

    @Test(
        arguments: [
            "::", "::1", "::127.0.0.1", "::10.0.0.1", "fe80::", "fe80::1", "febf:ffff::", "fec0::1",
            "fc00::", "fc00::1", "fd12:3456::1", "fdff:ffff::", "ff00::", "ff02::1", "ffff::",
        ]
    )
    func `an IPv6 address that is not public is private`(text: String) throws {
        #expect(try address(text).isPrivate)
    }

    @Test(arguments: ["64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1", "2002:a00:1::", "2002:7f00:1::1"])
    func `a translated address is as private as the one that it leads to`(text: String) throws {
        #expect(try address(text).isPrivate)
    }

    @Test(arguments: ["64:ff9b::1.1.1.1", "2002:101:101::", "64:ff9b:1::1", "2003::1"])
    func `a translated address of a public one is public`(text: String) throws {
        #expect(try !address(text).isPrivate)
    }

    @Test(arguments: ["2606:4700::1111", "2a00:1450::1", "fbff::1", "fe00::1", "fe7f::1", "1::1"])
    func `an IPv6 address beside those is public`(text: String) throws {
        #expect(try !address(text).isPrivate)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
            ("2001:db8::1", "2001:db8:0:0:0:0:0:1"), ("::1", "0:0:0:0:0:0:0:1"),
        ]
    )
    func `an address is told as what it is`(text: String, description: String) throws {
        #expect(try address(text).description == description)
    }
}

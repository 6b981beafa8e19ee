import Testing

@testable import Platform

@Suite struct PeerNetworkTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.254"), ("2001:db8:0:ab00::1", "2001:db8:0:abff:1::"),
        ("::ffff:192.0.2.1", "192.0.2.7"),
    ])
    func `addresses of one network are one`(one: String, other: String) {
        #expect(PeerNetwork(one) != nil)
        #expect(PeerNetwork(one) == PeerNetwork(other))
    }

    @Test(arguments: [
        ("192.0.2.1", "192.0.3.1"), ("2001:db8:0:ab00::1", "2001:db8:0:ac00::1"),
        ("0.0.1.1", "::1:0:0:0:1"), ("192.0.2.1", "64:ff9b::c000:201"),
    ])
    func `addresses of two networks are two`(one: String, other: String) {
        #expect(PeerNetwork(one) != PeerNetwork(other))
    }

    @Test(arguments: ["127.0.0.1", "127.9.9.9", "::1", "::", "::ffff:127.0.0.1", "nonsense", ""])
    func `this host has none, nor has what is no address`(text: String) {
        #expect(PeerNetwork(text) == nil)
    }
}

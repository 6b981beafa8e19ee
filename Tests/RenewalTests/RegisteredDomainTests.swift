import Renewal
import Testing

/// What CAs count certificates by, guessed.
@Suite struct RegisteredDomainTests {
    @Test(arguments: [
        ("example.com", "example.com"), ("www.example.com", "example.com"),
        ("a.b.c.example.com", "example.com"), ("www.example.co.uk", "example.co.uk"),
        ("example.co.uk", "example.co.uk"), ("www.example.de", "example.de"),
        ("localhost", "localhost"), ("", ""),
    ])
    func `two labels count, or three below a registry's own`(name: String, domain: String) {
        #expect(RegisteredDomain.guess(name) == domain)
    }

    @Test(arguments: ["192.0.2.1", "198.51.100.1", "2001:db8::1", "::ffff:192.0.2.1"])
    func `an address is one for itself`(address: String) {
        #expect(RegisteredDomain.guess(address) == address)
    }
}

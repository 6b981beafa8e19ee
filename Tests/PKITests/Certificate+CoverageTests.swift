import FoundationEssentials
import TestSupport
import Testing

@testable import PKI

/// RFC 9525 §6.3: which names a certificate is for, as clients see it.
@Suite struct CertificateCoverageTests {
    private func certificate() throws -> Certificate {
        let authority = try TestCertificateAuthority.make()
        let start = Date(timeIntervalSince1970: 1_800_000_000)
        var template = CertificateTemplate(
            publicKey: try PrivateKey.make(.p256).publicKey.subjectPublicKeyInfo,
            dnsNames: [],
            notBefore: start,
            notAfter: start + 86_400
        )
        template.names = [
            .dns(Array("example.com".utf8)), .dns(Array("*.wild.example".utf8)),
            .ip([192, 0, 2, 1]),
            .ip([0x20, 0x01, 0x0D, 0xB8] + Array(repeating: 0, count: 11) + [1]),
        ]
        return try Certificate(der: authority.issue(template))
    }

    @Test(
        arguments: [
            "example.com", "EXAMPLE.com", "a.wild.example", "192.0.2.1", "2001:db8::1",
            "2001:DB8:0::1",
        ]
    )
    func `it covers its names, in any case and form`(host: String) throws {
        #expect(try certificate().covers(host))
    }

    @Test(
        arguments: [
            "www.example.com", "example.co", "wild.example", "a.b.wild.example", ".wild.example",
            "192.0.2.2", "::1", "*.example.com", "", "com",
        ]
    )
    func `it covers nothing else: a wildcard is one label, and not none`(host: String) throws {
        #expect(try !certificate().covers(host))
    }
}

import FoundationEssentials
import PKI
import TestSupport
import Testing

@testable import ACME

/// Corner case 18; RFC 9773 §4.1.
@Suite struct CertificateIdentifierTests {
    @Test func `the example of RFC 9773 section 4 point 1 comes out`() {
        let issuer: [UInt8] = [
            0x69, 0x88, 0x5B, 0x6B, 0x87, 0x46, 0x40, 0x41, 0xE1, 0xB3,
            0x7B, 0x84, 0x7B, 0xA0, 0xAE, 0x2C, 0xDE, 0x01, 0xC8, 0xD4,
        ]
        let identifier = CertificateIdentifier(
            authorityKeyIdentifier: issuer,
            serial: [0x00, 0x87, 0x65, 0x43, 0x21]
        )
        #expect(identifier.description == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
    }

    private func certificate(
        _ adjust: (inout CertificateTemplate) -> Void
    ) throws -> Certificate {
        let authority = try TestCertificateAuthority.make()
        var template = CertificateTemplate(
            publicKey: try PrivateKey.make(.p256).publicKey.subjectPublicKeyInfo,
            dnsNames: ["a.test"],
            notBefore: Date(timeIntervalSince1970: 1_800_000_000),
            notAfter: Date(timeIntervalSince1970: 1_800_086_400)
        )
        adjust(&template)
        return try Certificate(der: authority.issue(template))
    }

    @Test func `a serial keeps the zero that makes it positive`() throws {
        let certificate = try certificate { $0.serial = [0x87, 0x65, 0x43, 0x21] }
        let identifier = try #require(CertificateIdentifier(certificate))
        #expect(identifier.description.hasSuffix(".AIdlQyE"))
    }

    @Test func `a certificate whose issuer's key is not named has no identifier`() throws {
        let certificate = try certificate { $0.hasAuthorityKeyIdentifier = false }
        #expect(CertificateIdentifier(certificate) == nil)
    }
}

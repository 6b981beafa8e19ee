import FoundationEssentials
import PKI
import Testing

@Suite struct SelfSignedCertificateTests {
    private let start = Date(timeIntervalSince1970: 1_790_000_000)

    @Test(arguments: [KeyType.p256, .p384, .rsa2048])
    func `a bootstrap certificate says what it was told`(type: KeyType) throws {
        let key = try PrivateKey.make(type)
        let certificate = try make(dnsNames: ["A.test", "b.test"], key: key)
        #expect(certificate.dnsNames == ["a.test", "b.test"])
        #expect(certificate.serial == [0x00, 0x91, 0x02])
        #expect(certificate.notBefore == start)
        #expect(certificate.notAfter == start + 86400)
        #expect(certificate.publicKey == key.publicKey)
        #expect(!certificate.isAuthority)
    }

    @Test func `a bootstrap certificate is signed by its own key`() throws {
        let certificate = try make(dnsNames: ["a.test"], key: PrivateKey.make(.p256))
        #expect(try OpenSSLOracle.isSelfSigned(certificate: certificate.der))
    }

    @Test func `a bootstrap certificate is known by its subject`() throws {
        let certificate = try make(dnsNames: ["a.test"], key: PrivateKey.make(.p256))
        #expect(certificate.subject == "CN=certctl bootstrap")
        #expect(certificate.issuerCommonName == SelfSignedCertificate.commonName)
    }

    @Test func `fractions of seconds are cut off`() throws {
        let key = try PrivateKey.make(.p256)
        let certificate = try SelfSignedCertificate.make(
            dnsNames: ["a.test"],
            key: key,
            serial: [1],
            notBefore: start + 0.9,
            notAfter: start + 60.1
        )
        #expect(certificate.notBefore == start)
        #expect(certificate.notAfter == start + 60)
    }

    @Test func `a certificate for no name is refused`() {
        #expect(throws: PKIError.noNames) { try make(dnsNames: [], key: PrivateKey.make(.p256)) }
    }

    private func make(dnsNames: [String], key: PrivateKey) throws -> Certificate {
        try SelfSignedCertificate.make(
            dnsNames: dnsNames,
            key: key,
            serial: [0x91, 0x02],
            notBefore: start,
            notAfter: start + 86400
        )
    }
}

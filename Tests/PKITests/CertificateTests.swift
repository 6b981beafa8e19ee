import FoundationEssentials
import PKI
import TestSupport
import Testing

/// RFC 5280 §4.
@Suite struct CertificateTests {
    private let authority: TestCertificateAuthority
    private let key: PublicKey
    private let notBefore = Date(timeIntervalSince1970: 1_790_000_000)
    private let notAfter = Date(timeIntervalSince1970: 1_797_776_000)

    init() throws {
        authority = try TestCertificateAuthority.make(name: "R13")
        key = try PrivateKey.make(.p256).publicKey
    }

    // MARK: Facts

    @Test func `a leaf like those of Let's Encrypt gives all its facts`() throws {
        var template = template("Example.test", "*.example.test")
        template.serial = [0x05, 0x2c, 0x00, 0xff]
        let certificate = try issue(template)

        #expect(certificate.dnsNames == ["example.test", "*.example.test"])
        #expect(certificate.ipAddresses.isEmpty)
        #expect(!certificate.hasOtherNames)
        #expect(certificate.notBefore == notBefore)
        #expect(certificate.notAfter == notAfter)
        #expect(certificate.serial == [0x05, 0x2c, 0x00, 0xff])
        #expect(certificate.subject == "CN=Example.test")
        #expect(certificate.issuer == "CN=R13")
        #expect(certificate.issuerCommonName == "R13")
        #expect(!certificate.isAuthority)
        #expect(certificate.publicKey == key)
    }

    @Test func `the authority key identifier is that of the issuer's key`() throws {
        let issuerKey = authority.key.publicKey.subjectPublicKeyInfo
        let expected = Array(SHA256.digest(issuerKey).prefix(20))
        #expect(try issue(template("a.test")).authorityKeyIdentifier == expected)
    }

    @Test func `a certificate may lack the authority key identifier`() throws {
        var template = template("a.test")
        template.hasAuthorityKeyIdentifier = false
        #expect(try issue(template).authorityKeyIdentifier == nil)
    }

    @Test func `the DER is kept and its hash is the fingerprint`() throws {
        let der = try authority.issue(template("a.test"))
        let certificate = try Certificate(der: der)
        #expect(certificate.der == der)
        #expect(certificate.fingerprint == SHA256.digest(der))
    }

    /// RFC 9773 §4.1 takes the serial with its leading 00.
    @Test(arguments: [
        ([0x7f], [0x7f]), ([0x80], [0x00, 0x80]), ([0x87, 0x65], [0x00, 0x87, 0x65]),
        ([UInt8](repeating: 0x41, count: 200), [UInt8](repeating: 0x41, count: 200)),
    ])
    func `the serial is the content of the INTEGER`(number: [UInt8], content: [UInt8]) throws {
        var template = template("a.test")
        template.serial = number
        #expect(try issue(template).serial == content)
    }

    @Test(arguments: [0, 946_684_800, 2_524_607_999, 2_524_608_000, 253_402_300_799])
    func `a moment is read to the second, in either form`(seconds: Int) throws {
        var template = template("a.test")
        template.notAfter = Date(timeIntervalSince1970: TimeInterval(seconds))
        #expect(try issue(template).notAfter == template.notAfter)
    }

    @Test func `a CA's certificate says so`() throws {
        #expect(try Certificate(der: authority.der).isAuthority)
    }

    @Test func `addresses and names of other kinds are told apart`() throws {
        var template = template("a.test")
        let six: [UInt8] = [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
        template.names += [.ip([192, 0, 2, 1]), .ip(six), .email("a@b.test")]
        let certificate = try issue(template)
        #expect(certificate.dnsNames == ["a.test"])
        #expect(certificate.ipAddresses.map(\.bytes) == [[192, 0, 2, 1], six])
        #expect(certificate.hasOtherNames)
    }

    @Test func `a certificate may have no names`() throws {
        #expect(try issue(template()).dnsNames.isEmpty)
    }

    @Test(arguments: [KeyType.p384, .rsa2048])
    func `a key of any type that certctl uses is read`(type: KeyType) throws {
        var template = template("a.test")
        let key = try PrivateKey.make(type).publicKey
        template.publicKey = key.subjectPublicKeyInfo
        #expect(try issue(template).publicKey == key)
    }

    @Test func `a key of an unknown kind is kept as bytes`() throws {
        var template = template("a.test")
        template.publicKey = DER.sequence(
            DER.sequence(DER.identifier("1.2.3.4")),
            DER.bitString([1, 2, 3])
        )
        let certificate = try issue(template)
        #expect(certificate.publicKey.parameters == .other)
        #expect(certificate.publicKey.subjectPublicKeyInfo == template.publicKey)
    }

    // MARK: Text

    @Test func `control characters in a subject are harmless`() throws {
        var template = template("a.test")
        template.subject = "a\u{1b}[31m\nb\u{202e}"
        let subject = try issue(template).subject
        #expect(subject.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202e })
        #expect(!subject.contains("\n"))
    }

    @Test func `control characters in the issuer's name are harmless`() throws {
        let authority = try TestCertificateAuthority.make(name: "a\u{1b}b")
        let der = try authority.issue(template("a.test"))
        #expect(try Certificate(der: der).issuerCommonName == "a·b")
    }

    @Test func `letters beyond ASCII stay readable`() throws {
        var template = template("a.test")
        template.subject = "Bücher, Inc"
        #expect(try issue(template).subject == "CN=Bücher\\, Inc")
    }

    @Test func `an empty subject is an empty text`() throws {
        var template = template("a.test")
        template.subject = nil
        #expect(try issue(template).subject.isEmpty)
    }

    // MARK: Refusals

    @Test(arguments: ["a.test\0.evil", "bücher.test", "a b.test", "a.test\n", ""])
    func `a name that deceives is refused`(name: String) {
        let bytes = Array(name.utf8)
        #expect(throws: PKIError.malformedDNSName(bytes)) { try issue(template(name)) }
    }

    @Test func `an address of impossible length is refused`() {
        var template = template("a.test")
        template.names.append(.ip([1, 2, 3]))
        #expect(throws: PKIError.malformedField("iPAddress")) { try issue(template) }
    }

    @Test func `an extension that is there twice is refused`() {
        var template = template("a.test")
        template.extensions = [
            CertificateTemplate.subjectAlternativeName([.dns(Array("b.test".utf8))])
        ]
        #expect(throws: PKIError.malformedField("extensions")) { try issue(template) }
    }

    @Test func `an extension that cannot be read is refused`() {
        var template = template()
        template.extensions = [
            CertificateTemplate.extension(ObjectIdentifiers.subjectAlternativeName, DER.null)
        ]
        #expect(throws: PKIError.malformedField("extensions")) { try issue(template) }
    }

    @Test func `bytes after the certificate are refused`() throws {
        let der = try authority.issue(template("a.test"))
        #expect(throws: PKIError.trailingBytes(count: 2)) { try Certificate(der: der + [0, 0]) }
    }

    @Test func `a certificate cut short anywhere is refused`() throws {
        let der = try authority.issue(template("a.test"))
        for count in 0..<der.count {
            #expect(throws: PKIError.unreadableCertificate) {
                try Certificate(der: Array(der.prefix(count)))
            }
        }
    }

    private func template(_ names: String...) -> CertificateTemplate {
        CertificateTemplate(
            publicKey: key.subjectPublicKeyInfo,
            dnsNames: names,
            notBefore: notBefore,
            notAfter: notAfter
        )
    }

    private func issue(_ template: CertificateTemplate) throws -> Certificate {
        try Certificate(der: authority.issue(template))
    }
}

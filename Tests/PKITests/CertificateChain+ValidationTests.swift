import FoundationEssentials
import PKI
import TestSupport
import Testing

/// What a CA may send us, and what certctl does not take.
@Suite struct CertificateChainValidationTests {
    private let fixture: ChainFixture

    init() throws {
        fixture = try ChainFixture()
    }

    // MARK: Good chains

    @Test func `a leaf and its intermediate are accepted`() throws {
        try fixture.chain().validate(fixture.expectation)
    }

    @Test func `a chain up to the root is accepted`() throws {
        let leaf = try fixture.intermediate.issue(fixture.template)
        let text = pem(leaf, fixture.intermediate.der, fixture.root.der)
        try CertificateChain(pem: text).validate(fixture.expectation)
    }

    @Test func `a leaf alone is accepted`() throws {
        let leaf = try fixture.root.issue(fixture.template)
        try CertificateChain(pem: pem(leaf)).validate(fixture.expectation)
    }

    @Test(arguments: [KeyType.p384, .rsa2048])
    func `a CA with a key of another type is accepted`(type: KeyType) throws {
        let intermediate = try fixture.root.intermediate(keyType: type)
        let leaf = try intermediate.issue(fixture.template)
        try CertificateChain(pem: intermediate.chainPEM(leaf: leaf)).validate(fixture.expectation)
    }

    @Test func `case does not matter in names`() throws {
        var template = fixture.template
        template.names = [.dns(Array("A.TEST".utf8)), .dns(Array("www.a.test".utf8))]
        try fixture.chain(template).validate(
            CertificateChain.Expectation(
                publicKey: fixture.key.publicKey,
                dnsNames: ["a.test", "WWW.a.test"],
                now: fixture.now
            )
        )
    }

    @Test func `the order of names does not matter`() throws {
        var template = fixture.template
        template.names.reverse()
        try fixture.chain(template).validate(fixture.expectation)
    }

    // MARK: The leaf

    @Test func `a certificate for another key is refused`() throws {
        let other = try PrivateKey.make(.p256).publicKey
        var template = fixture.template
        template.publicKey = other.subjectPublicKeyInfo
        let expected = fixture.key.publicKey.fingerprint
        try refuse(template, .foreignKey(expected: expected, found: other.fingerprint))
    }

    @Test func `a chain that starts with the issuer is refused`() throws {
        let leaf = try fixture.intermediate.issue(fixture.template)
        let issuer = fixture.intermediate
        try refuse(
            pem(issuer.der, leaf),
            .foreignKey(
                expected: fixture.key.publicKey.fingerprint,
                found: issuer.key.publicKey.fingerprint
            )
        )
    }

    @Test func `a missing name is refused`() throws {
        var template = fixture.template
        template.names.removeLast()
        try refuse(template, .wrongNames(missing: ["www.a.test"], extra: []))
    }

    @Test func `an extra name is refused`() throws {
        var template = fixture.template
        template.names.append(.dns(Array("evil.test".utf8)))
        try refuse(template, .wrongNames(missing: [], extra: ["evil.test"]))
    }

    @Test func `a wildcard does not stand for a name`() throws {
        var template = fixture.template
        template.names[1] = .dns(Array("*.a.test".utf8))
        try refuse(template, .wrongNames(missing: ["www.a.test"], extra: ["*.a.test"]))
    }

    @Test func `a common name does not stand for a name`() throws {
        var template = fixture.template
        template.names = []
        try refuse(template, .wrongNames(missing: fixture.names, extra: []))
    }

    @Test func `an extra address is refused`() throws {
        var template = fixture.template
        template.names.append(.ip([192, 0, 2, 1]))
        try refuse(template, .wrongNames(missing: [], extra: ["192.0.2.1"]))
    }

    @Test func `a name of another kind is refused`() throws {
        var template = fixture.template
        template.names.append(.email("a@b.test"))
        try refuse(template, .extraKindsOfNames)
    }

    @Test func `a leaf that is a CA is refused`() throws {
        var template = fixture.template
        template.isAuthority = true
        try refuse(template, .leafIsAuthority)
    }

    // MARK: The order

    @Test func `an issuer of another name is refused`() throws {
        let stranger = try TestCertificateAuthority.make(name: "Stranger")
        let leaf = try fixture.intermediate.issue(fixture.template)
        try refuse(
            pem(leaf, stranger.der),
            .brokenChain(issuer: "CN=Test Intermediate", next: "CN=Stranger")
        )
    }

    @Test func `a gap in the chain is refused`() throws {
        let leaf = try fixture.intermediate.issue(fixture.template)
        try refuse(
            pem(leaf, fixture.root.der),
            .brokenChain(issuer: "CN=Test Intermediate", next: "CN=Test Root")
        )
    }

    @Test func `issuers in the wrong order are refused`() throws {
        let leaf = try fixture.intermediate.issue(fixture.template)
        try refuse(
            pem(leaf, fixture.root.der, fixture.intermediate.der),
            .brokenChain(issuer: "CN=Test Intermediate", next: "CN=Test Root")
        )
    }

    @Test func `an issuer of the same name with another key is refused`() throws {
        let impostor = try fixture.root.intermediate()
        let leaf = try fixture.intermediate.issue(fixture.template)
        try refuse(
            pem(leaf, impostor.der),
            .forgedSignature(subject: "CN=a.test", issuer: "CN=Test Intermediate")
        )
    }

    @Test func `a leaf whose bytes were changed is refused`() throws {
        var leaf = try fixture.intermediate.issue(fixture.template)
        let position = try #require(leaf.firstIndex(of: 0xa1))  // In the serial number.
        leaf[position] = 0xa2
        try refuse(
            pem(leaf, fixture.intermediate.der),
            .forgedSignature(subject: "CN=a.test", issuer: "CN=Test Intermediate")
        )
    }

    @Test func `a leaf without a subject is called by its first name`() throws {
        let impostor = try fixture.root.intermediate()
        var template = fixture.template
        template.subject = nil
        let leaf = try fixture.intermediate.issue(template)
        try refuse(
            pem(leaf, impostor.der),
            .forgedSignature(subject: "a.test", issuer: "CN=Test Intermediate")
        )
    }

    /// The attack on the chains of Internet Explorer in 2002: any leaf could issue others.
    @Test func `an issuer that is not a CA is refused`() throws {
        let key = try PrivateKey.make(.p256)
        var template = fixture.template
        template.publicKey = key.publicKey.subjectPublicKeyInfo
        template.subject = "evil.test"
        let issuer = try fixture.intermediate.issue(template)
        let leaf = try fixture.template.signed(with: key, issuer: "evil.test")
        try refuse(pem(leaf, issuer), .issuerIsNotAuthority(subject: "CN=evil.test"))
    }

    @Test func `a certificate that comes twice is refused`() throws {
        let leaf = try fixture.intermediate.issue(fixture.template)
        let issuer = fixture.intermediate.der
        try refuse(pem(leaf, issuer, issuer), .repeatedKey(subject: "CN=Test Intermediate"))
    }

    @Test func `a leaf that comes twice is refused`() throws {
        let leaf = try fixture.intermediate.issue(fixture.template)
        try refuse(pem(leaf, leaf), .repeatedKey(subject: "CN=a.test"))
    }

    @Test func `two CAs that vouch for each other are refused`() throws {
        let one = fixture.root
        let other = try one.intermediate(name: "Other")
        let leaf = try one.issue(fixture.template)
        var template = fixture.template
        template.publicKey = one.key.publicKey.subjectPublicKeyInfo
        template.subject = one.name
        template.isAuthority = true
        let cross = try other.issue(template)
        try refuse(pem(leaf, cross, other.der, cross), .repeatedKey(subject: "CN=Test Root"))
    }

    // MARK: Dates

    @Test func `a leaf from 60 minutes ahead is accepted`() throws {
        var template = fixture.template
        template.notBefore = fixture.now + 3600
        try fixture.chain(template).validate(fixture.expectation)
    }

    @Test func `a leaf from further ahead is refused`() throws {
        var template = fixture.template
        template.notBefore = fixture.now + 3601
        try refuse(
            template,
            .notYetValid(subject: "CN=a.test", notBefore: fixture.now + 3601, now: fixture.now)
        )
    }

    @Test func `a leaf with a second left is accepted`() throws {
        var template = fixture.template
        template.notAfter = fixture.now + 1
        try fixture.chain(template).validate(fixture.expectation)
    }

    @Test func `a leaf that ends now is refused`() throws {
        var template = fixture.template
        template.notAfter = fixture.now
        try refuse(
            template,
            .expired(subject: "CN=a.test", notAfter: fixture.now, now: fixture.now)
        )
    }

    @Test func `a leaf that ends when it begins is refused`() throws {
        var template = fixture.template
        template.notAfter = template.notBefore
        try refuse(
            template,
            .emptyValidity(
                subject: "CN=a.test",
                notBefore: template.notBefore,
                notAfter: template.notAfter
            )
        )
    }

    @Test func `a leaf for ten years is accepted`() throws {
        var template = fixture.template
        template.notAfter = template.notBefore + 3652 * 86400
        try fixture.chain(template).validate(fixture.expectation)
    }

    @Test func `a leaf for longer than ten years is refused`() throws {
        var template = fixture.template
        template.notAfter = template.notBefore + 3654 * 86400
        try refuse(
            template,
            .excessiveLifetime(notBefore: template.notBefore, notAfter: template.notAfter)
        )
    }

    @Test func `an intermediate that has expired is refused`() throws {
        let end = fixture.now - 1
        let intermediate = try fixture.root.intermediate(validity: (end - 86400)...end)
        let leaf = try intermediate.issue(fixture.template)
        try refuse(
            intermediate.chainPEM(leaf: leaf),
            .expired(subject: "CN=Test Intermediate", notAfter: end, now: fixture.now)
        )
    }

    // MARK: Helpers

    private func refuse(_ template: CertificateTemplate, _ error: PKIError) throws {
        try refuse(fixture.chain(template).pem, error)
    }

    private func refuse(_ text: [UInt8], _ error: PKIError) throws {
        let chain = try CertificateChain(pem: text)
        #expect(throws: error) { try chain.validate(fixture.expectation) }
    }
}

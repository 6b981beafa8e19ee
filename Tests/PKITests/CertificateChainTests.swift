import PKI
import TestSupport
import Testing

/// RFC 8555 §7.4.2, §9.1 and §11.4.
@Suite struct CertificateChainTests {
    private let fixture: ChainFixture
    private let leaf: [UInt8]

    init() throws {
        fixture = try ChainFixture()
        leaf = try fixture.intermediate.issue(fixture.template)
    }

    @Test func `the leaf comes first, then its issuers`() throws {
        let chain = try CertificateChain(pem: pem(leaf, fixture.intermediate.der))
        #expect(chain.leaf.der == leaf)
        #expect(chain.issuers.map(\.der) == [fixture.intermediate.der])
        #expect(chain.certificates.count == 2)
    }

    @Test func `line endings, blank lines and text between the blocks do not matter`() throws {
        let clean = pem(leaf, fixture.intermediate.der)
        let dirty =
            "Leaf:\r\n" + text(pem(leaf)).replacing("\n", with: "\r\n") + "\r\n\r\nIssuer:\r\n"
            + text(pem(fixture.intermediate.der))
        let chain = try CertificateChain(pem: Array(dirty.utf8))
        #expect(chain == (try CertificateChain(pem: clean)))
    }

    @Test func `the PEM is written anew`() throws {
        let secret = "text that the CA put between the blocks\n"
        let chain = try CertificateChain(pem: pem(leaf) + Array(secret.utf8))
        #expect(chain.pem == pem(leaf))
    }

    @Test func `what is written is read back`() throws {
        let chain = try fixture.chain()
        #expect(try CertificateChain(pem: chain.pem) == chain)
    }

    @Test(arguments: [
        "PRIVATE KEY", "EC PRIVATE KEY", "TRUSTED CERTIFICATE", "X509 CERTIFICATE", "certificate",
        "CERTIFICATE REQUEST", "",
    ])
    func `a block that is no certificate is refused`(label: String) {
        let text = pem(leaf) + PEM.encode([1, 2, 3], label: label)
        #expect(throws: PKIError.foreignBlock(label: label)) { try CertificateChain(pem: text) }
    }

    @Test(arguments: ["", "no certificate here\n"])
    func `a text without certificates is refused`(text: String) {
        #expect(throws: PKIError.noCertificate) { try CertificateChain(pem: Array(text.utf8)) }
    }

    @Test func `ten certificates are read`() throws {
        let text = Array(repeating: pem(leaf), count: 10).flatMap(\.self)
        #expect(try CertificateChain(pem: text).certificates.count == 10)
    }

    @Test func `eleven certificates are refused`() {
        let text = Array(repeating: pem(leaf), count: 11).flatMap(\.self)
        #expect(throws: PKIError.tooManyCertificates(count: 11, limit: 10)) {
            try CertificateChain(pem: text)
        }
    }

    @Test func `256 KiB are read`() throws {
        let chain = pem(leaf)
        let padding = [UInt8](repeating: UInt8(ascii: "\n"), count: 262_144 - chain.count)
        #expect(try CertificateChain(pem: chain + padding).pem == chain)
    }

    @Test func `more than 256 KiB are refused`() {
        let text = [UInt8](repeating: UInt8(ascii: "\n"), count: 262_145)
        #expect(throws: PKIError.oversizedPEM(bytes: 262_145, limit: 262_144)) {
            try CertificateChain(pem: text)
        }
    }

    @Test func `bytes after a certificate are refused`() {
        #expect(throws: PKIError.trailingBytes(count: 1)) {
            try CertificateChain(pem: pem(leaf + [0]))
        }
    }

    @Test func `a block that ends too early is refused`() {
        #expect(throws: PKIError.damagedPEM(label: "CERTIFICATE")) {
            try CertificateChain(pem: pem(leaf).dropLast(30))
        }
    }
}

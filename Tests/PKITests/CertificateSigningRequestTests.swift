import PKI
import TestSupport
import Testing

/// RFC 2986, RFC 8555 §7.4 and the rules of the CA/Browser Forum.
@Suite struct CertificateSigningRequestTests {
    @Test(arguments: [KeyType.p256, .p384, .rsa2048])
    func `a request is signed by its key`(type: KeyType) throws {
        let key = try PrivateKey.make(type)
        let request = try CertificateSigningRequest(dnsNames: ["a.test"], key: key)
        #expect(try OpenSSLOracle.isProven(request: request.der))
        #expect(
            TestCertificateRequest(der: request.der)?.publicKey
                == key.publicKey.subjectPublicKeyInfo
        )
    }

    @Test func `the names stand in their order, in lower case`() throws {
        let names = ["B.test", "a.test", "*.a.test", "xn--bcher-kva.test"]
        #expect(
            try facts(of: names)?.dnsNames
                == ["b.test", "a.test", "*.a.test", "xn--bcher-kva.test"]
        )
    }

    @Test func `the subject is empty`() throws {
        #expect(try facts(of: ["a.test"])?.subject == DER.sequence())
    }

    @Test func `nothing but names is asked for`() throws {
        #expect(
            try facts(of: ["a.test"])?.extensions == [ObjectIdentifiers.subjectAlternativeName]
        )
    }

    @Test func `a hundred long names are asked for`() throws {
        let label = String(repeating: "a", count: 60)
        let names = (0..<100).map { "host-\($0).\(label).\(label).test" }
        #expect(try facts(of: names)?.dnsNames == names)
    }

    @Test func `a name cannot smuggle in another`() throws {
        #expect(try facts(of: ["a.test,DNS:b.test"])?.dnsNames == ["a.test,dns:b.test"])
    }

    @Test func `a request for no name is refused`() {
        #expect(throws: PKIError.noNames) { try facts(of: []) }
    }

    @Test(arguments: [
        "", "a b.test", "a.test\0.evil", "a.test\n", "bücher.test",
        String(repeating: "a", count: 254),
    ])
    func `a name that no certificate can hold is refused`(name: String) {
        #expect(throws: PKIError.unusableName(name)) { try facts(of: ["a.test", name]) }
    }

    private func facts(of names: [String]) throws -> TestCertificateRequest? {
        let request = try CertificateSigningRequest(dnsNames: names, key: PrivateKey.make(.p256))
        return TestCertificateRequest(der: request.der)
    }
}

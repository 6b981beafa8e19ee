import PKI
import TestSupport
import Testing

/// Corner case 16; RFC 2986, RFC 8555 §7.4, RFC 8738 §3 and the rules of the CA/Browser Forum.
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

    @Test func `addresses are names of their own kind, and never in the subject`() throws {
        let addresses = try ["192.0.2.1", "2001:db8::1"].map { try #require(IPAddress($0)) }
        let request = try CertificateSigningRequest(
            dnsNames: ["a.test"],
            ipAddresses: addresses,
            key: PrivateKey.make(.p256)
        )
        #expect(TestCertificateRequest(der: request.der)?.subject == DER.sequence())
        let read = try CertificateSigningRequest(reading: request.der)
        #expect(read.dnsNames == ["a.test"])
        #expect(read.ipAddresses == addresses)
    }

    // MARK: Requests made elsewhere

    @Test(arguments: KeyType.allCases)
    func `a request is read as it was made, in DER and in PEM`(type: KeyType) throws {
        let made = try CertificateSigningRequest(
            dnsNames: ["a.test", "b.test"],
            key: PrivateKey.make(type)
        )
        #expect(try CertificateSigningRequest(reading: made.der) == made)
        for label in ["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"] {
            let pem = PEM.encode(made.der, label: label)
            #expect(try CertificateSigningRequest(reading: Array("note\n".utf8) + pem) == made)
        }
    }

    @Test func `a request with a spoilt signature is refused`() throws {
        var der = try CertificateSigningRequest(dnsNames: ["a.test"], key: PrivateKey.make(.p256))
            .der
        der[der.count - 1] ^= 1
        #expect(throws: PKIError.forgedRequest) { try CertificateSigningRequest(reading: der) }
    }

    @Test func `what is no request is refused`() throws {
        let der = try CertificateSigningRequest(dnsNames: ["a.test"], key: PrivateKey.make(.p256))
            .der
        let others: [[UInt8]] = [
            [], [0x30], der + [0], der.dropLast(), Array("hello - world".utf8),
            PEM.encode(der, label: "CERTIFICATE"),
        ]
        for other in others {
            #expect(throws: PKIError.unreadableRequest) {
                try CertificateSigningRequest(reading: other)
            }
        }
    }

    private func facts(of names: [String]) throws -> TestCertificateRequest? {
        let request = try CertificateSigningRequest(dnsNames: names, key: PrivateKey.make(.p256))
        return TestCertificateRequest(der: request.der)
    }
}

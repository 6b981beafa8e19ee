import PKI
import Testing

/// RFC 7518 §6.2.1 and §6.3.1: what a JWK needs to know.
@Suite struct PublicKeyTests {
    @Test func `a P-256 key is the published point`() throws {
        let key = try RFC7515.A3.key().publicKey
        #expect(key.parameters == .ec(.p256, x: RFC7515.A3.x, y: RFC7515.A3.y))
    }

    @Test func `a P-384 key has coordinates of 48 bytes`() throws {
        guard case .ec(.p384, let x, let y) = try PrivateKey.make(.p384).publicKey.parameters else {
            Issue.record("not a P-384 key")
            return
        }
        #expect(x.count == 48)
        #expect(y.count == 48)
    }

    @Test(arguments: [KeyFixture.leadingZeroX, KeyFixture.leadingZeroY])
    func `coordinates that start with a zero byte keep it`(fixture: KeyFixture) throws {
        let key = try PrivateKey(pem: fixture.pem).publicKey
        guard case .ec(.p256, let x, let y) = key.parameters else {
            Issue.record("not a P-256 key")
            return
        }
        // The point ends the DER, uncompressed: 04, x, y.
        #expect(Array(key.subjectPublicKeyInfo.suffix(65)) == [4] + x + y)
        #expect(x.first == 0 || y.first == 0)
    }

    @Test func `the numbers of an RSA key have no leading zeros`() throws {
        let key = try PrivateKey(pem: KeyFixture.pkcs1.pem).publicKey
        guard case .rsa(let modulus, let exponent) = key.parameters else {
            Issue.record("not an RSA key")
            return
        }
        #expect(modulus.count == 256)
        #expect(modulus.first != 0)
        #expect(exponent == [1, 0, 1])
    }

    @Test func `a fingerprint is the SHA-256 of the DER`() throws {
        let key = try PrivateKey.make(.p256).publicKey
        #expect(key.fingerprint == SHA256.digest(key.subjectPublicKeyInfo))
    }
}

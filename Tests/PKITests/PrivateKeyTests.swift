import Diagnostics
import PKI
import Testing

@Suite struct PrivateKeyTests {
    @Test(arguments: KeyType.allCases)
    func `a new key is of the type that was asked for`(type: KeyType) throws {
        #expect(try PrivateKey.make(type).type == type)
    }

    @Test(arguments: KeyType.allCases)
    func `an exported key comes back the same`(type: KeyType) throws {
        let key = try PrivateKey.make(type)
        let copy = try PrivateKey(pem: key.pem())
        #expect(copy.type == type)
        #expect(copy.publicKey == key.publicKey)
        let message = Array("message".utf8)
        #expect(
            try OpenSSLOracle.accepts(copy.signature(of: message), of: message, by: key.publicKey)
        )
    }

    @Test func `a key is exported as PKCS#8`() throws {
        let text = try PrivateKey.make(.p256).pem().reveal { $0 }
        #expect(try PEM.blocks(in: text).map(\.label) == ["PRIVATE KEY"])
    }

    @Test func `two new keys differ`() throws {
        #expect(try PrivateKey.make(.p256).publicKey != PrivateKey.make(.p256).publicKey)
    }

    /// The fingerprints are what `openssl pkey -pubout -outform DER | sha256sum` says.
    @Test(arguments: [
        (
            KeyFixture.sec1WithParameters, KeyType.p256,
            "a012d74d3210799659793dd238a06c359fa3255f834e2b9c9902282ee6ab6de7"
        ),
        (
            KeyFixture.sec1, .p384,
            "a2a5688491bcb6d9682f79f6f19abc10d3c7a23c19eb1701bd0749d050ff19ff"
        ),
        (
            KeyFixture.pkcs8, .p256,
            "20d33a03c97020a784c317599ee709a8b02f54a5d37510a2727e50b62408da05"
        ),
        (
            KeyFixture.pkcs1, .rsa2048,
            "106c2a82f192af1bd53e9b517900b2ec03f534f85d4f71596947969f0d64d454"
        ),
    ])
    func `a key of another program is read`(
        fixture: KeyFixture,
        type: KeyType,
        fingerprint: String
    ) throws {
        let key = try PrivateKey(pem: fixture.pem)
        #expect(key.type == type)
        #expect(hexadecimal(key.publicKey.fingerprint) == fingerprint)
    }

    @Test func `CRLF and text before a key do not matter`() throws {
        let crlf = KeyFixture.pkcs8.rawValue.replacing("\n", with: "\r\n")
        let key = try PrivateKey(pem: secret("Bag Attributes\r\n\(crlf)\r\n"))
        #expect(key.type == .p256)
    }

    @Test(arguments: [KeyFixture.encryptedPKCS8, KeyFixture.encryptedSEC1])
    func `an encrypted key is refused and nobody is asked`(fixture: KeyFixture) {
        #expect(throws: PKIError.encryptedKey) { try PrivateKey(pem: fixture.pem) }
    }

    @Test(arguments: [
        (KeyFixture.ed25519, PKIError.unsupportedKeyAlgorithm("ED25519")),
        (KeyFixture.rsaPSS, .unsupportedKeyAlgorithm("RSA-PSS")),
        (KeyFixture.p521, .unsupportedCurve("secp521r1")),
        (KeyFixture.explicitParameters, .unsupportedCurve("explicit parameters")),
        (KeyFixture.rsa1024, .unsupportedKeySize(bits: 1024)),
    ])
    func `a key that no CA would certify says what it is`(fixture: KeyFixture, error: PKIError) {
        #expect(throws: error) { try PrivateKey(pem: fixture.pem) }
    }

    @Test(arguments: [
        "", "not a key", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nAQID\n-----END PRIVATE KEY-----\n",
        "-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n",
        "-----BEGIN PRIVATE KEY-----\nAQID\n",
        String(repeating: "A", count: 1_000_000),
    ])
    func `a file without a readable key is refused`(text: String) {
        #expect(throws: PKIError.unreadableKey) { try PrivateKey(pem: secret(text)) }
    }

    @Test func `many tasks sign with one key at once`() async throws {
        let key = try PrivateKey.make(.p256)
        let message = Array("message".utf8)
        let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 {
                group.addTask {
                    let signature = try key.signature(of: message)
                    return try OpenSSLOracle.accepts(signature, of: message, by: key.publicKey)
                }
            }
            return try await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(accepted == 64)
    }
}

/// The bytes of `text`, hidden.
func secret(_ text: String) -> Secret<[UInt8]> {
    Secret(Array(text.utf8))
}

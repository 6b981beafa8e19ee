import PKI
import Testing

/// RFC 7518 §3.3 and §3.4, with the examples of RFC 7515.
@Suite struct PrivateKeySignatureTests {
    private static let message = Array("message".utf8)

    @Test func `RS256 gives the published signature`() throws {
        let key = try RFC7515.A2.key()
        #expect(try key.signature(of: RFC7515.A2.input) == RFC7515.A2.signature)
    }

    @Test func `the published ES256 signature is one of the published key`() throws {
        let key = try RFC7515.A3.key().publicKey
        #expect(
            try OpenSSLOracle.accepts(RFC7515.A3.signature, of: RFC7515.A3.input, by: key)
        )
    }

    @Test func `ES256 with the published key gives a signature that verifies`() throws {
        let key = try RFC7515.A3.key()
        let signature = try key.signature(of: RFC7515.A3.input)
        #expect(
            try OpenSSLOracle.accepts(signature, of: RFC7515.A3.input, by: key.publicKey)
        )
    }

    @Test(arguments: [
        (KeyType.p256, 64), (.p384, 96), (.rsa2048, 256), (.rsa3072, 384), (.rsa4096, 512),
    ])
    func `a signature has the width of its algorithm`(type: KeyType, width: Int) throws {
        let key = try PrivateKey.make(type)
        let signature = try key.signature(of: Self.message)
        #expect(signature.count == width)
        #expect(
            try OpenSSLOracle.accepts(signature, of: Self.message, by: key.publicKey)
        )
    }

    @Test func `numbers that start with a zero byte keep their width`() throws {
        let key = try PrivateKey.make(.p256)
        // One number in 256 is short: among 2000 there are some, whatever the dice.
        for _ in 0..<1000 {
            #expect(try key.signature(of: Self.message).count == 64)
        }
    }

    @Test func `a signature is not one of another message`() throws {
        let key = try PrivateKey.make(.p256)
        let signature = try key.signature(of: Self.message)
        #expect(
            try !OpenSSLOracle.accepts(signature, of: Array("massage".utf8), by: key.publicKey)
        )
    }

    @Test func `an empty message can be signed`() throws {
        let key = try PrivateKey.make(.p384)
        #expect(
            try OpenSSLOracle.accepts(key.signature(of: []), of: [], by: key.publicKey)
        )
    }
}

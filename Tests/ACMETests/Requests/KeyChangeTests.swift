import FoundationEssentials
import PKI
import Testing

@testable import ACME

/// Corner case 15; RFC 8555 §7.3.5.
@Suite struct KeyChangeTests {
    private struct Inner: Decodable {
        var protected: String
        var payload: String
        var signature: String
    }

    @Test(arguments: KeyType.allCases)
    func `the payload is signed by the new key, by jwk and without a nonce`(type: KeyType) throws {
        let old = try PrivateKey.make(.p256)
        let new = try PrivateKey.make(type)
        let account = url("https://ca.test/account/1")
        let target = url("https://ca.test/key-change")
        let post = try KeyChange(account: account, from: old, to: new).post(to: target)
        #expect(post.url == target)
        let inner = try JSONDecoder().decode(Inner.self, from: Data(post.payload))
        let header = String(
            decoding: try #require(Base64URL.decode(inner.protected)),
            as: UTF8.self
        )
        let jwk = JSONWebKey(of: new).json
        #expect(
            header
                == #"{"alg":"\#(type.joseAlgorithm)","jwk":\#(jwk),"url":"https://ca.test/key-change"}"#
        )
        let payload = String(decoding: try #require(Base64URL.decode(inner.payload)), as: UTF8.self)
        let oldKey = JSONWebKey(of: old).json
        #expect(payload == #"{"account":"https://ca.test/account/1","oldKey":\#(oldKey)}"#)
        let signature = try #require(Base64URL.decode(inner.signature))
        // 64 or 96 bytes for a curve, the size of the modulus for RSA.
        #expect([64, 96, 256, 384, 512].contains(signature.count))
    }
}

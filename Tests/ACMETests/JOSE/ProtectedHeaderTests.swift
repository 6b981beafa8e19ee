import Diagnostics
import PKI
import Testing

@testable import ACME

/// Corner case 4: `jwk` or `kid`, never both, and the URL of the request; RFC 8555 §6.2.
@Suite struct ProtectedHeaderTests {
    private func header(_ signer: ProtectedHeader.Signer) throws -> ProtectedHeader {
        let nonce = try #require(Nonce("6S8IqOGY7eL2lsGoTZYifg"))
        return ProtectedHeader(signer: signer, nonce: nonce, url: url("https://ca.test/new-order"))
    }

    @Test func `an account signs by its URL`() throws {
        let header = try header(.kid(url("https://ca.test/acct/1")))
        #expect(
            header.json(for: .p256) == """
                {"alg":"ES256","kid":"https://ca.test/acct/1","nonce":"6S8IqOGY7eL2lsGoTZYifg",\
                "url":"https://ca.test/new-order"}
                """
        )
    }

    @Test func `a key without an account signs by itself`() throws {
        let pem = Secret(Array(PublishedKeys.rfc7515P256.utf8))
        let key = try #require(JSONWebKey(PrivateKey(pem: pem).publicKey))
        #expect(
            try header(.jwk(key)).json(for: .p256) == """
                {"alg":"ES256","jwk":\(key.json),"nonce":"6S8IqOGY7eL2lsGoTZYifg",\
                "url":"https://ca.test/new-order"}
                """
        )
    }

    /// RFC 7518 §3.1.
    @Test(
        arguments: [
            (KeyType.p256, "ES256"), (.p384, "ES384"), (.rsa2048, "RS256"), (.rsa3072, "RS256"),
            (.rsa4096, "RS256"),
        ]
    )
    func `the algorithm follows the key`(type: KeyType, algorithm: String) throws {
        let json = try header(.kid(url("https://ca.test/acct/1"))).json(for: type)
        #expect(json.hasPrefix(#"{"alg":"\#(algorithm)","#))
    }

    @Test func `the URL is signed to the letter`() throws {
        let nonce = try #require(Nonce("abc"))
        let target = url("HTTPS://CA.test:443/Order/1?a=%2f")
        let signer = ProtectedHeader.Signer.kid(url("https://ca.test/acct/1"))
        let json = ProtectedHeader(signer: signer, nonce: nonce, url: target).json(for: .p256)
        #expect(json.hasSuffix(#""url":"HTTPS://CA.test:443/Order/1?a=%2f"}"#))
    }
}

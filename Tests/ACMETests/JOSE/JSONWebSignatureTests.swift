import Diagnostics
import FoundationEssentials
import PKI
import Testing

@testable import ACME

/// RFC 7515 §7.2.2 (flattened), by the examples of its appendices A.2 and A.3.
@Suite struct JSONWebSignatureTests {
    private struct Flattened: Decodable, Equatable {
        var protected: String
        var payload: String
        var signature: String
    }

    private let payload =
        "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n "
        + "\"http://example.com/is_root\":true}"
    private let encodedPayload =
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"
        + "Ijp0cnVlfQ"

    private func sign(_ header: String, _ payload: String, _ pem: String) throws -> Flattened {
        let key = try PrivateKey(pem: Secret(Array(pem.utf8)))
        let signature = try JSONWebSignature(
            headerJSON: header,
            payload: Array(payload.utf8),
            key: key
        )
        return try JSONDecoder().decode(Flattened.self, from: Data(signature.body))
    }

    @Test func `the RSA example of appendix A.2 comes out, its signature too`() throws {
        let signed = try sign(#"{"alg":"RS256"}"#, payload, PublishedKeys.rfc7515RSA)
        let signature = """
            cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O\
            8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARN\
            PvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ\
            1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw
            """
        #expect(signed.protected == "eyJhbGciOiJSUzI1NiJ9")
        #expect(signed.payload == encodedPayload)
        #expect(signed.signature == signature)
    }

    @Test func `the signing input of appendix A.3 comes out`() throws {
        let signed = try sign(#"{"alg":"ES256"}"#, payload, PublishedKeys.rfc7515P256)
        #expect(signed.protected == "eyJhbGciOiJFUzI1NiJ9")
        #expect(signed.payload == encodedPayload)
    }

    /// Corner case 3: not DER, which would be longer and begin with a tag.
    @Test(arguments: [(KeyType.p256, 86), (.p384, 128)])
    func `an ECDSA signature is two numbers of fixed width`(type: KeyType, letters: Int) throws {
        let key = try PrivateKey.make(type)
        // About one signature in 128 has a number with a leading zero.
        for count in 0..<64 {
            let signature = try JSONWebSignature(
                headerJSON: "{}",
                payload: [UInt8(count)],
                key: key
            )
            let flattened = try JSONDecoder().decode(Flattened.self, from: Data(signature.body))
            #expect(flattened.signature.utf8.count == letters)
        }
    }

    @Test func `an empty payload is an empty text`() throws {
        let signed = try sign("{}", "", PublishedKeys.rfc7515P256)
        #expect(signed.payload.isEmpty)
    }

    @Test func `the body has three members and nothing else`() throws {
        let key = try PrivateKey.make(.p256)
        let body = try JSONWebSignature(headerJSON: "{}", payload: [1], key: key).body
        let members = try JSONDecoder().decode([String: String].self, from: Data(body))
        #expect(members.keys.sorted() == ["payload", "protected", "signature"])
    }

    @Test func `a header is signed as its JSON`() throws {
        let key = try PrivateKey.make(.p384)
        let nonce = try #require(Nonce("abc"))
        let header = ProtectedHeader(
            signer: .kid(url("https://ca.test/acct/1")),
            nonce: nonce,
            url: url("https://ca.test/order/1")
        )
        let signature = try JSONWebSignature(header: header, payload: [], key: key)
        let signed = try JSONDecoder().decode(Flattened.self, from: Data(signature.body))
        #expect(signed.protected == Base64URL.encode(header.json(for: .p384).utf8))
    }
}

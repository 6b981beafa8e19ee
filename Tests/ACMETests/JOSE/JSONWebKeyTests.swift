import ACME
import Diagnostics
import PKI
import Testing

/// Corner case 3: the required members alone, sorted, without spaces; RFC 7638 §3.
@Suite struct JSONWebKeyTests {
    private func webKey(_ pem: String) throws -> JSONWebKey {
        let key = try PrivateKey(pem: Secret(Array(pem.utf8)))
        return try #require(JSONWebKey(key.publicKey))
    }

    @Test func `the key of RFC 7638 has the published thumbprint`() throws {
        let key = try webKey(PublishedKeys.rfc7638)
        #expect(key.thumbprint == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs")
    }

    @Test func `an RSA key is written as exponent, type and modulus`() throws {
        let modulus = """
            0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tS\
            oc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65\
            YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyr\
            dkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzK\
            nqDKgw
            """
        let key = try webKey(PublishedKeys.rfc7638)
        #expect(key.json == #"{"e":"AQAB","kty":"RSA","n":"\#(modulus)"}"#)
    }

    @Test func `a P-256 key is written as curve, type and coordinates`() throws {
        let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
        let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
        let key = try webKey(PublishedKeys.rfc7515P256)
        #expect(key.json == #"{"crv":"P-256","kty":"EC","x":"\#(x)","y":"\#(y)"}"#)
    }

    @Test func `the coordinates of a P-384 key have 48 bytes each`() throws {
        let key = try #require(JSONWebKey(PrivateKey.make(.p384).publicKey))
        let parts = key.json.split(separator: "\"").map(String.init)
        #expect(parts.contains("P-384"))
        // 48 bytes are 64 letters.
        #expect(parts.map(\.count).filter { $0 == 64 }.count == 2)
    }

    @Test func `two keys have two thumbprints`() throws {
        let thumbprints = try [PublishedKeys.rfc7638, PublishedKeys.rfc7515RSA].map {
            try webKey($0).thumbprint
        }
        #expect(Set(thumbprints).count == 2)
    }
}

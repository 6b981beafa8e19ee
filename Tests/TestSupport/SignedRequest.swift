import FoundationEssentials
import HTTP

/// A signed request taken apart, as far as ``FakeCA`` looks at it.
struct SignedRequest {
    let nonce: String
    let url: String
    let kid: String?
    /// The key's `x`, which is enough to tell keys apart.
    let jwk: String?
    /// The payload's members that are strings, numbers or booleans, as text.
    let payload: [String: String]
    let identifiers: [String]
    let certificateSigningRequest: [UInt8]?

    private struct Envelope: Decodable {
        var protected: String
        var payload: String
        var signature: String
    }

    private struct Header: Decodable {
        var alg: String
        var nonce: String
        var url: String
        var kid: String?
        var jwk: Key?
    }

    private struct Key: Decodable {
        var x: String
    }

    private struct Payload: Decodable {
        var onlyReturnExisting: Bool?
        var termsOfServiceAgreed: Bool?
        var identifiers: [Name]?
        var csr: String?
    }

    private struct Name: Decodable {
        var value: String
    }

    /// Reads the body of `request`; `nil` when it is no flattened JWS with one signer.
    init?(_ request: HTTPRequest) {
        let decoder = JSONDecoder()
        guard let envelope = try? decoder.decode(Envelope.self, from: Data(request.body)),
            let header = try? decoder.decode(Header.self, from: Self.bytes(envelope.protected)),
            (header.kid == nil) != (header.jwk == nil), !envelope.signature.isEmpty
        else { return nil }
        // The payload of a POST-as-GET is empty.
        let payload = try? decoder.decode(Payload.self, from: Self.bytes(envelope.payload))
        nonce = header.nonce
        url = header.url
        kid = header.kid
        jwk = header.jwk?.x
        self.payload = [
            "onlyReturnExisting": "\(payload?.onlyReturnExisting ?? false)",
            "termsOfServiceAgreed": "\(payload?.termsOfServiceAgreed ?? false)",
        ]
        identifiers = payload?.identifiers?.map(\.value) ?? []
        certificateSigningRequest = payload?.csr.map { Array(Self.bytes($0)) }
    }

    private static func bytes(_ base64URL: String) -> Data {
        let text = base64URL.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: text + padding) ?? Data()
    }
}

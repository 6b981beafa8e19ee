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
    /// The members of newOrder, of an account and of a revocation, as far as they are there.
    let profile: String?
    let replaces: String?
    let contact: [String]?
    let status: String?
    let certificate: [UInt8]?
    let reason: Int?
    let isBound: Bool
    /// The inner signature of a key change.
    let keyChange: KeyChange?

    /// Who exchanges which key for which; keys are told by their `x`.
    struct KeyChange {
        let account: String
        let oldKey: String
        let newKey: String
    }

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
        var profile: String?
        var replaces: String?
        var contact: [String]?
        var status: String?
        var certificate: String?
        var reason: Int?
        var externalAccountBinding: Envelope?
    }

    private struct Exchange: Decodable {
        var account: String
        var oldKey: Key
    }

    private struct InnerHeader: Decodable {
        var jwk: Key
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
        profile = payload?.profile
        replaces = payload?.replaces
        contact = payload?.contact
        status = payload?.status
        certificate = payload?.certificate.map { Array(Self.bytes($0)) }
        reason = payload?.reason
        isBound = payload?.externalAccountBinding != nil
        keyChange = Self.keyChange(in: Self.bytes(envelope.payload))
    }

    private static func keyChange(in payload: Data) -> KeyChange? {
        let decoder = JSONDecoder()
        guard let inner = try? decoder.decode(Envelope.self, from: payload),
            let header = try? decoder.decode(InnerHeader.self, from: bytes(inner.protected)),
            let exchange = try? decoder.decode(Exchange.self, from: bytes(inner.payload))
        else { return nil }
        return KeyChange(
            account: exchange.account,
            oldKey: exchange.oldKey.x,
            newKey: header.jwk.x
        )
    }

    private static func bytes(_ base64URL: String) -> Data {
        let text = base64URL.replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - text.count % 4) % 4)
        return Data(base64Encoded: text + padding) ?? Data()
    }
}

package import PKI

/// A signed request body in the flattened JSON serialization.
///
/// Source: RFC 7515 §7.2.2; RFC 8555 §6.2.
package struct JSONWebSignature: Equatable, Sendable {
    /// The media type of ``body``.
    package static let mediaType = "application/jose+json"

    private let protected: String
    private let payload: String
    private let signature: String

    /// The bytes to send.
    package var body: [UInt8] {
        // All three are base64url, which JSON has nothing to escape in.
        Array(
            #"{"protected":"\#(protected)","payload":"\#(payload)","signature":"\#(signature)"}"#
                .utf8
        )
    }

    /// Signs `header` and `payload` with `key`; an empty payload makes a POST-as-GET.
    ///
    /// - Throws: ``PKIError`` when OpenSSL cannot sign.
    package init(
        header: ProtectedHeader,
        payload: [UInt8],
        key: PrivateKey
    ) throws(PKIError) {
        try self.init(headerJSON: header.json(for: key.type), payload: payload, key: key)
    }

    init(headerJSON: String, payload: [UInt8], key: PrivateKey) throws(PKIError) {
        try self.init(header: Array(headerJSON.utf8), payload: payload) {
            message throws(PKIError) in
            try key.signature(of: message)
        }
    }

    /// Signs a header in JSON with whatever `sign` signs with.
    init(
        header: [UInt8],
        payload: [UInt8],
        sign: ([UInt8]) throws(PKIError) -> [UInt8]
    ) throws(PKIError) {
        protected = Base64URL.encode(header)
        self.payload = Base64URL.encode(payload)
        signature = Base64URL.encode(try sign(Array("\(protected).\(self.payload)".utf8)))
    }
}

/// Some signatures stand in the payload of another: RFC 8555 §7.3.4 and §7.3.5.
extension JSONWebSignature: Encodable {
    private enum CodingKeys: String, CodingKey {
        case protected
        case payload
        case signature
    }
}

package import PKI

/// A signed request body in the flattened JSON serialization.
///
/// Source: RFC 7515 §7.2.2; RFC 8555 §6.2.
package struct JSONWebSignature: Equatable, Sendable {
    /// The media type of ``body``.
    package static let mediaType = "application/jose+json"

    /// The bytes to send.
    package let body: [UInt8]

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
        let protected = Base64URL.encode(headerJSON.utf8)
        let content = Base64URL.encode(payload)
        let signature = try key.signature(of: Array("\(protected).\(content)".utf8))
        let encoded = Base64URL.encode(signature)
        body = Array(
            #"{"protected":"\#(protected)","payload":"\#(content)","signature":"\#(encoded)"}"#.utf8
        )
    }
}

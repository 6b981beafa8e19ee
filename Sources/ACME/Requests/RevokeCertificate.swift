package import HTTP

/// Asks the CA to call a certificate back.
///
/// Source: RFC 8555 §7.6.
package struct RevokeCertificate: Equatable, Sendable {
    private let certificate: [UInt8]
    private let reason: RevocationReason?

    /// Prepares the revocation of a certificate in DER; without a reason none is sent.
    package init(certificate: [UInt8], reason: RevocationReason?) {
        self.certificate = certificate
        self.reason = reason
    }

    /// The request, to be signed by the account, or with the certificate's key by `jwk`.
    package func post(to url: WebURL) -> SignedPost {
        let wire = Wire(certificate: Base64URL.encode(certificate), reason: reason?.rawValue)
        return SignedPost(to: url, payload: Payload.json(wire))
    }

    private struct Wire: Encodable {
        var certificate: String
        var reason: Int?
    }
}

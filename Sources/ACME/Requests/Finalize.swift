import HTTP

/// Hands the CA the certificate signing request of a ready order.
///
/// Source: RFC 8555 §7.4.
struct Finalize {
    /// The request in DER.
    let certificateSigningRequest: [UInt8]

    func post(to order: Order) -> SignedPost {
        let wire = Wire(csr: Base64URL.encode(certificateSigningRequest))
        return SignedPost(to: order.finalize, payload: Payload.json(wire))
    }

    private struct Wire: Encodable {
        var csr: String
    }
}

package import HTTP

/// How far an order is, with what only that state has.
///
/// Source: RFC 8555 §7.1.6.
package enum OrderStatus: Equatable, Sendable {
    /// Authorizations are missing.
    case pending
    /// All authorizations are there; finalize comes next.
    case ready
    /// The CA is making the certificate.
    case processing
    /// The certificate can be had at that URL.
    case valid(certificate: WebURL)
    /// The order has failed for good.
    case invalid(Problem?)
    /// A state that this client does not know; asked for again like `processing`.
    case other(String)

    init(
        _ status: String,
        certificate: String?,
        problem: Problem?,
        origin: WebURL.Origin
    ) throws(ACMEError) {
        switch status {
        case "pending": self = .pending
        case "ready": self = .ready
        case "processing": self = .processing
        case "valid": self = .valid(certificate: try origin.url(certificate, field: "certificate"))
        case "invalid": self = .invalid(problem)
        default: self = .other(status)
        }
    }
}

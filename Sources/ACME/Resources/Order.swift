package import FoundationEssentials
package import HTTP

/// A certificate in the making.
///
/// Source: RFC 8555 §7.1.3.
package struct Order: Equatable, Sendable {
    /// Where the order is asked for again.
    package let url: WebURL
    package let status: OrderStatus
    package let authorizations: [WebURL]
    package let finalize: WebURL
    /// When the CA forgets the order; `nil` where it does not say.
    package let expires: Date?

    /// Reads an order.
    ///
    /// `url` is the order's own where it is known; else it is taken from `Location`, which only
    /// the answer to newOrder has to carry. Throws ``ACMEError`` for an answer that cannot be read
    /// or that leads elsewhere.
    package init(
        _ response: HTTPResponse,
        at url: WebURL?,
        origin: WebURL.Origin
    ) throws(ACMEError) {
        let wire = try response.decoded(as: Wire.self, "an order")
        if let url {
            self.url = url
        } else {
            self.url = try origin.url(response.headers["location"], field: "Location of the order")
        }
        var authorizations: [WebURL] = []
        for text in wire.authorizations ?? [] {
            authorizations.append(try origin.url(text, field: "authorizations"))
        }
        self.authorizations = authorizations
        finalize = try origin.url(wire.finalize, field: "finalize")
        expires = wire.expires?.value.flatMap(Self.date)
        status = try OrderStatus(
            wire.status,
            certificate: wire.certificate,
            problem: wire.error?.value,
            origin: origin
        )
    }

    /// Reads an RFC 3339 date; one that cannot be read counts as not said.
    private static func date(_ text: String) -> Date? {
        try? Date(text, strategy: .iso8601)
    }

    private struct Wire: Decodable {
        var status: String
        var expires: Lenient<String>?
        var authorizations: [String]?
        var finalize: String
        var certificate: String?
        var error: Lenient<Problem>?
    }
}

package import HTTP

/// A request that the account signs: where it goes and what it says.
package struct SignedPost: Equatable, Sendable {
    package let url: WebURL
    /// JSON, or nothing for a POST-as-GET.
    package let payload: [UInt8]
    /// The media type that the answer should have; `nil` for JSON.
    package let accept: String?
    /// Whether a status of 500 is an answer to be judged, and not a failure that may pass: said of
    /// what can be asked for in another way.
    package var judgesServerErrors = false

    /// Makes a request with `payload`; an empty one reads what is at `url`.
    package init(to url: WebURL, payload: [UInt8], accept: String? = nil) {
        self.url = url
        self.payload = payload
        self.accept = accept
    }

    /// A request that only reads.
    ///
    /// Source: RFC 8555 §6.3.
    package static func get(_ url: WebURL, accept: String? = nil) -> SignedPost {
        SignedPost(to: url, payload: Payload.none, accept: accept)
    }
}

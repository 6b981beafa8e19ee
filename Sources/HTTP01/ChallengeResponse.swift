/// A response with constant content, ready to be sent.
///
/// There is no `Date`: the bytes are made once, and a server without a clock sends none (RFC 9110
/// §6.6.1).
struct ChallengeResponse: Sendable {
    private let head: [UInt8]
    private let closingHead: [UInt8]
    private let body: [UInt8]

    /// The response to everything but a known token; it tells nobody anything.
    static let notFound = ChallengeResponse(
        status: "404 Not Found",
        type: "text/plain",
        body: "not found\n"
    )

    /// The response to a known token.
    ///
    /// - Parameter content: The key authorization: exactly this is the body, without a line break.
    ///
    /// Source: RFC 8555 §8.3.
    init(keyAuthorization content: String) {
        self.init(status: "200 OK", type: "application/octet-stream", body: content)
    }

    /// The response that sends a client to https, for good and with the same method.
    ///
    /// - Parameters:
    ///   - host: In our own spelling.
    ///   - path: The path and query of the request: visible ASCII that begins with a slash.
    ///
    /// Source: RFC 9110 §15.4.9.
    init(redirectTo host: String, path: String) {
        self.init(
            status: "308 Permanent Redirect",
            field: "Location: https://\(host)\(path)",
            body: ""
        )
    }

    private init(status: String, type: String, body: String) {
        self.init(status: status, field: "Content-Type: \(type)", body: body)
    }

    private init(status: String, field: String, body: String) {
        self.body = Array(body.utf8)
        let common = "HTTP/1.1 \(status)\r\n\(field)\r\nContent-Length: \(body.utf8.count)\r\n"
        head = Array("\(common)\r\n".utf8)
        closingHead = Array("\(common)Connection: close\r\n\r\n".utf8)
    }

    /// Appends the bytes that answer `request`.
    ///
    /// Whether the connection ends after them is always said: a client that has to guess sends its
    /// next request into a closed connection.
    func append(to output: inout [UInt8], for request: ChallengeRequest) {
        output += request.keepAlive ? head : closingHead
        if request.method != .head { output += body }
    }
}

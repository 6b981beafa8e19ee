/// A request as a value; whoever has a `Transport` can send it.
package struct HTTPRequest: Equatable, Sendable {
    /// The methods that an ACME client uses.
    ///
    /// Source: RFC 8555 §6.2 to §6.5.
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
    }

    package var method: Method
    package var url: WebURL
    package var headers: HTTPHeaders
    package var body: [UInt8]
    /// The most bytes of an answer's body that the caller can use; a longer one is a failure.
    package var bodyLimit: Int
    /// The most time that the exchange may take, from connecting to the answer's last byte.
    package var timeLimit: Duration

    package init(
        _ method: Method,
        _ url: WebURL,
        headers: HTTPHeaders = [:],
        body: [UInt8] = [],
        bodyLimit: Int,
        timeLimit: Duration = .seconds(60)
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.bodyLimit = bodyLimit
        self.timeLimit = timeLimit
    }
}

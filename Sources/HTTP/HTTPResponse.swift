/// An answer as a value.
package struct HTTPResponse: Equatable, Sendable {
    /// The status code.
    ///
    /// Source: RFC 9110 §15.
    package var status: Int
    package var headers: HTTPHeaders
    package var body: [UInt8]

    package init(status: Int, headers: HTTPHeaders = [:], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether the request was received, understood and accepted.
    package var isSuccess: Bool { (200..<300).contains(status) }
}

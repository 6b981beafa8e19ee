package import HTTP

/// Sends a request and brings the answer.
package protocol Transport: Sendable {
    /// - Throws: `TransportFailure` when there is no answer; an answer of any status is none.
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}

package import HTTP

/// Sends a request and brings the answer.
package protocol Transport: Sendable {
    /// - Throws: `TransportFailure` when there is no answer; an answer of any status is none.
    func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse
}

/// Sends a request and hands on what is answered while it comes in.
package protocol StreamingTransport: Transport {
    /// Sends `request` and gives the answer's body, piece by piece, to `receiver`.
    ///
    /// It is called in order, on a thread of the transport, and ends the transfer as broken by
    /// `false`. A body of another status than success is no stream: it is in the answer, as by
    /// ``Transport/send(_:)``. The request's limits hold for both, and a failure may come after some
    /// pieces.
    func send(
        _ request: HTTPRequest,
        to receiver: @escaping BodyReceiver
    ) async throws(TransportFailure) -> HTTPResponse
}

/// Takes a piece of an answer's body; returns whether it wants more.
package typealias BodyReceiver = @Sendable (_ piece: [UInt8]) -> Bool

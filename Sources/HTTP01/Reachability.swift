import ACME
import Platform

/// What came of asking for an answer that the responder was told to give.
///
/// A bound port is no proof of being heard: a left-over DNAT rule sends all requests to a
/// container that may be long gone, and binding succeeds all the same.
enum Reachability: Equatable, Sendable {
    /// The answer came as it should.
    case reached
    /// Somebody answers, but not with the key authorization.
    case answeredByAnother
    /// Nobody answers.
    case failed(SystemCallError)

    /// More than any response of ours has; of another's, enough to tell the difference.
    private static let longestResponse = 4096

    /// Asks for `answer` as the CA would, except for the way.
    ///
    /// - Parameters:
    ///   - answer: One that is published.
    ///   - address: The responder's own address.
    ///   - time: How long all of it may take.
    /// - Returns: What came of it.
    static func check(
        _ answer: KeyAuthorization,
        at address: SocketAddress,
        within time: Duration
    ) async -> Reachability {
        let deadline = ContinuousClock.now.advanced(by: time)
        do throws(SystemCallError) {
            return try await WorkerThread.run { () throws(SystemCallError) in
                let socket = try StreamSocket(connectedTo: address, until: deadline)
                try socket.send(request(for: answer))
                return judge(try socket.receive(upTo: longestResponse), of: answer)
            }
        } catch {
            return .failed(error)
        }
    }

    private static func request(for answer: KeyAuthorization) -> [UInt8] {
        let host = answer.host.contains(":") ? "[\(answer.host)]" : answer.host
        let lines = ["GET \(answer.path) HTTP/1.1", "Host: \(host)", "Connection: close", "", ""]
        return Array(lines.joined(separator: "\r\n").utf8)
    }

    /// Compares a whole response with the one that `answer` should have got.
    static func judge(_ response: [UInt8], of answer: KeyAuthorization) -> Reachability {
        guard response.starts(with: "HTTP/1.1 200 ".utf8),
            let end = response.firstRange(of: Array("\r\n\r\n".utf8)),
            response[end.upperBound...].elementsEqual(answer.content.utf8)
        else { return .answeredByAnother }
        return .reached
    }
}

import Diagnostics
import HTTP
import Platform

/// One request to an engine, and what is made of its answer.
struct EngineDoor: Sendable {
    private static let timeLimit: Duration = .seconds(20)
    private static let shownMessage = 400

    let endpoint: DockerEndpoint
    let transport: any StreamingTransport

    /// Asks for JSON.
    func value(_ path: String, limit: Int) async throws(EngineError) -> EngineValue {
        let answer = try await send(.get, path, limit: limit)
        guard let value = EngineValue(answer.body) else {
            throw noEngine("GET \(path)", "what it sends is no JSON: \(Self.message(in: answer))")
        }
        return value
    }

    /// Sends a request and expects success.
    ///
    /// The path has the version before it and the query after it. At most `limit` bytes are taken
    /// of the answer's body, by the receiver while they come if there is one.
    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        json: String? = nil,
        limit: Int,
        timeLimit: Duration = EngineDoor.timeLimit,
        receiver: BodyReceiver? = nil
    ) async throws(EngineError) -> HTTPResponse {
        let name = "\(method.rawValue) \(path)".harmless(limit: 300)
        guard let url = WebURL.onLocalSocket(path) else {
            throw .refused(request: name, status: 0, message: "certctl cannot ask for such a name")
        }
        let request = HTTPRequest(
            method,
            url,
            headers: json == nil ? [:] : ["Content-Type": "application/json"],
            body: Array((json ?? "").utf8),
            bodyLimit: limit,
            timeLimit: timeLimit
        )
        let answer: HTTPResponse
        do throws(TransportFailure) {
            if let receiver {
                answer = try await transport.send(request, to: receiver)
            } else {
                answer = try await transport.send(request)
            }
        } catch {
            throw self.error(for: error, name)
        }
        guard answer.isSuccess else {
            let message = Self.message(in: answer)
            throw .refused(request: name, status: answer.status, message: message)
        }
        return answer
    }

    private func error(for failure: TransportFailure, _ request: String) -> EngineError {
        let socket = endpoint.path
        switch failure {
        case .socket(.missing, _): return .noSocket([socket])
        case .socket(.stale, _): return .stale(socket: socket)
        case .socket(.forbidden, _): return .forbidden(socket: socket)
        case .tooLarge(let limit): return .tooLong(request: request, limit: limit)
        case .broken(let text): return noEngine(request, text)
        case .timedOut: return .tooSlow(socket: socket, request: request)
        case .hostNotFound(let text), .notConnected(let text), .notTrusted(_, let text),
            .privateAddress(let text), .socket(.other, let text):
            return .noAnswer(socket: socket, reason: text)
        }
    }

    private func noEngine(_ request: String, _ reason: String) -> EngineError {
        .noEngine(socket: endpoint.path, request: request, reason: reason)
    }

    /// What an answer says in words: Docker's `message`, or the beginning of what is no JSON.
    private static func message(in answer: HTTPResponse) -> String {
        if let message = EngineValue(answer.body)?["message"].text {
            return message.harmless(limit: shownMessage)
        }
        let text = String(decoding: answer.body.prefix(shownMessage), as: UTF8.self)
            .harmless(limit: shownMessage)
        return text.isEmpty ? "nothing" : text
    }
}

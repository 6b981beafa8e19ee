import FoundationEssentials
package import HTTP
package import Platform
import Synchronization

/// A container engine behind a transport, which answers as a test says and remembers what it was
/// asked.
package final class ScriptedEngine: StreamingTransport {
    package typealias Outcome = Result<HTTPResponse, TransportFailure>

    /// What a command in a container does.
    package struct Command: Sendable {
        package var exitCode: Int? = 0
        package var output = ""
        package var errors = ""
        /// How often the engine still says that it runs, after its output has ended.
        package var lag = 0
        /// What comes in place of the frames of its output.
        package var stream: [UInt8]?
        /// The transport's failure after the stream, as of one that hangs.
        package var failure: TransportFailure?

        package init(exitCode: Int? = 0, output: String = "", errors: String = "") {
            self.exitCode = exitCode
            self.output = output
            self.errors = errors
        }
    }

    /// What there is, and how it behaves.
    package struct Model: Sendable {
        package var newest = "1.41"
        package var least: String? = "1.12"
        /// Whether it is Podman, which says so in its greeting.
        package var isPodman = false
        package var architecture = "amd64"
        package var containers: [ScriptedContainer] = []
        /// What becomes of a command; by default an nginx that is content with everything.
        package var command: @Sendable (_ words: [String]) -> Command = { _ in Command() }
        /// How many bytes of a stream come at a time.
        package var pieceSize = 1 << 16
        /// Answers in the engine's place; is told how many requests came before.
        package var interference: @Sendable (_ request: HTTPRequest, _ number: Int) -> Outcome? = {
            _,
            _ in nil
        }

        package init(_ containers: [ScriptedContainer] = []) {
            self.containers = containers
        }
    }

    fileprivate struct State {
        var model: Model
        var requests: [HTTPRequest] = []
        var commands: [Command] = []
        var words: [[String]] = []
    }

    private let state: Mutex<State>

    package init(_ model: Model = Model()) {
        state = Mutex(State(model: model))
    }

    /// Lets a test change what there is.
    package func change(_ body: (inout Model) -> Void) {
        state.withLock { body(&$0.model) }
    }

    /// Forgets what it was asked.
    package func forget() { state.withLock { $0.requests = [] } }

    /// All requests so far.
    package var requests: [HTTPRequest] { state.withLock { $0.requests } }

    /// Their methods and paths.
    package var paths: [String] {
        requests.map {
            "\($0.method.rawValue) \($0.url.description.dropFirst("http://localhost".count))"
        }
    }

    /// The commands that were run in containers.
    package var commands: [[String]] { state.withLock { $0.words } }

    package func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
        let response = try answer(request).get()
        guard response.body.count <= request.bodyLimit else {
            throw .tooLarge(limit: request.bodyLimit)
        }
        return response
    }

    package func send(
        _ request: HTTPRequest,
        to receiver: @escaping BodyReceiver
    ) async throws(TransportFailure) -> HTTPResponse {
        var response = try answer(request).get()
        guard response.isSuccess else { return response }
        let size = state.withLock { $0.model.pieceSize }
        var rest = response.body[...]
        var count = 0
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            count += piece.count
            guard count <= request.bodyLimit else { throw .tooLarge(limit: request.bodyLimit) }
            guard receiver(piece) else { throw .broken("what came was not wanted") }
        }
        if let failure = failure(of: request) { throw failure }
        response.body = []
        return response
    }

    private func answer(_ request: HTTPRequest) -> Outcome {
        state.withLock { state in
            state.requests.append(request)
            let number = state.requests.count - 1
            if let outcome = state.model.interference(request, number) { return outcome }
            return .success(state.answer(request))
        }
    }

    private func failure(of request: HTTPRequest) -> TransportFailure? {
        state.withLock { state in
            state.command(of: State.parts(of: request).dropFirst())?.failure
        }
    }

    /// A text in JSON, in quotation marks.
    package static func json(_ text: String) -> String {
        // A string can always be encoded.
        let data = (try? JSONEncoder().encode(text)) ?? Data()
        return String(decoding: data, as: UTF8.self)
    }

    /// What an engine makes of an output: heads and pieces.
    package static func frames(_ kind: UInt8, _ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        guard !bytes.isEmpty else { return [] }
        let length = UInt32(bytes.count)
        let size = (0..<4).reversed().map { UInt8(truncatingIfNeeded: length >> ($0 * 8)) }
        return [kind, 0, 0, 0] + size + bytes
    }
}

extension ScriptedEngine.State {
    /// The parts of the path behind the version, without the query.
    static func parts(of request: HTTPRequest) -> ArraySlice<Substring> {
        let path = request.url.description.dropFirst("http://localhost".count)
        let parts = path.prefix { $0 != "?" }.split(separator: "/")
        return parts.first?.hasPrefix("v1.") == true ? parts.dropFirst() : parts[...]
    }

    mutating func answer(_ request: HTTPRequest) -> HTTPResponse {
        let parts = Self.parts(of: request)
        switch parts.first {
        case "_ping":
            return HTTPResponse(
                status: 200,
                headers: model.isPodman
                    ? ["Api-Version": model.newest, "Libpod-Api-Version": "4.3.1"]
                    : ["Api-Version": model.newest]
            )
        case "version":
            let least = model.least.map { ",\"MinAPIVersion\":\"\($0)\"" } ?? ""
            return json(
                "{\"ApiVersion\":\"\(model.newest)\"\(least),\"Arch\":\"\(model.architecture)\"}"
            )
        case "containers": return containerAnswer(request, parts.dropFirst())
        case "exec": return commandAnswer(parts.dropFirst())
        case "images":
            let name = parts.dropFirst().joined(separator: "/")
            let container = model.containers.first { name.contains($0.id) }
            return container.map { json("{\"Architecture\":\"\($0.architecture)\"}") } ?? nothing
        default: return nothing
        }
    }

    private mutating func containerAnswer(
        _ request: HTTPRequest,
        _ parts: ArraySlice<Substring>
    ) -> HTTPResponse {
        guard let name = parts.first, name != "json" else {
            let listed = model.containers.filter { Self.isListed($0, by: request) }
            return json("[\(listed.map(\.summary).joined(separator: ","))]")
        }
        guard let container = model.containers.first(where: { $0.id == name || $0.name == name })
        else { return message(404, "No such container: \(name)") }
        let isUsable = container.status == "running"
        switch parts.dropFirst().first {
        case "json": return json(container.inspection)
        case "top":
            return isUsable
                ? json(container.table) : message(409, "Container \(name) is not running")
        case "logs":
            let lines = container.log.map { $0 + "\n" }
            let body =
                container.hasTerminal
                ? Array(lines.joined().utf8)
                : lines.flatMap { ScriptedEngine.frames(2, $0) }
            return HTTPResponse(status: 200, body: body)
        case "exec":
            guard isUsable else {
                return message(409, "Container \(name) is \(container.status)")
            }
            return make(request)
        default: return nothing
        }
    }

    /// Whether a container is in one of the networks that a list was asked for by; other filters mean
    /// nothing to this engine.
    private static func isListed(_ container: ScriptedContainer, by request: HTTPRequest) -> Bool {
        let query = request.url.description
        guard query.contains("%22network%22") else { return true }
        return container.networks.keys.contains { query.contains("%22\($0)%22") }
    }

    private mutating func make(_ request: HTTPRequest) -> HTTPResponse {
        struct Body: Decodable {
            var words: [String]

            enum CodingKeys: String, CodingKey { case words = "Cmd" }
        }
        // What certctl sends and nobody can read is answered as an engine would.
        guard let body = try? JSONDecoder().decode(Body.self, from: Data(request.body)) else {
            return message(400, "invalid JSON")
        }
        words.append(body.words)
        commands.append(model.command(body.words))
        return json("{\"Id\":\"e\(commands.count)\"}", status: 201)
    }

    private mutating func commandAnswer(_ parts: ArraySlice<Substring>) -> HTTPResponse {
        guard let command = command(of: parts), let place = place(of: parts) else {
            return message(404, "No such exec instance")
        }
        if parts.last == "start" {
            let frames =
                ScriptedEngine.frames(1, command.output) + ScriptedEngine.frames(2, command.errors)
            return HTTPResponse(
                status: 200,
                headers: ["Content-Type": "application/vnd.docker.raw-stream"],
                body: command.stream ?? frames
            )
        }
        if command.lag > 0 {
            commands[place].lag -= 1
            return json("{\"Running\":true,\"ExitCode\":null}")
        }
        let code = command.exitCode.map { "\($0)" } ?? "null"
        return json("{\"Running\":false,\"ExitCode\":\(code)}")
    }

    func command(of parts: ArraySlice<Substring>) -> ScriptedEngine.Command? {
        place(of: parts).map { commands[$0] }
    }

    private func place(of parts: ArraySlice<Substring>) -> Int? {
        guard let id = parts.first, id.hasPrefix("e"), let number = Int(id.dropFirst()),
            commands.indices.contains(number - 1)
        else { return nil }
        return number - 1
    }

    private var nothing: HTTPResponse { message(404, "page not found") }

    private func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["Content-Type": "application/json"],
            body: Array(text.utf8)
        )
    }

    private func message(_ status: Int, _ text: String) -> HTTPResponse {
        json("{\"message\":\(ScriptedEngine.json(text))}", status: status)
    }
}

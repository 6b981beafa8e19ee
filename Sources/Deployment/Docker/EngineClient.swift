import Diagnostics
import HTTP
package import Platform

/// Speaks the Docker Engine API with Docker or Podman, in the version that both sides know.
///
/// The endpoint `/containers/ID/kill` is never used: even to send HUP it switches the container's
/// restart policy off, so that a later crash leaves it down.
package struct EngineClient: Sendable {
    /// The longest answer that makes sense: a host with a thousand containers lists some megabytes.
    private static let answerLimit = 16 << 20
    private static let shownMessage = 400

    package let endpoint: DockerEndpoint
    package let version: APIVersion
    /// The processor that the engine's host has, in the engine's words; empty if it says none.
    package let architecture: String
    /// Whether it is Podman, which answers as Docker does and is another program to type.
    let isPodman: Bool
    let transport: any StreamingTransport
    let clock: any WallClock

    /// Finds an engine and agrees with it on a version.
    ///
    /// The endpoints are tried in their order; what is not there is passed over. Throws
    /// ``EngineError`` of the first that is there and cannot be used.
    package static func connected(
        toFirstOf endpoints: [DockerEndpoint],
        clock: any WallClock,
        makeTransport: (DockerEndpoint) throws -> any StreamingTransport
    ) async throws -> EngineClient {
        var leftOver: EngineError?
        for endpoint in endpoints {
            do throws(EngineError) {
                let transport: any StreamingTransport
                do {
                    transport = try makeTransport(endpoint)
                } catch {
                    throw .noAnswer(socket: endpoint.path, reason: error.why)
                }
                return try await EngineClient(endpoint, transport, clock)
            } catch {
                switch error {
                case .noSocket: continue
                // A dead Docker must not hide a living Podman, but is worth a word if none lives.
                case .stale: leftOver = leftOver ?? error
                default: throw error
                }
            }
        }
        throw leftOver ?? .noSocket(endpoints.map(\.path))
    }

    private init(
        _ endpoint: DockerEndpoint,
        _ transport: any StreamingTransport,
        _ clock: any WallClock
    ) async throws(EngineError) {
        let door = EngineDoor(endpoint: endpoint, transport: transport)
        let greeting = try await door.send(.get, "/_ping", limit: 64 << 10)
        let facts: EngineValue
        do throws(EngineError) {
            facts = try await door.value("/version", limit: Self.answerLimit)
        } catch {
            // A proxy before the engine may let `_ping` through and this not.
            guard case .refused = error, greeting.headers["api-version"] != nil else { throw error }
            facts = .null
        }
        let newest = [facts["ApiVersion"].text, greeting.headers["api-version"]]
            .compactMap { $0.flatMap(APIVersion.init) }.first
        guard let newest else {
            let reason = "it names no version of its API"
            throw .noEngine(socket: endpoint.path, request: "GET /version", reason: reason)
        }
        let least = facts["MinAPIVersion"].text.flatMap(APIVersion.init)
        self.endpoint = endpoint
        self.transport = transport
        self.clock = clock
        version = try APIVersion.agreed(least: least, newest: newest)
        architecture = (facts["Arch"].text ?? "").harmless(limit: 40)
        isPodman = greeting.headers["libpod-api-version"] != nil
    }

    /// Lists containers, those that do not run among them: all, or those that have all of these
    /// labels, each given as `name=value`.
    package func containers(
        labels: [String] = []
    ) async throws(EngineError) -> [ContainerSummary] {
        var query = ["all": "true"]
        if !labels.isEmpty {
            let texts = labels.map { "\"\($0.escapedForJSON)\"" }.joined(separator: ",")
            query["filters"] = "{\"label\":[\(texts)]}"
        }
        let list = try await value("/containers/json", query)
        guard case .array(let entries) = list else {
            throw noEngine("GET /containers/json", "it sends no list")
        }
        return entries.compactMap(ContainerSummary.init)
    }

    /// Describes the container of that id or name.
    package func container(_ id: String) async throws(EngineError) -> Container {
        let path = "/containers/\(id)/json"
        guard let container = Container(try await value(path)) else {
            throw noEngine("GET \(path)", "it describes no container")
        }
        return container
    }

    /// The processes in a running container: Docker numbers them as its host does, Podman as the
    /// container.
    package func processes(in container: Container) async throws(EngineError) -> [EngineProcess] {
        // Unless it is told the columns Podman runs `ps` inside, which few images have.
        let columns = isPodman ? ["ps_args": "pid,ppid,args"] : [:]
        let table = try await value("/containers/\(container.id)/top", columns)
        let titles = table["Titles"].texts
        guard let number = titles.firstIndex(of: "PID"),
            let command = titles.firstIndex(where: { ["CMD", "COMMAND", "ARGS"].contains($0) })
        else { return [] }
        let parent = titles.firstIndex(of: "PPID")
        return table["Processes"].elements.compactMap { row in
            let fields = row.texts
            guard fields.count > max(number, command), let pid = Int32(fields[number]) else {
                return nil
            }
            // A command with spaces may be spread over what are columns elsewhere.
            return EngineProcess(
                pid: pid,
                title: fields[command...].joined(separator: " "),
                parent: parent.flatMap { fields.count > $0 ? Int32(fields[$0]) : nil }
            )
        }
    }

    /// The end of what a container has written, in lines that are harmless to print: at most so
    /// many, and nothing that is older than `since`, in seconds since 1970.
    package func log(
        of container: Container,
        lines: Int,
        since: Int? = nil
    ) async throws(EngineError) -> [String] {
        var query = ["stdout": "true", "stderr": "true", "tail": "\(lines)"]
        query["since"] = since.map { "\($0)" }
        let path = "/containers/\(container.id)/logs"
        let answer = try await door.send(.get, versioned(path, query), limit: Self.answerLimit)
        var bytes = answer.body
        if !container.hasTerminal {
            var parser = FrameParser(limit: Self.answerLimit)
            // The order of the two outputs is lost, which nginx, writing to one, does not mind.
            // What breaks off in the end is shown as far as it came.
            do throws(FrameParser.Fault) {
                try parser.take(answer.body)
                bytes = parser.output + parser.errors
            } catch {
                if parser.output.count + parser.errors.count > 0 {
                    bytes = parser.output + parser.errors
                }
            }
        }
        return bytes.split(separator: UInt8(ascii: "\n")).suffix(lines).map { line in
            String(decoding: line, as: UTF8.self).harmless(limit: Self.shownMessage)
        }
    }

    /// For which processor an image was built; empty texts where the engine does not say.
    package func image(of container: Container) async throws(EngineError) -> EngineImage {
        let name = container.imageID.isEmpty ? container.image : container.imageID
        let facts = try await value("/images/\(name)/json")
        return EngineImage(
            architecture: (facts["Architecture"].text ?? "").harmless(limit: 40),
            variant: (facts["Variant"].text ?? "").harmless(limit: 40)
        )
    }

    /// The command that a person types to it.
    var tool: String { isPodman ? "podman" : "docker" }

    var door: EngineDoor { EngineDoor(endpoint: endpoint, transport: transport) }

    /// The path of a request in the version that was agreed on.
    func versioned(_ path: String, _ query: [String: String] = [:]) -> String {
        let pairs = query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.percentEncoded)" }
        return "/v\(version)\(path)" + (pairs.isEmpty ? "" : "?\(pairs.joined(separator: "&"))")
    }

    private func value(
        _ path: String,
        _ query: [String: String] = [:]
    ) async throws(EngineError) -> EngineValue {
        try await door.value(versioned(path, query), limit: Self.answerLimit)
    }

    private func noEngine(_ request: String, _ reason: String) -> EngineError {
        .noEngine(socket: endpoint.path, request: request, reason: reason)
    }
}

/// A process in a container.
package struct EngineProcess: Equatable, Sendable {
    package let pid: Int32
    /// Its command line, or the title that it has given itself.
    package let title: String
    /// The process that has started it; `nil` where the engine does not say.
    package let parent: Int32?

    package init(pid: Int32, title: String, parent: Int32? = nil) {
        self.parent = parent
        self.pid = pid
        self.title = title
    }
}

/// What is known of an image.
package struct EngineImage: Equatable, Sendable {
    /// As Go names it: `amd64`, `arm64`.
    package let architecture: String
    package let variant: String
}

extension String {
    /// The text with everything but letters, digits and `-._~` as `%XX`.
    ///
    /// Source: RFC 3986 §2.
    var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                text += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return text
    }

    /// The text as it stands between the quotation marks of JSON.
    ///
    /// Source: RFC 8259 §7.
    var escapedForJSON: String {
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case "\u{00}"..."\u{1F}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}

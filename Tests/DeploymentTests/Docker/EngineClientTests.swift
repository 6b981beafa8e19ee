import HTTP
import TestSupport
import Testing

@testable import Deployment

/// Cases S01, S02, S06, S07 and S10 of the reliability catalogue, and what is asked of an engine.
@Suite struct EngineClientTests {
    private static let socket = "/run/docker.sock"

    private func failure(
        _ path: String,
        _ outcome: ScriptedEngine.Outcome
    ) async throws -> EngineError? {
        let engine = ScriptedEngine(.with())
        engine.change { model in
            model.interference = { request, _ in
                request.url.description.contains(path) ? outcome : nil
            }
        }
        return await #expect(throws: EngineError.self) {
            _ = try await engine.client().containers()
        }
    }

    @Test func `every request but the greeting names the version that was agreed on`() async throws
    {
        let engine = ScriptedEngine(.with())
        engine.change { $0.newest = "1.52" }
        let (client, container) = try await engine.client(for: "web")
        _ = try await client.containers()
        _ = try await client.processes(in: container)
        _ = try await client.log(of: container, lines: 5)
        _ = try await client.image(of: container)
        _ = try await client.run(["nginx"], in: container, limit: 10, timeLimit: .seconds(1))
        #expect(engine.paths.prefix(2) == ["GET /_ping", "GET /version"])
        #expect(
            engine.paths.dropFirst(2).allSatisfy {
                $0.hasPrefix("GET /v1.44/") || $0.hasPrefix("POST /v1.44/")
            }
        )
    }

    @Test func `a filter by label is encoded, and asks for what does not run too`() async throws {
        let engine = ScriptedEngine(.with())
        _ = try await engine.client().containers(labels: [#"a="b & c""#])
        let path = try #require(engine.paths.last)
        #expect(
            path == "GET /v1.41/containers/json?all=true&filters="
                + "%7B%22label%22%3A%5B%22a%3D%5C%22b%20%26%20c%5C%22%22%5D%7D"
        )
    }

    @Test(
        arguments: [
            (TransportFailure.SocketFault.missing, EngineError.noSocket([socket])),
            (.stale, .stale(socket: socket)), (.forbidden, .forbidden(socket: socket)),
            (.other, .noAnswer(socket: socket, reason: "words")),
        ]
    )
    func `S01: a socket that takes no connection is told apart`(
        fault: TransportFailure.SocketFault,
        expected: EngineError
    ) async throws {
        #expect(try await failure("_ping", .failure(.socket(fault, "words"))) == expected)
    }

    @Test func `S02: an engine that goes down between two requests is an error`() async throws {
        let broken = try await failure("containers", .failure(.notConnected("Empty reply")))
        #expect(broken == .noAnswer(socket: Self.socket, reason: "Empty reply"))
        let stale = try await failure("containers", .failure(.socket(.stale, "refused")))
        #expect(stale == .stale(socket: Self.socket))
    }

    @Test func `an engine that does not answer in time is an error`() async throws {
        let error = try await failure("version", .failure(.timedOut("")))
        #expect(error == .tooSlow(socket: Self.socket, request: "GET /version"))
    }

    @Test func `S06: status 500 with a page of HTML is told in its words`() async throws {
        let page = HTTPResponse(status: 500, body: Array("<h1>down\u{1B}[2J</h1>".utf8))
        let error = try await failure("containers", .success(page))
        let request = "GET /v1.41/containers/json?all=true"
        #expect(
            error == .refused(request: request, status: 500, message: "<h1>down·[2J</h1>")
        )
    }

    @Test(arguments: ["", "<html>", "[{", #"{"message":"x"}"#])
    func `S07: what is no list is no answer`(text: String) async throws {
        let answer = HTTPResponse(status: 200, body: Array(text.utf8))
        let error = try await failure("containers/json", .success(answer))
        guard case .noEngine(Self.socket, let request, _) = error else {
            Issue.record("it is another error: \(String(describing: error))")
            return
        }
        #expect(request.contains("/containers/json"))
    }

    @Test func `S07: an answer of 100 MB is not taken`() async throws {
        let answer = HTTPResponse(status: 200, body: Array(repeating: 32, count: 100 << 20))
        let error = try await failure("containers/json", .success(answer))
        #expect(
            error == .tooLong(request: "GET /v1.41/containers/json?all=true", limit: 16 << 20)
        )
    }

    @Test func `S10: the plain text of an old engine is told`() async throws {
        let answer = HTTPResponse(
            status: 400,
            body: Array("client version 1.99 is too new. Maximum is 1.41".utf8)
        )
        let error = try await failure("containers", .success(answer))
        #expect(
            error
                == .refused(
                    request: "GET /v1.41/containers/json?all=true",
                    status: 400,
                    message: "client version 1.99 is too new. Maximum is 1.41"
                )
        )
    }

    @Test func `whoever names no version is no engine`() async throws {
        let answer = HTTPResponse(status: 200, body: Array("{}".utf8))
        let engine = ScriptedEngine()
        engine.change { $0.interference = { _, _ in .success(answer) } }
        await #expect(throws: EngineError.self) { _ = try await engine.client() }
    }

    @Test func `a proxy that hides the version leaves the greeting's`() async throws {
        let engine = ScriptedEngine(.with())
        engine.change { model in
            model.interference = { request, _ in
                request.url.description.hasSuffix("/version")
                    ? .success(HTTPResponse(status: 403)) : nil
            }
        }
        #expect(try await engine.client().version == APIVersion(1, 41))
    }

    @Test func `what is not there is passed over, what is left over does not hide what lives`()
        async throws
    {
        let engine = ScriptedEngine()
        let stale = ScriptedEngine()
        stale.change { $0.interference = { _, _ in .failure(.socket(.stale, "refused")) } }
        let missing = ScriptedEngine()
        missing.change { $0.interference = { _, _ in .failure(.socket(.missing, "none")) } }
        let transports = ["/a": missing, "/b": stale, "/c": engine]
        func connect(_ paths: String...) async throws -> EngineClient {
            let endpoints = try paths.map { try DockerEndpoint(host: "unix://\($0)") }
            return try await EngineClient.connected(toFirstOf: endpoints, clock: ManualClock()) {
                try #require(transports[$0.path])
            }
        }
        #expect(try await connect("/a", "/b", "/c").endpoint.path == "/c")
        await #expect(throws: EngineError.stale(socket: "/b")) { _ = try await connect("/a", "/b") }
        await #expect(throws: EngineError.noSocket(["/a"])) { _ = try await connect("/a") }
    }

    @Test func `processes are read by the titles of the columns`() async throws {
        let engine = ScriptedEngine(.with())
        let (client, container) = try await engine.client(for: "web")
        #expect(
            try await client.processes(in: container).map(\.pid) == [100, 101, 102]
        )
        let table =
            #"{"Titles":["USER","PID","COMMAND"],"Processes":[["0","7","a"],["0"],["0","x","b"]]}"#
        engine.change { model in
            model.interference = { request, _ in
                request.url.description.hasSuffix("/top")
                    ? .success(HTTPResponse(status: 200, body: Array(table.utf8))) : nil
            }
        }
        #expect(try await client.processes(in: container) == [EngineProcess(pid: 7, title: "a")])
    }

    @Test(arguments: [true, false])
    func `Podman is told which columns, so that it needs no program inside`(
        isPodman: Bool
    ) async throws {
        let engine = ScriptedEngine(.with())
        engine.change { $0.isPodman = isPodman }
        let (client, container) = try await engine.client(for: "web")
        _ = try await client.processes(in: container)
        let end = isPodman ? "/top?ps_args=pid%2Cppid%2Cargs" : "/top"
        #expect(engine.paths.last?.hasSuffix(end) == true)
    }

    @Test(arguments: [true, false])
    func `a log is read with frames and, of a terminal, without`(hasTerminal: Bool) async throws {
        let engine = ScriptedEngine(
            .with { container in
                container.hasTerminal = hasTerminal
                container.log = ["one", "two \u{1B}[31m", "three"]
            }
        )
        let (client, container) = try await engine.client(for: "web")
        #expect(
            try await client.log(of: container, lines: 2, since: 77) == ["two ·[31m", "three"]
        )
        #expect(engine.paths.last?.hasSuffix("?since=77&stderr=true&stdout=true&tail=2") == true)
    }
}

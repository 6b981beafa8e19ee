import Glibc
import HTTP
import Synchronization
import TestSupport
import Testing

@testable import Platform

/// HTTP at a Unix socket, with whoever may listen there.
@Suite(.timeLimit(.minutes(1))) struct SocketTransportTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Asks a server that answers every connection with `pieces` and closes it.
    private func ask(
        _ pieces: [String],
        limit: Int = 1000,
        time: Duration = .seconds(20),
        receiver: BodyReceiver? = nil
    ) async throws -> HTTPResponse {
        let server = try LocalServer(at: directory("s"), pieces: pieces)
        defer { server.stop() }
        return try await send(limit: limit, time: time, receiver: receiver)
    }

    private func send(
        limit: Int = 1000,
        time: Duration = .seconds(20),
        receiver: BodyReceiver? = nil
    ) async throws -> HTTPResponse {
        let transport = try CurlTransport(socket: directory("s"), userAgent: "test")
        let url = try #require(WebURL.onLocalSocket("/v1.41/x?a=b"))
        let request = HTTPRequest(.get, url, bodyLimit: limit, timeLimit: time)
        guard let receiver else { return try await transport.send(request) }
        return try await transport.send(request, to: receiver)
    }

    private func fault(_ body: () async throws -> Void) async -> TransportFailure.SocketFault? {
        let failure = await #expect(throws: TransportFailure.self) { try await body() }
        if case .socket(let fault, _) = failure { return fault }
        return nil
    }

    @Test func `an answer comes back whole, by its length or until the connection's end`()
        async throws
    {
        let counted = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nApi-Version: 1.41\r\n\r\nbody"
        let answer = try await ask([counted])
        #expect(answer.status == 200)
        #expect(answer.headers["api-version"] == "1.41")
        #expect(answer.body == Array("body".utf8))
        let open = try await ask(["HTTP/1.1 200 OK\r\n\r\nbo", "dy"])
        #expect(open.body == Array("body".utf8))
    }

    @Test func `the request is for that path of this machine`() async throws {
        let server = try LocalServer(at: directory("s"), pieces: ["HTTP/1.1 204 N\r\n\r\n"])
        defer { server.stop() }
        #expect(try await send().status == 204)
        #expect(server.requests.first?.hasPrefix("GET /v1.41/x?a=b HTTP/1.1\r\n") == true)
        #expect(server.requests.first?.contains("\r\nHost: localhost\r\n") == true)
    }

    @Test func `a stream is handed on piece by piece until the connection's end`() async throws {
        let received = Mutex<[UInt8]>([])
        let answer = try await ask(["HTTP/1.1 200 OK\r\n\r\none", "two", "three"]) { piece in
            received.withLock { $0 += piece }
            return true
        }
        #expect(answer.status == 200)
        #expect(answer.body.isEmpty)
        #expect(received.withLock { $0 } == Array("onetwothree".utf8))
    }

    @Test func `a body of no success is in the answer`() async throws {
        let text = "HTTP/1.1 409 Conflict\r\nContent-Length: 6\r\n\r\npaused"
        let answer = try await ask([text]) { _ in
            Issue.record("it was streamed")
            return true
        }
        #expect(answer.status == 409)
        #expect(answer.body == Array("paused".utf8))
    }

    @Test func `who wants no more of a stream ends it`() async throws {
        await #expect(throws: TransportFailure.broken("what came was not wanted")) {
            _ = try await ask(["HTTP/1.1 200 OK\r\n\r\nx"]) { _ in false }
        }
    }

    @Test(arguments: [true, false])
    func `more than the limit is not taken`(isStream: Bool) async throws {
        let long = String(repeating: "x", count: 2000)
        let takeAll: BodyReceiver = { _ in true }
        let receiver = isStream ? takeAll : nil
        await #expect(throws: TransportFailure.tooLarge(limit: 1000)) {
            _ = try await ask(["HTTP/1.1 200 OK\r\n\r\n\(long)"], receiver: receiver)
        }
    }

    @Test func `silence has an end`() async throws {
        let server = try LocalServer(at: directory("s"), pieces: nil)
        defer { server.stop() }
        let failure = await #expect(throws: TransportFailure.self) {
            _ = try await send(time: .milliseconds(200))
        }
        guard case .timedOut = failure else {
            Issue.record("it is another failure: \(String(describing: failure))")
            return
        }
    }

    @Test(arguments: ["", "garbage without end", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
    func `what is no whole answer is none`(text: String) async throws {
        await #expect(throws: TransportFailure.self) { _ = try await ask([text]) }
    }

    @Test func `a redirect is an answer`() async throws {
        let text = "HTTP/1.1 302 Found\r\nLocation: http://192.0.2.1/\r\nContent-Length: 0\r\n\r\n"
        #expect(try await ask([text]).status == 302)
    }

    @Test func `a server that was restarted is asked anew`() async throws {
        let transport = try CurlTransport(socket: directory("s"), userAgent: "test")
        let url = try #require(WebURL.onLocalSocket("/"))
        for number in 1...3 {
            let text = "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(number)"
            let server = try LocalServer(at: directory("s"), pieces: [text])
            defer { server.stop() }
            let answer = try await transport.send(HTTPRequest(.get, url, bodyLimit: 10))
            #expect(answer.body == Array("\(number)".utf8))
        }
    }

    @Test func `why a socket takes no connection is told apart`() async throws {
        #expect(await fault { _ = try await send() } == .missing)
        try LocalServer(at: directory("s"), pieces: []).stop(keepingFile: true)
        #expect(await fault { _ = try await send() } == .stale)
        try POSIXFileSystem().removeFile(directory("s"))
        try POSIXFileSystem().makeDirectory(directory("s"), .publicDirectory)
        #expect(await fault { _ = try await send() } == .stale)
    }
}

/// A server of a test at a Unix socket, on a thread of its own.
private final class LocalServer: Sendable {
    private let path: String
    private let listener: Int32
    private let thread: WorkerThread
    private let received: Received

    private final class Received: Sendable {
        let requests = Mutex<[String]>([])
    }

    /// Answers every connection with these pieces; `nil` is silence for as long as it lives.
    init(at path: String, pieces: [String]?) throws {
        self.path = path
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.listener = listener
        let address = try #require(LocalAddress(path))
        try #require(unsafe address.withKernelForm { unsafe bind(listener, $0, $1) } == 0)
        try #require(listen(listener, 8) == 0)
        let received = Received()
        self.received = received
        thread = try WorkerThread {
            // Ends when the listener is shut down.
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var buffer = [UInt8](repeating: 0, count: 4096)
                let count = unsafe read(connection, &buffer, buffer.count)
                let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
                received.requests.withLock { $0.append(text) }
                guard let pieces else {
                    // Until the client gives up.
                    _ = unsafe read(connection, &buffer, buffer.count)
                    close(connection)
                    continue
                }
                for piece in pieces {
                    let bytes = Array(piece.utf8)
                    _ = unsafe Glibc.send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                }
                close(connection)
            }
        }
    }

    var requests: [String] { received.requests.withLock { $0 } }

    func stop(keepingFile: Bool = false) {
        shutdown(listener, Int32(SHUT_RDWR))
        thread.join()
        close(listener)
        if !keepingFile { unsafe unlink(path) }
    }
}

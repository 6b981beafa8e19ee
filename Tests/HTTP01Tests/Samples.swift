import ACME
import Diagnostics
import Platform
import Synchronization
import TestSupport
import Testing

@testable import HTTP01

/// A key authorization for a token that ends in `suffix`.
func keyAuthorization(
    _ suffix: String = "A",
    host: String = "example.com"
) throws -> KeyAuthorization {
    guard let token = Token("TestTokenTestTokenTestToken" + suffix) else { throw BadSample() }
    let thumbprint = "ThumbprintThumbprintThumbprintThumbprint123"
    return KeyAuthorization(host: host, token: token, thumbprint: thumbprint)
}

/// A test asked for something that cannot be.
struct BadSample: Error {}

/// The bytes that answer a request for `answer`.
func found(_ answer: KeyAuthorization, closing: Bool = false) -> String {
    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n"
        + "Content-Length: \(answer.content.utf8.count)\r\n"
        + (closing ? "Connection: close\r\n" : "") + "\r\n\(answer.content)"
}

/// The bytes that answer everything else.
func notFound(closing: Bool = false) -> String {
    "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n"
        + (closing ? "Connection: close\r\n" : "") + "\r\nnot found\n"
}

/// A request as a CA would send it.
func request(_ path: String, method: String = "GET", fields: String = "") -> String {
    "\(method) \(path) HTTP/1.1\r\nHost: example.com\r\n\(fields)\r\n"
}

/// A port that was free a moment ago.
func freePort() throws -> UInt16 {
    let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
    return try #require(sockets.first?.port)
}

/// What a client on this host gets for `path`.
func get(_ path: String, port: UInt16) throws -> String {
    let client = try LoopbackClient(port: port)
    try client.send(request(path, fields: "Connection: close\r\n"))
    return try client.receiveToEnd()
}

extension RuntimeSockets {
    /// Sockets below a directory of a test's own.
    static func test(in directory: TemporaryDirectory) -> RuntimeSockets {
        RuntimeSockets(
            directories: [directory("run"), directory("run/challenge")],
            challenge: directory("run/challenge/http01.sock"),
            control: directory("run/control.sock"),
            fileSystem: POSIXFileSystem()
        )
    }
}

/// Keeps the warnings of a log.
final class Warnings: Sendable {
    private let entries = Mutex<[Log.Entry]>([])

    var messages: [String] { entries.withLock { $0.map(\.message) } }
    var fixes: [String] { entries.withLock { $0.compactMap { $0.fields["fix"] } } }

    var log: Log {
        Log(threshold: .warning) { entry in self.entries.withLock { $0.append(entry) } }
    }
}

import ACME
import Glibc
import Platform
import TestSupport
import Testing

@testable import HTTP01

/// The responder over real sockets: what only threads, the kernel and bad clients can show.
@Suite struct ResponderTests {
    @Test func `a published token is served over both families`() throws {
        let sockets = try SocketListener().listen(at: Endpoint(port: 0))
        let port = try #require(sockets.first?.port)
        let hasIPv6 = sockets.count == 2
        let responder = try Responder(listeners: sockets)
        let answer = try keyAuthorization()
        responder.publish([answer])
        for overIPv6 in hasIPv6 ? [false, true] : [false] {
            let client = try LoopbackClient(port: port, overIPv6: overIPv6)
            try client.send(request(answer.path))
            #expect(try client.receive(found(answer).utf8.count) == found(answer))
        }
        #expect(responder.servedCount(of: answer.token) == (hasIPv6 ? 2 : 1))
    }

    @Test func `the absolute form is served as well`() throws {
        let (responder, port) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let client = try LoopbackClient(port: port)
        try client.send(request("http://example.com\(answer.path)"))
        #expect(try client.receive(found(answer).utf8.count) == found(answer))
    }

    @Test func `three requests in one write are answered three times`() throws {
        let (responder, port) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let client = try LoopbackClient(port: port)
        try client.send(request(answer.path) + request("/") + request(answer.path))
        let expected = found(answer) + notFound() + found(answer)
        #expect(try client.receive(expected.utf8.count) == expected)
    }

    @Test func `a thousand requests in one write are answered a thousand times`() throws {
        let (responder, port) = try start()
        let client = try LoopbackClient(port: port)
        try client.send(String(repeating: request("/"), count: 1000))
        let expected = String(repeating: notFound(), count: 1000)
        #expect(try client.receive(expected.utf8.count) == expected)
        responder.stop()
    }

    @Test func `a request that comes byte by byte is answered`() throws {
        let (responder, port) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let client = try LoopbackClient(port: port)
        for byte in request(answer.path).utf8 { try client.send([byte]) }
        #expect(try client.receive(found(answer).utf8.count) == found(answer))
    }

    @Test func `a client that has finished sending gets its answers, then the end`() throws {
        let (responder, port) = try start()
        let client = try LoopbackClient(port: port)
        try client.send(request("/") + request("/"))
        client.finishSending()
        #expect(try client.receiveToEnd() == notFound() + notFound())
        responder.stop()
    }

    @Test func `a request that asks for it is answered and the connection closed`() throws {
        let (responder, port) = try start()
        let client = try LoopbackClient(port: port)
        try client.send(request("/", fields: "Connection: close\r\n"))
        #expect(try client.receiveToEnd() == notFound(closing: true))
        responder.stop()
    }

    @Test func `a request with a body is answered, the body not read, the connection closed`()
        throws
    {
        let (responder, port) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let client = try LoopbackClient(port: port)
        let fields = "Content-Length: 99\r\n"
        try client.send(request(answer.path, method: "POST", fields: fields) + request("/"))
        #expect(try client.receiveToEnd() == notFound(closing: true))
        responder.stop()
    }

    @Test(arguments: [
        [0x16, 0x03, 0x01, 0x02, 0x00, 0x01], Array("GET /\r\n".utf8), [0xff, 0x00, 0x80],
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), Array(repeating: 0x41, count: 8192),
        Array("GET / HTTP/1.1\r\nHost: a\r\nX: b\nSet-Cookie: c\r\n\r\n".utf8),
    ])
    func `what is not HTTP is closed without a word`(bytes: [UInt8]) throws {
        let (responder, port) = try start()
        let client = try LoopbackClient(port: port)
        try client.send(bytes)
        #expect(try client.receiveToEnd().isEmpty)
        responder.stop()
    }

    @Test func `600 half-sent requests on 512 slots do not keep a good client waiting`() throws {
        let (responder, port) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let idlers = try (0..<600).map { _ in
            let client = try LoopbackClient(port: port)
            try client.send("GET /half")
            return client
        }
        let client = try LoopbackClient(port: port)
        try client.send(request(answer.path))
        #expect(try client.receive(found(answer).utf8.count) == found(answer))
        withExtendedLifetime(idlers) {}
    }

    @Test func `a client that never sends is closed at its deadline`() throws {
        var limits = Responder.Limits()
        limits.requestTime = .milliseconds(50)
        let (responder, port) = try start(limits)
        let client = try LoopbackClient(port: port)
        #expect(try client.receiveToEnd().isEmpty)
        responder.stop()
    }

    @Test func `a client that never reads is closed at its deadline`() throws {
        var limits = Responder.Limits()
        limits.requestTime = .milliseconds(50)
        let (responder, port) = try start(limits)
        let client = try LoopbackClient(port: port)
        // It fails once the responder has closed: buffers of both sides hold a few megabytes.
        let failure = #expect(throws: LoopbackClient.Failure.self) {
            while true { try client.send(String(repeating: request("/"), count: 1000)) }
        }
        #expect(failure?.code == ECONNRESET || failure?.code == EPIPE)
        responder.stop()
    }

    @Test func `a withdrawn token is not served on the same connection`() throws {
        let (responder, port) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let client = try LoopbackClient(port: port)
        try client.send(request(answer.path))
        _ = try client.receive(found(answer).utf8.count)
        responder.withdraw([answer])
        try client.send(request(answer.path))
        #expect(try client.receive(notFound().utf8.count) == notFound())
    }

    @Test func `stopping closes connections and the port, and can be repeated`() throws {
        let (responder, port) = try start()
        let client = try LoopbackClient(port: port)
        try client.send(request("/"))
        _ = try client.receive(notFound().utf8.count)
        responder.stop()
        responder.stop()
        #expect(try client.receiveToEnd().isEmpty)
        #expect(throws: LoopbackClient.Failure.self) { try LoopbackClient(port: port) }
    }

    @Test func `a responder that nobody holds any more stops`() throws {
        let port = try start().1
        #expect(throws: LoopbackClient.Failure.self) { try LoopbackClient(port: port) }
    }

    private func start(
        _ limits: Responder.Limits = Responder.Limits()
    ) throws -> (Responder, UInt16) {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let port = try #require(sockets.first?.port)
        return (try Responder(listeners: sockets, limits: limits), port)
    }
}

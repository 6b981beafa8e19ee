import ACME
import Glibc
import Platform
import Testing

@testable import HTTP01

@Suite struct ReachabilityTests {
    @Test func `a responder that serves the answer is reached`() async throws {
        let (responder, address) = try start()
        let answer = try keyAuthorization()
        responder.publish([answer])
        let result = await Reachability.check(answer, at: address, within: .seconds(10))
        #expect(result == .reached)
        #expect(responder.servedCount(of: answer.token) == 1)
    }

    @Test func `a server that does not know the token is another`() async throws {
        let (responder, address) = try start()
        let answer = try keyAuthorization()
        let result = await Reachability.check(answer, at: address, within: .seconds(10))
        #expect(result == .answeredByAnother)
        responder.stop()
    }

    @Test func `a port where nobody listens is not reached`() async throws {
        let (responder, address) = try start()
        responder.stop()
        let result = await Reachability.check(
            try keyAuthorization(),
            at: address,
            within: .seconds(10)
        )
        #expect(result == .failed(SystemCallError("connect", code: ECONNREFUSED)))
    }

    @Test func `a server that never answers is given up`() async throws {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let address = try #require(sockets.first?.address)
        let result = await Reachability.check(
            try keyAuthorization(),
            at: address,
            within: .milliseconds(20)
        )
        #expect(result == .failed(SystemCallError("poll", code: ETIMEDOUT)))
        withExtendedLifetime(sockets) {}
    }

    @Test func `only the exact content under status 200 will do`() throws {
        let answer = try keyAuthorization()
        let good = "HTTP/1.1 200 OK\r\nX: y\r\n\r\n\(answer.content)"
        #expect(Reachability.judge(Array(good.utf8), of: answer) == .reached)
        for bad in [
            "", "HTTP/1.1 200 OK\r\n", "\(good)\n", String(good.dropLast()), answer.content,
            "HTTP/1.1 404 Not Found\r\n\r\n\(answer.content)",
        ] {
            #expect(Reachability.judge(Array(bad.utf8), of: answer) == .answeredByAnother)
        }
    }

    private func start() throws -> (Responder, SocketAddress) {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let address = try #require(sockets.first?.address)
        return (try Responder(listeners: sockets), address)
    }
}

import Platform
import Testing

/// What root has bound is used, and what it has not is bound here.
@Suite struct InheritedListenerTests {
    private let passed: [ListeningSocket]
    private let listener: InheritedListener
    private let port: UInt16

    init() throws {
        passed = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        port = passed[0].port
        listener = InheritedListener(passed, or: SocketListener())
    }

    @Test func `a socket that was passed on is used, for one order after the other`() throws {
        for _ in 1...2 {
            let sockets = try listener.listen(at: Endpoint(address: "127.0.0.1", port: port))
            #expect(sockets.map(\.raw) == passed.map(\.raw))
        }
    }

    @Test func `another port is bound here`() throws {
        let sockets = try listener.listen(at: Endpoint(address: "127.0.0.1", port: 0))
        #expect(sockets.map(\.raw) != passed.map(\.raw))
    }

    @Test func `one address is not all of them`() {
        #expect(throws: ListenError.portTaken(port)) {
            _ = try listener.listen(at: Endpoint(port: port))
        }
    }

    @Test func `all addresses of both families are those of an endpoint without one`() throws {
        let everywhere = try SocketListener().listen(at: Endpoint(port: 0))
        let listener = InheritedListener(everywhere, or: SocketListener())
        let sockets = try listener.listen(at: Endpoint(port: everywhere[0].port))
        #expect(sockets.map(\.raw) == everywhere.map(\.raw))
    }
}

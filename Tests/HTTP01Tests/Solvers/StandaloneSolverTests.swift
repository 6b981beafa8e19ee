import ACME
import Diagnostics
import Glibc
import Platform
import Synchronization
import TestSupport
import Testing

@testable import HTTP01

@Suite struct StandaloneSolverTests {
    @Test func `answers are served until the body ends, and then the port is free`() async throws {
        let port = try freePort()
        let answer = try keyAuthorization()
        let solver = StandaloneSolver(
            at: Endpoint(address: "127.0.0.1", port: port),
            listener: SocketListener(),
            log: .silent
        )
        let seen = try await solver.serving { presenter in
            try await presenter.present([answer])
            let client = try LoopbackClient(port: port)
            try client.send(request(answer.path))
            return try client.receive(found(answer).utf8.count)
        }
        #expect(seen == found(answer))
        #expect(throws: LoopbackClient.Failure.self) { try LoopbackClient(port: port) }
    }

    @Test func `a body that throws frees the port`() async throws {
        let port = try freePort()
        let solver = StandaloneSolver(
            at: Endpoint(address: "127.0.0.1", port: port),
            listener: SocketListener(),
            log: .silent
        )
        await #expect(throws: BadSample.self) {
            try await solver.serving { _ in throw BadSample() }
        }
        #expect(throws: LoopbackClient.Failure.self) { try LoopbackClient(port: port) }
    }

    @Test func `a port that is taken names its holder before the body begins`() async throws {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let port = try #require(sockets.first?.port)
        let solver = StandaloneSolver(
            at: Endpoint(address: "127.0.0.1", port: port),
            listener: SocketListener(),
            log: .silent
        )
        let error = await #expect(throws: HTTP01Error.self) {
            try await solver.serving { _ in Issue.record("the body began") }
        }
        let diagnosis = try #require(error?.diagnosis)
        #expect(diagnosis.why.contains("pid \(getpid()), "))
        #expect(diagnosis.exitCode == .configuration)
        withExtendedLifetime(sockets) {}
    }

    @Test(arguments: [
        (ListenError.portTaken(80), HTTP01Error.portTaken(80, holders: [.hidden(user: 0)])),
        (.permission(80), .notPermitted(port: 80)),
        (.addressNotAvailable("192.0.2.1"), .addressNotAvailable("192.0.2.1")),
        (.other(ENOBUFS), .responder(SystemCallError("bind", code: ENOBUFS))),
    ])
    func `what the listener throws is told in our words`(
        error: ListenError,
        expected: HTTP01Error
    ) async {
        let solver = StandaloneSolver(
            at: Endpoint(port: 80),
            listener: RefusingListener(error: error),
            log: .silent
        )
        await #expect(throws: expected) { try await solver.serving { _ in } }
    }

    @Test func `a port whose holder has left meanwhile is tried again`() async throws {
        let solver = StandaloneSolver(
            at: Endpoint(address: "127.0.0.1", port: 0),
            listener: LateListener(refusals: 2),
            log: .silent
        )
        #expect(try await solver.serving { _ in true })
    }

    @Test func `a port that nobody is seen to hold is not tried for ever`() async {
        let solver = StandaloneSolver(
            at: Endpoint(address: "127.0.0.1", port: 0),
            listener: LateListener(refusals: .max),
            log: .silent
        )
        await #expect(throws: HTTP01Error.portTaken(80, holders: [])) {
            try await solver.serving { _ in }
        }
    }

    @Test func `a responder that hears its own port gives no warning`() async throws {
        let warnings = Warnings()
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let address = try #require(sockets.first?.address)
        let responder = try Responder(listeners: sockets)
        let presenter = StandalonePresenter(
            responder: responder,
            address: address,
            log: warnings.log
        )
        try await presenter.present([try keyAuthorization()])
        #expect(warnings.messages.isEmpty)
    }

    @Test func `another server at our address is a warning, not an error`() async throws {
        let warnings = Warnings()
        let ours = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let theirs = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let address = try #require(theirs.first?.address)
        let other = try Responder(listeners: theirs)
        let responder = try Responder(listeners: ours)
        let presenter = StandalonePresenter(
            responder: responder,
            address: address,
            log: warnings.log
        )
        try await presenter.present([try keyAuthorization()])
        #expect(warnings.messages.count == 1)
        other.stop()
    }

    @Test func `nothing to present asks for nothing`() async throws {
        let warnings = Warnings()
        let responder = try Responder(listeners: [])
        let address = SocketAddress("127.0.0.1", port: 1)
        let presenter = StandalonePresenter(
            responder: responder,
            address: address,
            log: warnings.log
        )
        try await presenter.present([])
        #expect(warnings.messages.isEmpty)
    }
}

/// A listener that never gets a port.
struct RefusingListener: Listener {
    let error: ListenError

    func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] { throw error }

    func holders(ofPort port: UInt16) -> [PortHolder] { [.hidden(user: 0)] }
}

/// A listener whose port is taken a few times, by whoever is gone when one looks.
final class LateListener: Listener {
    private let refusals: Mutex<Int>

    init(refusals: Int) { self.refusals = Mutex(refusals) }

    func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] {
        let isRefused = refusals.withLock { left in
            left -= 1
            return left >= 0
        }
        if isRefused { throw .portTaken(80) }
        return try SocketListener().listen(at: endpoint)
    }

    func holders(ofPort port: UInt16) -> [PortHolder] { [] }
}

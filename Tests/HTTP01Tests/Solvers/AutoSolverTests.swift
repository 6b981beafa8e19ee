import ACME
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import HTTP01

/// How `auto` is resolved.
///
/// What needs a proxy is in responder.test.sh.
@Suite struct AutoSolverTests {
    private let directory: TemporaryDirectory
    private let warnings = Warnings()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func solver(
        port: UInt16,
        listener: any Listener = SocketListener()
    ) -> AutoSolver {
        AutoSolver(
            at: Endpoint(address: "127.0.0.1", port: port),
            sockets: .test(in: directory),
            listener: listener,
            hosts: [],
            door: FrontDoor(port: port, log: warnings.log),
            log: warnings.log
        )
    }

    @Test func `the service answers where it runs`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let answer = try keyAuthorization()
        let port = service.port
        try await solver(port: port).serving { presenter in
            try await presenter.present([answer])
            #expect(try get(answer.path, port: port) == found(answer, closing: true))
        }
        #expect(warnings.messages.isEmpty)
    }

    @Test func `where the service runs and nobody has the port that is told`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let answer = try keyAuthorization()
        try await solver(port: try freePort()).serving { presenter in
            try await presenter.present([answer])
        }
        #expect(warnings.messages == ["nobody listens on the port that CAs ask on"])
        withExtendedLifetime(service) {}
    }

    @Test func `where another has the port and the service runs it is told what to paste there`()
        async throws
    {
        let service = try RunningService(in: directory, warnings: warnings)
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let holder = try Responder(listeners: sockets)
        let answer = try keyAuthorization()
        try await solver(port: try #require(sockets.first?.port)).serving { presenter in
            try await presenter.present([answer])
        }
        #expect(
            warnings.messages == ["the server on port 80 does not pass challenges on to certctl"]
        )
        #expect(warnings.fixes.first?.contains(directory("run/challenge/http01.sock")) == true)
        holder.stop()
        withExtendedLifetime(service) {}
    }

    @Test func `a port that is free is bound`() async throws {
        let port = try freePort()
        let answer = try keyAuthorization()
        try await solver(port: port).serving { presenter in
            try await presenter.present([answer])
            #expect(try get(answer.path, port: port) == found(answer, closing: true))
        }
        #expect(throws: LoopbackClient.Failure.self) { try LoopbackClient(port: port) }
    }

    @Test func `a holder that passes nothing on is named, and the socket is gone again`()
        async throws
    {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let port = try #require(sockets.first?.port)
        let holder = try Responder(listeners: sockets)
        let solver = solver(port: port)
        let error = await #expect(throws: HTTP01Error.self) {
            try await solver.serving { _ in Issue.record("the body began") }
        }
        guard case .portHeld(port, let holders, directory("run/challenge/http01.sock")) = error
        else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(holders.count == 1)
        #expect(try POSIXFileSystem().list(directory("run/challenge")).isEmpty)
        holder.stop()
    }

    @Test func `who may not bind the port and finds nobody there is told so`() async throws {
        let port = try freePort()
        let solver = solver(port: port, listener: DeniedListener())
        await #expect(throws: HTTP01Error.notPermitted(port: port)) {
            try await solver.serving { _ in }
        }
    }

    @Test func `another order on the challenge socket is told as what it is`() async throws {
        let sockets = RuntimeSockets.test(in: directory)
        let other = try sockets.listenForProxy()
        let port = try freePort()
        let solver = solver(port: port, listener: RefusingListener(error: .portTaken(port)))
        await #expect(throws: HTTP01Error.socket(path: sockets.challenge, .inUse)) {
            try await solver.serving { _ in }
        }
        withExtendedLifetime(other) {}
    }
}

/// A listener of a user who may bind nothing, on a host where nobody listens.
private struct DeniedListener: Listener {
    func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] {
        throw .permission(endpoint.port)
    }

    func holders(ofPort port: UInt16) -> [PortHolder] { [] }
}

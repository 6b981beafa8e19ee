import ACME
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import HTTP01

/// What needs a proxy is in responder.test.sh.
@Suite struct ProxiedSolverTests {
    private let directory: TemporaryDirectory
    private let warnings = Warnings()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func solver(at endpoint: Endpoint? = nil, door: UInt16) -> ProxiedSolver {
        ProxiedSolver(
            at: endpoint,
            sockets: .test(in: directory),
            listener: SocketListener(),
            door: FrontDoor(port: door, log: warnings.log),
            log: warnings.log
        )
    }

    @Test func `without a service the challenge socket is there for the time of the order`()
        async throws
    {
        let path = directory("run/challenge/http01.sock")
        let free = try freePort()
        try await solver(door: free).serving { _ in
            let status = try POSIXFileSystem().status(path)
            #expect(status?.mode == FileMode(0o666))
            #expect(status?.kind == .other)
        }
        #expect(try POSIXFileSystem().status(path) == nil)
    }

    @Test func `a port that was named is listened on`() async throws {
        let port = try freePort()
        let answer = try keyAuthorization()
        let solver = solver(at: Endpoint(address: "127.0.0.1", port: port), door: port)
        try await solver.serving { presenter in
            try await presenter.present([answer])
            #expect(try get(answer.path, port: port) == found(answer, closing: true))
        }
    }

    @Test func `the service has it where it runs`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let answer = try keyAuthorization()
        let port = service.port
        try await solver(door: port).serving { presenter in
            try await presenter.present([answer])
            #expect(try get(answer.path, port: port) == found(answer, closing: true))
        }
        #expect(warnings.messages.isEmpty)
    }

    @Test func `a proxy that does not pass challenges on is a warning, never more`() async throws {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let holder = try Responder(listeners: sockets)
        let answer = try keyAuthorization()
        try await solver(door: try #require(sockets.first?.port)).serving { presenter in
            try await presenter.present([answer])
        }
        #expect(
            warnings.messages == ["the server on port 80 does not pass challenges on to certctl"]
        )
        holder.stop()
    }

    @Test func `nobody on the port is no warning`() async throws {
        let answer = try keyAuthorization()
        try await solver(door: try freePort()).serving { presenter in
            try await presenter.present([answer])
        }
        #expect(warnings.messages.isEmpty)
    }
}

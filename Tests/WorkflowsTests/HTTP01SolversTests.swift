import CertificateStore
import Diagnostics
import HTTP01
import Platform
import Settings
import TestSupport
import Testing

@testable import Workflows

/// What an operator asks for, and who answers then.
@Suite struct HTTP01SolversTests {
    private let solvers = HTTP01Solvers(
        StoreLayout(home: "/home"),
        fileSystem: MemoryFileSystem(),
        listener: SocketListener(),
        log: .silent
    )

    private func solver(
        _ mode: HTTP01Mode,
        port: UInt16 = 80,
        address: String? = nil
    ) -> any ChallengeSolver {
        solvers.solver(for: HTTP01Settings(mode: mode, port: port, address: address))
    }

    @Test func `each mode has its solver`() {
        #expect(solver(.auto) is AutoSolver)
        #expect(solver(.service) is ServiceSolver)
        #expect(solver(.proxied) is ProxiedSolver)
        #expect(solver(.standalone) is StandaloneSolver)
        #expect(solver(.webroot("/var/www")) is WebrootSolver)
    }

    @Test func `who names a port or an address has found out what fits`() {
        #expect(solver(.auto, port: 8080) is StandaloneSolver)
        #expect(solver(.auto, address: "127.0.0.1") is StandaloneSolver)
        #expect(solver(.proxied, port: 8080) is ProxiedSolver)
    }

    @Test func `the sockets are below the runtime directory, each where the design has it`() {
        let layout = StoreLayout.system
        #expect(layout.challengeSocket == "/run/certctl/challenge/http01.sock")
        #expect(layout.controlSocket == "/run/certctl/control.sock")
    }
}

import ACME
import Diagnostics
import Glibc
import Platform
import TestSupport
import Testing

@testable import HTTP01

/// The service and its issuers, over real sockets.
@Suite struct ServiceSolverTests {
    private let directory: TemporaryDirectory
    private let warnings = Warnings()

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func solver(_ service: RunningService) -> ServiceSolver {
        ServiceSolver(at: service.sockets.control, door: service.door, log: warnings.log)
    }

    @Test func `answers are served until the body ends`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let answer = try keyAuthorization()
        let port = service.port
        try await solver(service).serving { presenter in
            try await presenter.present([answer])
            #expect(try get(answer.path, port: port) == found(answer, closing: true))
        }
        #expect(try eventually { try get(answer.path, port: port) == notFound(closing: true) })
        #expect(warnings.messages.isEmpty)
    }

    /// R19: more than fit into one message.
    @Test func `two orders with a hundred and fifty answers each are served side by side`()
        async throws
    {
        let service = try RunningService(in: directory, warnings: warnings)
        let answers = try (0..<300).map { try keyAuthorization("\($0)") }
        let (port, solver) = (service.port, solver(service))
        try await solver.serving { one in
            try await one.present(Array(answers[..<150]))
            try await solver.serving { other in
                try await other.present(Array(answers[150...]))
                for answer in answers {
                    #expect(try get(answer.path, port: port) == found(answer, closing: true))
                }
            }
        }
    }

    @Test func `a service that begins anew is handed everything again`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let answers = try [keyAuthorization("A"), keyAuthorization("B")]
        let port = service.port
        let restart = Restart(service)
        try await solver(service).serving { presenter in
            try await presenter.present([answers[0]])
            try restart()
            #expect(
                try eventually {
                    try get(answers[0].path, port: port) == found(answers[0], closing: true)
                }
            )
            try await presenter.present([answers[1]])
            for answer in answers {
                #expect(try get(answer.path, port: port) == found(answer, closing: true))
            }
        }
    }

    @Test func `names that have a certificate are redirected, also after the order`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let host = try DomainName("example.com")
        try await solver(service).serving { await $0.redirect([host]) }
        #expect(
            try get("/a", port: service.port).contains("\r\nLocation: https://example.com/a\r\n")
        )
    }

    @Test func `an order redirects nobody by itself`() async throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let answer = try keyAuthorization(host: "example.com")
        try await solver(service).serving { try await $0.present([answer]) }
        #expect(try get("/a", port: service.port) == notFound(closing: true))
    }

    @Test func `no service is an error before the body begins`() async throws {
        let path = directory("nowhere.sock")
        let solver = ServiceSolver(
            at: path,
            door: FrontDoor(port: 1, log: .silent),
            log: .silent
        )
        let expected = HTTP01Error.noService(path: path, SystemCallError("connect", code: ENOENT))
        await #expect(throws: expected) {
            try await solver.serving { _ in Issue.record("the body began") }
        }
    }

    @Test func `a service that refuses is told apart from none`() throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let link = try ServiceLink(service.sockets.control, log: .silent)
        let host = String(repeating: "a", count: 254)
        #expect(throws: HTTP01Error.self) {
            try link.publish([try keyAuthorization("A", host: host)])
        }
        #expect(warnings.messages == ["an issuer was refused"])
    }

    @Test func `refusals are told ever more seldom`() throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let address = try #require(LocalAddress(service.sockets.control))
        for _ in 0..<9 {
            let peer = try MessageSocket(connectedTo: address)
            try peer.send([0x7B])
            _ = try peer.receive(upTo: 100, until: .now + .seconds(10))
        }
        // At the first, second, fourth and eighth.
        #expect(warnings.messages.count == 4)
    }

    @Test func `a message that is too long is refused`() throws {
        let service = try RunningService(in: directory, warnings: warnings)
        let address = try #require(LocalAddress(service.sockets.control))
        let peer = try MessageSocket(connectedTo: address)
        try peer.send(Array(repeating: 0x20, count: ControlMessage.longest + 1))
        let reply = try peer.receive(upTo: 100, until: .now + .seconds(10))
        #expect(ControlReply(reply) == .refused("the message is too long"))
    }
}

/// Ends a service and begins it anew, from whatever thread.
private final class Restart: @unchecked Sendable {
    // Used by one test, one step after the other.
    private let service: RunningService

    init(_ service: RunningService) {
        self.service = service
    }

    func callAsFunction() throws {
        service.stop()
        try service.start()
    }
}

/// Whether `condition` comes true within ten seconds.
func eventually(_ condition: () throws -> Bool) throws -> Bool {
    for _ in 0..<1000 {
        if try condition() { return true }
        usleep(10_000)
    }
    return false
}

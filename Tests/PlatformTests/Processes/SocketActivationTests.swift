import Diagnostics
import Glibc
import TestSupport
import Testing

@testable import Platform

/// sd_listen_fds(3).
@Suite struct SocketActivationTests {
    @Test func `the sockets have the names of their units, from descriptor 3 on`() throws {
        let activation = SocketActivation(process: "7", count: "3", names: "http:http:control")
        let expected = [("http", 3), ("http", 4), ("control", 5)].map {
            SocketActivation.Passed(name: $0.0, raw: Int32($0.1))
        }
        #expect(try activation.sockets(of: 7) == expected)
    }

    @Test func `without the variables nothing was passed on`() throws {
        #expect(try SocketActivation().sockets(of: 7).isEmpty)
        #expect(try SocketActivation(process: "7", count: "0").sockets(of: 7).isEmpty)
    }

    @Test func `what is for another process is not taken`() {
        let activation = SocketActivation(process: "8", count: "1", names: "http")
        #expect(throws: SocketActivationError.foreign(pid: 8)) { try activation.sockets(of: 7) }
    }

    @Test(
        arguments: [
            ("7", nil, nil), (nil, "1", "http"), ("x", "1", "http"), ("7", "x", "http"),
            ("7", "-1", "http"), ("7", "17", "http"), ("7", "99999999999", "http"), ("7", "", ""),
            ("7", "1", nil), ("7", "2", "http"), ("7", "1", "http:http"), ("7", "1", ""),
        ] as [(String?, String?, String?)]
    )
    func `what makes no sense is refused, or named nothing`(
        process: String?,
        count: String?,
        names: String?
    ) throws {
        let activation = SocketActivation(process: process, count: count, names: names)
        do throws(SocketActivationError) {
            let passed = try activation.sockets(of: 7)
            #expect(passed.map(\.name) == [""])
        } catch {
            guard case .malformed = error else { throw error }
        }
    }

    @Test func `the variables are read by their names`() throws {
        let variables = ["LISTEN_PID": "7", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "http"]
        let manager = ServiceManager { variables[$0] }
        #expect(try manager.activation.sockets(of: 7).map(\.name) == ["http"])
    }

    @Test func `a socket is taken over and kept from other programs`() throws {
        let directory = try TemporaryDirectory()
        let raw = try local(SOCK_STREAM, at: directory("s"), listens: true)
        let passed = SocketActivation.Passed(name: "challenge", raw: raw)
        let socket = try passed.claim(type: .stream, isLocal: true)
        #expect(socket.path == directory("s"))
        #expect(fcntl(raw, F_GETFD) & FD_CLOEXEC != 0)
    }

    @Test func `one of another kind is refused`() throws {
        let directory = try TemporaryDirectory()
        let silent = try local(SOCK_STREAM, at: directory("a"), listens: false)
        let messages = try local(SOCK_SEQPACKET, at: directory("b"), listens: true)
        let stream = try local(SOCK_STREAM, at: directory("c"), listens: true)
        for (raw, isLocal) in [(silent, true), (messages, true), (stream, false), (9999, true)] {
            let passed = SocketActivation.Passed(name: "x", raw: raw)
            #expect(throws: SocketActivationError.self) {
                try passed.claim(type: .stream, isLocal: isLocal)
            }
        }
    }

    @Test(arguments: [
        SocketActivationError.foreign(pid: 8), .malformed("LISTEN_FDS=x"), .unexpected(name: "web"),
        .unusable(name: "http", "not open"),
    ])
    func `each failure is one of the configuration`(error: SocketActivationError) {
        #expect(error.diagnosis.exitCode == .configuration)
        #expect(!error.diagnosis.why.isEmpty)
    }

    private func local(_ type: __socket_type, at path: String, listens: Bool) throws -> Int32 {
        let raw = socket(AF_UNIX, Int32(type.rawValue), 0)
        let address = try #require(LocalAddress(path))
        try #require(unsafe address.withKernelForm { unsafe bind(raw, $0, $1) } == 0)
        if listens { try #require(listen(raw, 1) == 0) }
        return raw
    }
}

import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct LocalListenerTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func listen(
        _ name: String = "s",
        _ kind: LocalListener.Kind = .stream,
        mode: FileMode = .privateFile
    ) throws -> LocalListeningSocket {
        let lock = try FileLock(directory("lock"), in: POSIXFileSystem())
        return try LocalListener().listen(
            at: directory(name),
            kind,
            mode: mode,
            lock: try #require(lock)
        )
    }

    @Test(arguments: [0o600, 0o666] as [UInt32])
    func `the file has the mode that was asked for, and goes with the socket`(bits: UInt32) throws {
        let socket = try listen(mode: FileMode(bits))
        let status = try POSIXFileSystem().status(directory("s"))
        #expect(status?.mode == FileMode(bits))
        #expect(socket.socket.path == directory("s"))
        #expect(socket.socket.fileOwner == geteuid())
        withExtendedLifetime(socket) {}
    }

    @Test func `a socket that nobody holds any more has no file`() throws {
        _ = try listen()
        #expect(try POSIXFileSystem().status(directory("s")) == nil)
    }

    @Test func `the file of a process that has ended is replaced`() throws {
        let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let address = try #require(LocalAddress(directory("s")))
        #expect(unsafe address.withKernelForm { unsafe bind(raw, $0, $1) } == 0)
        close(raw)
        let socket = try listen()
        withExtendedLifetime(socket) {}
    }

    @Test(arguments: [LocalListener.Kind.stream, .messages])
    func `a socket that listens is never replaced`(kind: LocalListener.Kind) throws {
        let first = try listen("s", kind)
        // As if it had been made by systemd, without a lock.
        let lock = try FileLock(directory("other.lock"), in: POSIXFileSystem())
        #expect(throws: LocalListenError.inUse) {
            try LocalListener().listen(
                at: directory("s"),
                kind,
                mode: .privateFile,
                lock: try #require(lock)
            )
        }
        withExtendedLifetime(first) {}
    }

    @Test func `what is no socket is never replaced`() throws {
        try POSIXFileSystem().writeNewFile(directory("s"), [1], .privateFile)
        #expect(throws: LocalListenError.notASocket) { try listen() }
        #expect(try POSIXFileSystem().readFile(directory("s"), limit: 1) == [1])
    }

    @Test func `a path that is too long is refused`() {
        let name = String(repeating: "a", count: 108)
        let expected = LocalListenError.failed(SystemCallError("bind", code: ENAMETOOLONG))
        #expect(throws: expected) { try listen(name) }
    }

    @Test func `messages go over it whole`() throws {
        let listening = try listen("s", .messages)
        let client = try MessageSocket(connectedTo: try #require(LocalAddress(directory("s"))))
        guard case .connection(let newcomer) = listening.socket.accept() else {
            Issue.record("nobody waits")
            return
        }
        #expect(newcomer.network == nil)
        let server = MessageSocket(owning: newcomer.take())
        #expect(server.peerUser == geteuid())
        #expect(server.receive(upTo: 3) == .nothing)
        for message: [UInt8] in [[1], [1, 2, 3], [1, 2, 3, 4]] { try client.send(message) }
        #expect(server.receive(upTo: 3) == .message([1]))
        #expect(server.receive(upTo: 3) == .message([1, 2, 3]))
        #expect(server.receive(upTo: 3) == .tooLong)
        try server.send([9])
        #expect(try client.receive(upTo: 3, until: .now + .seconds(10)) == [9])
    }

    @Test func `a peer that has gone, or says nothing, is an error for who waits`() throws {
        let listening = try listen("s", .messages)
        let client = try MessageSocket(connectedTo: try #require(LocalAddress(directory("s"))))
        #expect(throws: SystemCallError("poll", code: ETIMEDOUT)) {
            try client.receive(upTo: 3, until: .now)
        }
        if case .connection(let newcomer) = listening.socket.accept() { _ = newcomer.take() }
        #expect(throws: SystemCallError("recv", code: ECONNRESET)) {
            try client.receive(upTo: 3, until: .now + .seconds(10))
        }
    }

    @Test func `nobody there is what the kernel says`() {
        #expect(throws: SystemCallError("connect", code: ENOENT)) {
            try MessageSocket(connectedTo: try #require(LocalAddress(directory("s"))))
        }
    }
}

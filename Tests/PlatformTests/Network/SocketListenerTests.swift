import Glibc
import TestSupport
import Testing

@testable import Platform

@Suite struct SocketListenerTests {
    private let listener = SocketListener()

    @Test func `all addresses means both families at one port`() throws {
        let sockets = try listener.listen(at: Endpoint(port: 0))
        let port = try #require(sockets.first?.port)
        #expect(port != 0)
        #expect(sockets.allSatisfy { $0.port == port })
        _ = try LoopbackClient(port: port)
        if sockets.count == 2 { _ = try LoopbackClient(port: port, overIPv6: true) }
    }

    @Test func `a given address is the only one that is bound`() throws {
        let sockets = try listener.listen(at: Endpoint(address: "127.0.0.1", port: 0))
        #expect(sockets.map(\.address?.host) == ["127.0.0.1"])
    }

    @Test func `a connection is accepted and after it there is nobody`() throws {
        let socket = try #require(try listener.listen(at: loopback).first)
        let client = try LoopbackClient(port: socket.port)
        guard case .connection(let newcomer) = socket.accept() else {
            Issue.record("nothing was accepted")
            return
        }
        #expect(newcomer.network == nil)
        let descriptor = newcomer.take()
        #expect(fcntl(descriptor.raw, F_GETFL) & O_NONBLOCK != 0)
        guard case .nobody = socket.accept() else {
            Issue.record("somebody else was accepted")
            return
        }
        withExtendedLifetime(client) {}
    }

    @Test func `a port that another socket has is taken`() throws {
        let socket = try #require(try listener.listen(at: loopback).first)
        let endpoint = Endpoint(address: "127.0.0.1", port: socket.port)
        #expect(throws: ListenError.portTaken(socket.port)) { try listener.listen(at: endpoint) }
        withExtendedLifetime(socket) {}
    }

    @Test func `an IPv4 port that is taken makes all addresses taken`() throws {
        let socket = try #require(try listener.listen(at: loopback).first)
        #expect(throws: ListenError.portTaken(socket.port)) {
            try listener.listen(at: Endpoint(port: socket.port))
        }
        withExtendedLifetime(socket) {}
    }

    @Test func `a port is free again when its socket is gone`() throws {
        var socket = try listener.listen(at: loopback).first
        let port = try #require(socket?.port)
        socket = nil
        #expect(throws: Never.self) {
            try listener.listen(at: Endpoint(address: "127.0.0.1", port: port))
        }
    }

    @Test(arguments: ["192.0.2.1", "localhost", "2001:db8::1"])
    func `an address that this host does not have is not available`(address: String) {
        #expect(throws: ListenError.addressNotAvailable(address)) {
            try listener.listen(at: Endpoint(address: address, port: 0))
        }
    }

    @Test func `the holder of a port is this very process`() throws {
        let socket = try #require(try listener.listen(at: loopback).first)
        let pids = listener.holders(ofPort: socket.port).map { holder -> Int32? in
            guard case .process(let process) = holder else { return nil }
            return process.pid
        }
        #expect(pids == [getpid()])
    }

    private var loopback: Endpoint { Endpoint(address: "127.0.0.1", port: 0) }
}

import Glibc

/// A client that connects to a port of this host and says exactly what a test wants said.
///
/// It blocks, but no call takes longer than ten seconds.
package final class LoopbackClient: Sendable {
    /// A call that failed or took too long.
    package struct Failure: Error {
        package let call: String
        package let code: Int32
    }

    private let descriptor: Int32

    /// Connects to `port` of 127.0.0.1, or of ::1.
    package init(port: UInt16, overIPv6: Bool = false) throws {
        descriptor = socket(overIPv6 ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        let status = overIPv6 ? connectOverIPv6(port) : connectOverIPv4(port)
        guard status == 0 else { throw Failure(call: "connect", code: errno) }
    }

    deinit {
        _ = close(descriptor)
    }

    private func connectOverIPv4(_ port: UInt16) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func connectOverIPv6(_ port: UInt16) -> Int32 {
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        address.sin6_port = port.bigEndian
        address.sin6_addr = in6addr_loopback
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(descriptor, address, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }

    /// Sends all of `text`.
    package func send(_ text: String) throws {
        try send(Array(text.utf8))
    }

    /// Sends all of `bytes`.
    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe Glibc.send(descriptor, raw.baseAddress, raw.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(call: "send", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Says that nothing more will be sent; answers can still be received.
    package func finishSending() {
        _ = shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Receives `count` bytes, or fewer where the server closes before.
    package func receive(_ count: Int) throws -> String {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: count)
        while received.count < count {
            let size = unsafe recv(descriptor, &chunk, count - received.count, 0)
            // A server that closes while input is left unread resets the connection.
            if size == 0 || (size < 0 && errno == ECONNRESET) { break }
            guard size > 0 else { throw Failure(call: "recv", code: errno) }
            received += chunk[..<size]
        }
        return String(decoding: received, as: UTF8.self)
    }

    /// Receives all that comes until the server closes; fails where it does not.
    package func receiveToEnd() throws -> String {
        try receive(1 << 20)
    }
}

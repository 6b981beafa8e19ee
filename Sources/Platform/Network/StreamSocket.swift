import Glibc

/// A TCP connection to a server, every step of which ends at one deadline.
package struct StreamSocket: ~Copyable {
    private let descriptor: Descriptor
    private let deadline: ContinuousClock.Instant

    /// Connects to `address`.
    ///
    /// - Parameters:
    ///   - address: The server's.
    ///   - deadline: When connecting, and whatever is done afterwards, fails with `ETIMEDOUT`.
    /// - Throws: What the kernel says of the connection.
    package init(
        connectedTo address: SocketAddress,
        until deadline: ContinuousClock.Instant
    ) throws(SystemCallError) {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = socket(Int32(address.family), type, 0)
        guard raw >= 0 else { throw SystemCallError("socket") }
        let descriptor = Descriptor(owning: raw)
        let status = unsafe address.withKernelForm { unsafe connect(raw, $0, $1) }
        if status < 0 {
            guard errno == EINPROGRESS else { throw SystemCallError("connect") }
            try Self.wait(for: POLLOUT, on: raw, until: deadline)
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            _ = unsafe getsockopt(raw, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { throw SystemCallError("connect", code: code) }
        }
        self.descriptor = descriptor
        self.deadline = deadline
    }

    /// Sends all of `bytes`.
    package borrowing func send(_ bytes: [UInt8]) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { raw in
                unsafe Glibc.send(
                    descriptor.raw,
                    raw.baseAddress,
                    raw.count,
                    Int32(MSG_NOSIGNAL)
                )
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else {
                try awaitRetry(of: "send", POLLOUT)
            }
        }
    }

    /// Receives until the server closes, or `limit` bytes are there.
    package borrowing func receive(upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        var received: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: limit)
        while received.count < limit {
            let count = unsafe recv(descriptor.raw, &chunk, limit - received.count, 0)
            guard count != 0 else { break }
            if count > 0 {
                received += chunk[..<count]
            } else {
                try awaitRetry(of: "recv", POLLIN)
            }
        }
        return received
    }

    /// Decides on `errno` after a call: waits for `event` where trying again can help, else throws.
    private borrowing func awaitRetry(
        of call: StaticString,
        _ event: Int32
    ) throws(SystemCallError) {
        let code = errno
        guard code == EAGAIN || code == EINTR else { throw SystemCallError(call, code: code) }
        try Self.wait(for: event, on: descriptor.raw, until: deadline)
    }

    private static func wait(
        for event: Int32,
        on descriptor: Int32,
        until deadline: ContinuousClock.Instant
    ) throws(SystemCallError) {
        var request = pollfd(fd: descriptor, events: Int16(event), revents: 0)
        while true {
            let rest = ContinuousClock.now.duration(to: deadline)
            let count = unsafe poll(&request, 1, rest.roundedUpToMilliseconds)
            if count > 0 { return }
            guard count < 0 else { throw SystemCallError("poll", code: ETIMEDOUT) }
            guard errno == EINTR else { throw SystemCallError("poll") }
        }
    }
}

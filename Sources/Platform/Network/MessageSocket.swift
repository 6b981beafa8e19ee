import CLinux
import Glibc

/// A connection over which messages go, each whole or not at all (`SOCK_SEQPACKET`).
package final class MessageSocket: Sendable {
    /// What an attempt to receive came to.
    package enum Received: Equatable {
        /// A message.
        case message([UInt8])
        /// More than the limit; the rest of it is lost.
        case tooLong
        /// Nothing is there now.
        case nothing
        /// The peer has gone.
        case end
    }

    private let descriptor: Descriptor

    /// Takes over a connection that was accepted.
    package init(owning descriptor: consuming Descriptor) {
        self.descriptor = descriptor
    }

    /// Connects to the socket at `address`; does not wait for one whose queue is full.
    ///
    /// - Throws: What the kernel says: `ENOENT` or `ECONNREFUSED` where nobody listens.
    package convenience init(connectedTo address: LocalAddress) throws(SystemCallError) {
        let type = Int32(SOCK_SEQPACKET.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = socket(AF_UNIX, type, 0)
        guard raw >= 0 else { throw SystemCallError("socket") }
        let descriptor = Descriptor(owning: raw)
        let status = unsafe address.withKernelForm { unsafe connect(raw, $0, $1) }
        guard status == 0 else { throw SystemCallError("connect") }
        self.init(owning: descriptor)
    }

    /// The descriptor's number, to wait for messages with; valid while this object lives.
    package var raw: Int32 { descriptor.raw }

    /// The user that connected; `nil` where the kernel does not say.
    package var peerUser: UInt32? {
        var user: uid_t = 0
        return unsafe certctl_peer_user(descriptor.raw, &user) == 0 ? user : nil
    }

    /// Sends a message without waiting; one that does not fit into the buffer is an error.
    package func send(_ message: [UInt8]) throws(SystemCallError) {
        let count = unsafe message.withUnsafeBytes { bytes in
            unsafe Glibc.send(descriptor.raw, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        }
        guard count == message.count else { throw SystemCallError("send") }
    }

    /// Receives a message of `limit` bytes at most, if there is one, without waiting.
    package func receive(upTo limit: Int) -> Received {
        var buffer = [UInt8](repeating: 0, count: limit + 1)
        let count = unsafe recv(descriptor.raw, &buffer, buffer.count, 0)
        switch count {
        case 1...limit: return .message(Array(buffer[..<count]))
        case 0: return .end
        case (limit + 1)...: return .tooLong
        default: return errno == EAGAIN || errno == EINTR ? .nothing : .end
        }
    }

    /// Waits for a message.
    ///
    /// Throws `ETIMEDOUT` at `deadline`, `ECONNRESET` when the peer has gone, and `EMSGSIZE` for a
    /// message of more than `limit` bytes.
    package func receive(
        upTo limit: Int,
        until deadline: ContinuousClock.Instant
    ) throws(SystemCallError) -> [UInt8] {
        while true {
            switch receive(upTo: limit) {
            case .message(let message): return message
            case .tooLong: throw SystemCallError("recv", code: EMSGSIZE)
            case .end: throw SystemCallError("recv", code: ECONNRESET)
            case .nothing: break
            }
            var request = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
            let rest = ContinuousClock.now.duration(to: deadline)
            let count = unsafe poll(&request, 1, rest.roundedUpToMilliseconds)
            if count == 0 { throw SystemCallError("poll", code: ETIMEDOUT) }
            guard count > 0 || errno == EINTR else { throw SystemCallError("poll") }
        }
    }
}

import CLinux
import Glibc

/// A socket that listens; it stops when the last reference to it is gone.
package final class ListeningSocket: Sendable {
    /// What an attempt to accept came to.
    package enum Accepted: ~Copyable {
        /// A connection; it does not block.
        case connection(Newcomer)
        /// A connection that its peer gave up before it was accepted; another may wait.
        case aborted
        /// Nobody waits.
        case nobody
        /// Somebody waits, but the process or the host has no descriptor or memory left for it.
        case exhausted
    }

    /// A connection that was accepted, and where it comes from.
    package struct Newcomer: ~Copyable {
        private let descriptor: Descriptor
        /// The stranger's network; `nil` for this host, and on a Unix socket.
        package let network: PeerNetwork?

        /// Describes a connection.
        package init(_ descriptor: consuming Descriptor, from network: PeerNetwork? = nil) {
            self.descriptor = descriptor
            self.network = network
        }

        /// Hands over the connection.
        package consuming func take() -> Descriptor { descriptor }
    }

    private let descriptor: Descriptor

    /// Takes over a socket on which `listen` was called, also one that systemd passed on.
    package init(owning descriptor: consuming Descriptor) {
        let raw = descriptor.raw
        // Whoever made it: an accept must never block, and an answer leaves at once. Connections
        // inherit TCP_NODELAY, which saves a system call for each; Unix sockets refuse it.
        _ = fcntl(raw, F_SETFL, fcntl(raw, F_GETFL) | O_NONBLOCK)
        var on: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        _ = unsafe setsockopt(raw, Int32(IPPROTO_TCP), TCP_NODELAY, &on, size)
        self.descriptor = descriptor
    }

    /// The descriptor's number, to wait for connections with; valid while this object lives.
    package var raw: Int32 { descriptor.raw }

    /// Where it listens; `nil` for a Unix socket.
    package var address: SocketAddress? { SocketAddress(boundTo: descriptor.raw) }

    /// The TCP port; 0 for a Unix socket.
    package var port: UInt16 { address?.port ?? 0 }

    /// The path of a Unix socket; `nil` for any other.
    package var path: String? { LocalAddress(boundTo: descriptor.raw)?.text }

    /// The owner of a Unix socket's file; `nil` where there is none, or where it cannot be seen.
    package var fileOwner: UInt32? {
        guard let path else { return nil }
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else {
            return nil
        }
        return status.st_uid
    }

    /// Takes one waiting connection, if there is one, without blocking.
    package func accept() -> Accepted {
        var peer = sockaddr_storage()
        let connection = unsafe certctl_accept(descriptor.raw, &peer)
        guard connection < 0 else {
            return .connection(
                Newcomer(Descriptor(owning: connection), from: Self.network(of: &peer))
            )
        }
        return switch errno {
        case EAGAIN: .nobody
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: .exhausted
        // Linux hands over errors of the network that the newcomer already has: accept(2).
        default: .aborted
        }
    }

    private static func network(of peer: inout sockaddr_storage) -> PeerNetwork? {
        unsafe withUnsafePointer(to: &peer) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe PeerNetwork(address)
            }
        }
    }
}

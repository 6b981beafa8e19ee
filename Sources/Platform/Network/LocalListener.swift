import Glibc

/// Binds Unix sockets below a directory of ours.
package struct LocalListener: Sendable {
    /// What a socket carries.
    package enum Kind: Sendable {
        /// Bytes.
        case stream
        /// Messages with an end, over a connection.
        case messages

        var type: Int32 {
            Int32(self == .stream ? SOCK_STREAM.rawValue : SOCK_SEQPACKET.rawValue)
        }
    }

    /// Makes a listener; there is nothing to set up.
    package init() {}

    /// Binds a socket file and listens.
    ///
    /// The file of a process that has ended is replaced, that of one that listens never. The new one
    /// has its mode, which says who may connect, from its first moment on. The lock is held as long
    /// as the socket is there, so that of two processes that find the file of a third, which has
    /// ended, one alone replaces it.
    package func listen(
        at path: String,
        _ kind: Kind,
        mode: FileMode,
        lock: FileLock
    ) throws(LocalListenError) -> LocalListeningSocket {
        guard let address = LocalAddress(path) else {
            throw .failed(SystemCallError("bind", code: ENAMETOOLONG))
        }
        try makeWay(address, kind)
        let raw = socket(AF_UNIX, kind.type | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard raw >= 0 else { throw .failed(SystemCallError("socket")) }
        let descriptor = Descriptor(owning: raw)
        // The file gets the mode of the descriptor: there is no moment at which it has another.
        guard fchmod(raw, mode.bits) == 0 else { throw .failed(SystemCallError("fchmod")) }
        let isBound = unsafe address.withKernelForm { unsafe bind(raw, $0, $1) == 0 }
        guard isBound else { throw .failed(SystemCallError("bind")) }
        guard Glibc.listen(raw, SocketListener.backlog) == 0 else {
            throw .failed(SystemCallError("listen"))
        }
        return LocalListeningSocket(
            socket: ListeningSocket(owning: descriptor),
            path: path,
            lock: lock
        )
    }

    /// Removes the socket of a process that has ended; refuses to remove anything else.
    private func makeWay(_ address: LocalAddress, _ kind: Kind) throws(LocalListenError) {
        var status = stat()
        guard unsafe lstat(address.text, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket }
        guard !Self.isAlive(address, kind) else { throw .inUse }
        guard unsafe unlink(address.text) == 0 else { throw .failed(SystemCallError("unlink")) }
    }

    /// Whether somebody listens there.
    private static func isAlive(_ address: LocalAddress, _ kind: Kind) -> Bool {
        let type = kind.type | Int32(SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = socket(AF_UNIX, type, 0)
        // What cannot be found out must not be removed.
        guard raw >= 0 else { return true }
        let descriptor = Descriptor(owning: raw)
        let status = unsafe address.withKernelForm { unsafe connect(descriptor.raw, $0, $1) }
        return status == 0 || errno != ECONNREFUSED
    }
}

/// Why a Unix socket could not be had.
package enum LocalListenError: Error, Equatable {
    /// Another process listens there.
    case inUse
    /// Something that is no socket has the path.
    case notASocket
    /// The socket's directory, or its lock, cannot be used.
    case directory(FileSystemError)
    /// The kernel refused.
    case failed(SystemCallError)
}

/// A Unix socket that listens, and its file, which goes when the last reference is gone.
package final class LocalListeningSocket: Sendable {
    /// The socket.
    package let socket: ListeningSocket
    /// Where it is.
    package let path: String
    /// Of who has bound it; `nil` where that is another process, which removes the file as well.
    private let lock: FileLock?

    fileprivate init(socket: ListeningSocket, path: String, lock: FileLock) {
        self.socket = socket
        self.path = path
        self.lock = lock
    }

    /// Uses a socket that another process has bound.
    package init(_ socket: ListeningSocket, at path: String) {
        self.socket = socket
        self.path = path
        lock = nil
    }

    deinit {
        // Under the lock nobody else has put another file there.
        if lock != nil { _ = unsafe unlink(path) }
    }
}

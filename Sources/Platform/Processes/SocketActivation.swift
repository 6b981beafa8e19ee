import CLinux
import Glibc

/// Listening sockets that systemd has opened for this process, by the names of their units.
///
/// Source: sd_listen_fds(3).
package struct SocketActivation: Sendable {
    /// A socket that was passed on.
    package struct Passed: Equatable, Sendable {
        /// The name that the unit gives it.
        package let name: String
        /// Its descriptor's number.
        package let raw: Int32
    }

    /// The first descriptor that is passed on.
    private static let first: Int32 = 3
    /// More than any unit of ours has.
    private static let most: Int32 = 16

    /// What the environment says; `nil` for a variable that is not there.
    private let process: String?
    private let count: String?
    private let names: String?

    /// Keeps what the variables `LISTEN_PID`, `LISTEN_FDS` and `LISTEN_FDNAMES` say.
    package init(process: String? = nil, count: String? = nil, names: String? = nil) {
        self.process = process
        self.count = count
        self.names = names
    }

    /// Reads the variables, which have to be there still.
    package init(environment variable: (String) -> String?) {
        self.init(
            process: variable("LISTEN_PID"),
            count: variable("LISTEN_FDS"),
            names: variable("LISTEN_FDNAMES")
        )
    }

    /// Tells what was passed to the process with the number `pid`.
    ///
    /// - Returns: Nothing where systemd has passed nothing on.
    package func sockets(of pid: Int32) throws(SocketActivationError) -> [Passed] {
        guard process != nil || count != nil else { return [] }
        guard let process, let owner = Int32(process), let count, let number = Int32(count),
            (0...Self.most).contains(number)
        else { throw .malformed("LISTEN_PID=\(process ?? "") LISTEN_FDS=\(count ?? "")") }
        guard owner == pid else { throw .foreign(pid: owner) }
        let names = (names ?? "").split(separator: ":", omittingEmptySubsequences: false)
        guard number > 0 else { return [] }
        guard names.count == Int(number) else {
            throw .malformed("LISTEN_FDS=\(number) LISTEN_FDNAMES=\(self.names ?? "")")
        }
        return names.enumerated().map { index, name in
            Passed(name: String(name), raw: Self.first + Int32(index))
        }
    }
}

extension SocketActivation.Passed {
    /// Takes the socket over, and keeps it from programs that this process starts.
    ///
    /// It has to be of that type, and a Unix socket or else one of IP.
    package func claim(
        type: LocalListener.Kind,
        isLocal: Bool
    ) throws(SocketActivationError) -> ListeningSocket {
        guard fcntl(raw, F_SETFD, FD_CLOEXEC) == 0 else { throw .unusable(name: name, "not open") }
        let descriptor = Descriptor(owning: raw)
        guard option(SO_ACCEPTCONN) == 1 else { throw .unusable(name: name, "it does not listen") }
        guard option(SO_TYPE) == type.type else { throw .unusable(name: name, "another type") }
        let family = option(SO_DOMAIN)
        guard isLocal ? family == AF_UNIX : family == AF_INET || family == AF_INET6 else {
            throw .unusable(name: name, "another address family")
        }
        return ListeningSocket(owning: descriptor)
    }

    private func option(_ option: Int32) -> Int32? {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        guard unsafe getsockopt(raw, SOL_SOCKET, option, &value, &size) == 0 else { return nil }
        return value
    }
}

/// What is wrong with the sockets that a service manager has passed on.
package enum SocketActivationError: Error, Equatable {
    /// They are meant for another process.
    case foreign(pid: Int32)
    /// The variables make no sense.
    case malformed(String)
    /// No socket of that name is known here, or there are too many of it.
    case unexpected(name: String)
    /// The descriptor is no socket of the kind that its name stands for.
    case unusable(name: String, String)
}

import Glibc

/// Binds real ports.
package struct SocketListener: Listener {
    /// How many connections may wait to be accepted; the kernel lowers it to `net.core.somaxconn`.
    static let backlog: Int32 = 4096
    /// How often a port of the kernel's choice is tried for both families.
    private static let attempts = 16

    /// Makes a listener; there is nothing to set up.
    package init() {}

    package func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] {
        guard let text = endpoint.address else { return try listenEverywhere(port: endpoint.port) }
        guard let address = SocketAddress(text, port: endpoint.port) else {
            throw .addressNotAvailable(text)
        }
        return [try listen(at: address)]
    }

    package func holders(ofPort port: UInt16) -> [PortHolder] {
        ListeningPorts(proc: "/proc").holders(ofPort: port)
    }

    /// Listens on all addresses, at one port for both families.
    private func listenEverywhere(port: UInt16) throws(ListenError) -> [ListeningSocket] {
        var attempt = 1
        while true {
            do throws(ListenError) {
                return try listenOnBothFamilies(port: port)
            } catch {
                // A port that the kernel chose for IPv6 may be taken for IPv4: let it choose again.
                guard case .portTaken = error, port == 0, attempt < Self.attempts else {
                    throw error
                }
                attempt += 1
            }
        }
    }

    /// Listens with one socket a family.
    ///
    /// A single one for both would be refused wherever the IPv4 port alone is taken, and some hosts
    /// turn the mapping of IPv4 into IPv6 addresses off.
    private func listenOnBothFamilies(port: UInt16) throws(ListenError) -> [ListeningSocket] {
        let ipv6 = try listenIfFamilyExists(at: .anyIPv6(port: port))
        let ipv4 = try listenIfFamilyExists(at: .anyIPv4(port: ipv6?.port ?? port))
        let sockets = [ipv6, ipv4].compactMap(\.self)
        guard !sockets.isEmpty else { throw .other(EAFNOSUPPORT) }
        return sockets
    }

    /// Listens at `address`; returns `nil` on a host that does not have its family.
    private func listenIfFamilyExists(
        at address: SocketAddress
    ) throws(ListenError) -> ListeningSocket? {
        do throws(ListenError) {
            return try listen(at: address)
        } catch .other(EAFNOSUPPORT), .addressNotAvailable {
            // The first without the protocol, the second where it is switched off by sysctl.
            return nil
        }
    }

    private func listen(at address: SocketAddress) throws(ListenError) -> ListeningSocket {
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let raw = socket(Int32(address.family), type, 0)
        guard raw >= 0 else { throw .other(errno) }
        let descriptor = Descriptor(owning: raw)
        // Connections of an earlier run that linger in TIME_WAIT must not keep the port.
        setOption(SOL_SOCKET, SO_REUSEADDR, of: raw)
        if address.isIPv6 { setOption(Int32(IPPROTO_IPV6), IPV6_V6ONLY, of: raw) }
        let isBound = unsafe address.withKernelForm { unsafe bind(raw, $0, $1) == 0 }
        guard isBound, Glibc.listen(raw, Self.backlog) == 0 else {
            throw failure(errno, at: address)
        }
        return ListeningSocket(owning: descriptor)
    }

    /// Turns an option on; what it cannot set does not keep a socket from listening.
    private func setOption(_ level: Int32, _ option: Int32, of descriptor: Int32) {
        var on: Int32 = 1
        _ = unsafe setsockopt(descriptor, level, option, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    private func failure(_ code: Int32, at address: SocketAddress) -> ListenError {
        switch code {
        case EADDRINUSE: .portTaken(address.port)
        case EACCES, EPERM: .permission(address.port)
        case EADDRNOTAVAIL: .addressNotAvailable(address.host)
        default: .other(code)
        }
    }
}

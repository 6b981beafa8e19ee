import Glibc

/// An IP address with a TCP port.
package struct SocketAddress: Hashable, Sendable {
    /// The address as it travels: 4 bytes for IPv4, 16 for IPv6.
    package let bytes: [UInt8]
    /// The TCP port.
    package let port: UInt16

    /// Any address of this host, by IPv4.
    package static func anyIPv4(port: UInt16) -> SocketAddress {
        SocketAddress(bytes: Array(repeating: 0, count: 4), port: port)
    }

    /// Any address of this host, by IPv6.
    package static func anyIPv6(port: UInt16) -> SocketAddress {
        SocketAddress(bytes: Array(repeating: 0, count: 16), port: port)
    }

    private init(bytes: [UInt8], port: UInt16) {
        self.bytes = bytes
        self.port = port
    }

    /// Reads a numeric address such as `192.0.2.1` or `2001:db8::1`.
    ///
    /// - Returns: `nil` for everything else, names among it: this never asks a resolver.
    package init?(_ text: String, port: UInt16) {
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        guard unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1 else { return nil }
        self.init(bytes: bytes, port: port)
    }

    /// The address alone, as text.
    package var host: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // Cannot fail: the family matches the bytes, and the buffer holds the longest text.
        _ = unsafe inet_ntop(Int32(family), bytes, &text, socklen_t(text.count))
        let end = text.firstIndex(of: 0) ?? text.endIndex
        return String(decoding: text[..<end].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Whether this is an IPv6 address.
    package var isIPv6: Bool { bytes.count == 16 }

    /// The same address with another port.
    package func with(port: UInt16) -> SocketAddress {
        SocketAddress(bytes: bytes, port: port)
    }

    /// Where a client on this host reaches a socket bound here: of the wildcard address, loopback.
    package var reachable: SocketAddress {
        guard bytes.allSatisfy({ $0 == 0 }) else { return self }
        return SocketAddress(
            bytes: isIPv6 ? Array(repeating: 0, count: 15) + [1] : [127, 0, 0, 1],
            port: port
        )
    }
}

extension SocketAddress: CustomStringConvertible {
    /// The address as it stands in a URL: `192.0.2.1:80`, `[2001:db8::1]:80`.
    package var description: String { isIPv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

// The kernel's form.
extension SocketAddress {
    /// The address family, for `socket`.
    var family: sa_family_t { sa_family_t(isIPv6 ? AF_INET6 : AF_INET) }

    /// The address that `descriptor` is bound to; `nil` unless it is an IP socket.
    init?(boundTo descriptor: Int32) {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe getsockname(descriptor, address, &length)
            }
        }
        guard status == 0 else { return nil }
        // Both families keep the port, in network order, behind the family; then the addresses.
        let isIPv6 = Int32(storage.ss_family) == AF_INET6
        guard isIPv6 || Int32(storage.ss_family) == AF_INET else { return nil }
        let raw = unsafe withUnsafeBytes(of: &storage) { unsafe Array($0) }
        bytes = Array(isIPv6 ? raw[8..<24] : raw[4..<8])
        port = UInt16(raw[2]) << 8 | UInt16(raw[3])
    }

    /// Reads the kernel's form of an address, whose own port does not count; `nil` unless it is IPv4
    /// or IPv6.
    init?(_ address: UnsafePointer<sockaddr>, port: UInt16) {
        guard let peer = unsafe PeerAddress(address) else { return nil }
        self.init(bytes: peer.bytes, port: port)
    }

    /// Lends the address in the kernel's form to `body`, which must not keep the pointer.
    func withKernelForm<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var storage = sockaddr_storage()
        storage.ss_family = family
        unsafe withUnsafeMutableBytes(of: &storage) { raw in
            unsafe raw[2] = UInt8(port >> 8)
            unsafe raw[3] = UInt8(truncatingIfNeeded: port)
            let offset = isIPv6 ? 8 : 4
            for (index, byte) in bytes.enumerated() { unsafe raw[offset + index] = byte }
        }
        let size = isIPv6 ? MemoryLayout<sockaddr_in6>.size : MemoryLayout<sockaddr_in>.size
        return unsafe withUnsafePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(size))
            }
        }
    }
}

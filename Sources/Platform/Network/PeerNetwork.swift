import Glibc

/// The network that a stranger connects from: what one customer of a provider usually has.
///
/// That is a /24 of IPv4 and a /56 of IPv6.
package struct PeerNetwork: Hashable, Sendable {
    /// The network's bits; those of IPv6 never have the marker of IPv4 on top.
    private let bits: UInt64

    /// Where IPv4's networks are among the numbers; multicast in IPv6, from where nobody connects.
    private static let markerOfIPv4: UInt64 = 0xFF00_0000_0000_0000

    /// The network of `peer`; `nil` for this host's own addresses.
    init?(_ peer: PeerAddress) {
        let isIPv4 = peer.bytes.count == 4
        let isLoopback =
            isIPv4 ? peer.bytes[0] == 127 : peer.bytes.dropLast().allSatisfy { $0 == 0 }
        guard !isLoopback else { return nil }
        let prefix = peer.bytes.prefix(isIPv4 ? 3 : 7)
        let number = prefix.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        bits = isIPv4 ? Self.markerOfIPv4 | number : number
    }

    /// The network of the address in the kernel's form; `nil` for what is none of IP.
    ///
    /// For each connection that is accepted, so without a list of bytes for IPv4, the usual case.
    init?(_ address: UnsafePointer<sockaddr>) {
        guard Int32(unsafe address.pointee.sa_family) == AF_INET else {
            guard let peer = unsafe PeerAddress(address) else { return nil }
            self.init(peer)
            return
        }
        let raw = unsafe UnsafeRawPointer(address).loadUnaligned(as: sockaddr_in.self)
        let number = UInt32(bigEndian: raw.sin_addr.s_addr)
        guard number >> 24 != 127 else { return nil }
        self.init(bits: Self.markerOfIPv4 | UInt64(number >> 8))
    }

    private init(bits: UInt64) {
        self.bits = bits
    }

    /// The network of the address in `text`; `nil` for this host's own, and for what is none.
    package init?(_ text: String) {
        guard let address = SocketAddress(text, port: 0) else { return nil }
        self.init(PeerAddress(bytes: address.bytes))
    }
}

import Glibc

/// The address of a peer, as far as it matters whether it is a public one.
struct PeerAddress: Equatable, CustomStringConvertible {
    /// 4 or 16 bytes in network order.
    let bytes: [UInt8]

    init(bytes: [UInt8]) {
        // An IPv4 address in IPv6's clothes is judged as what it is.
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        self.bytes =
            bytes.count == 16 && bytes.starts(with: mapped) ? Array(bytes.suffix(4)) : bytes
    }

    /// Reads a socket address; `nil` when it is neither IPv4 nor IPv6.
    init?(_ address: UnsafePointer<sockaddr>) {
        let raw = unsafe UnsafeRawPointer(address)
        switch Int32(unsafe address.pointee.sa_family) {
        case AF_INET:
            let v4 = unsafe raw.loadUnaligned(as: sockaddr_in.self)
            self.init(bytes: unsafe withUnsafeBytes(of: v4.sin_addr) { unsafe Array($0) })
        case AF_INET6:
            let v6 = unsafe raw.loadUnaligned(as: sockaddr_in6.self)
            self.init(bytes: unsafe withUnsafeBytes(of: v6.sin6_addr) { unsafe Array($0) })
        default:
            return nil
        }
    }

    /// Whether it is unspecified, loopback, link-local, private, shared or multicast.
    ///
    /// Source: RFC 6890; RFC 4193.
    var isPrivate: Bool {
        if let inner = translated { return inner.isPrivate }
        return switch (bytes.count, bytes.first ?? 0, bytes.dropFirst().first ?? 0) {
        case (4, 0, _), (4, 10, _), (4, 127, _), (4, 169, 254), (4, 192, 168), (4, 224..., _):
            true
        case (4, 172, 16...31), (4, 100, 64...127):
            true
        case (16, 0xFC...0xFD, _), (16, 0xFE, 0x80...0xFF), (16, 0xFF, _):
            true
        case (16, 0, 0):
            // :: and ::1 and the rest of ::/96.
            bytes.dropLast(4).allSatisfy { $0 == 0 }
        default:
            false
        }
    }

    /// The IPv4 address that a translator on the way would speak to; `nil` where there is none.
    ///
    /// Source: RFC 6052 §2.1 (64:ff9b::/96); RFC 3056 §2 (2002::/16).
    private var translated: PeerAddress? {
        guard bytes.count == 16 else { return nil }
        if bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return PeerAddress(bytes: Array(bytes.suffix(4)))
        }
        return bytes.starts(with: [0x20, 0x02]) ? PeerAddress(bytes: Array(bytes[2..<6])) : nil
    }

    var description: String {
        if bytes.count == 4 { return bytes.map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }
        return groups.joined(separator: ":")
    }
}

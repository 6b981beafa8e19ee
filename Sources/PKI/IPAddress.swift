import Glibc

/// An IP address as a certificate names it, without a zone.
///
/// Source: RFC 5280 §4.2.1.6; RFC 8738 §3.
package struct IPAddress: Hashable, Sendable, CustomStringConvertible {
    /// 4 bytes for IPv4, 16 for IPv6, in network order.
    package let bytes: [UInt8]

    /// Takes the bytes of an address; `nil` unless there are 4 or 16.
    package init?(bytes: [UInt8]) {
        guard [4, 16].contains(bytes.count) else { return nil }
        self.bytes = bytes
    }

    /// Reads `192.0.2.1` or `2001:db8::1`, in any of the forms that IPv6 has.
    ///
    /// - Returns: `nil` for everything else, names, zones and brackets among it.
    package init?(_ text: String) {
        let isIPv6 = text.utf8.contains(UInt8(ascii: ":"))
        var bytes = [UInt8](repeating: 0, count: isIPv6 ? 16 : 4)
        // Swift would end the text at a NUL that stands in it.
        guard !text.utf8.contains(0),
            unsafe inet_pton(isIPv6 ? AF_INET6 : AF_INET, text, &bytes) == 1
        else { return nil }
        self.bytes = bytes
    }

    /// Whether it has 16 bytes.
    package var isIPv6: Bool { bytes.count == 16 }

    /// The one canonical form.
    ///
    /// Source: RFC 8738 §3; RFC 5952 §4.
    package var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        // Cannot fail: the family matches the bytes, and the buffer holds the longest text.
        _ = unsafe inet_ntop(isIPv6 ? AF_INET6 : AF_INET, bytes, &text, socklen_t(text.count))
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }
}

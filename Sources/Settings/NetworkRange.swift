/// An IP address, or the addresses that begin like it.
///
/// Source: RFC 4632 §3.1; RFC 4291 §2.3.
package struct NetworkRange: Equatable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let description: String

    /// Takes an address with or without the length of its prefix; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ NetworkAddress(String($0)) }) else { return nil }
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy(\.isASCIIDigit), let length = Int(parts[1]),
                length <= address.bits
            else { return nil }
        }
        description = text
    }
}

/// An IP address in numbers.
struct NetworkAddress {
    /// 32 for IPv4, 128 for IPv6.
    let bits: Int

    /// Takes `text` as an address; `nil` if it is none.
    ///
    /// Source: RFC 4291 §2.2; RFC 6943 §3.1.1 (four decimal numbers and no other form of IPv4).
    init?(_ text: String) {
        if Self.isIPv4(text[...]) {
            bits = 32
        } else {
            guard Self.isIPv6(text) else { return nil }
            bits = 128
        }
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                part.utf8.allSatisfy(\.isASCIIDigit) && UInt8(part) != nil
                    && (part == "0" || !part.hasPrefix("0"))
            }
    }

    private static func isIPv6(_ text: String) -> Bool {
        let halves = text.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2 else { return false }
        let groups = halves.map { half in
            half.isEmpty ? [] : half.split(separator: ":", omittingEmptySubsequences: false)
        }
        var count = 0
        for (number, half) in groups.enumerated() {
            for (index, group) in half.enumerated() {
                let isLast = number == groups.count - 1 && index == half.count - 1
                if isLast, group.contains(".") {
                    guard isIPv4(group) else { return false }
                    count += 2
                } else {
                    guard (1...4).contains(group.utf8.count), UInt16(group, radix: 16) != nil,
                        group.utf8.allSatisfy(\.isASCIILetterOrDigit)
                    else { return false }
                    count += 1
                }
            }
        }
        return halves.count == 2 ? count <= 7 : count == 8
    }
}

import PKI

/// An IP address, or the addresses that begin like it.
///
/// Source: RFC 4632 §3.1; RFC 4291 §2.3.
package struct NetworkRange: Equatable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let description: String

    /// Takes an address with or without the length of its prefix; `nil` for anything else.
    init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = parts.first.flatMap({ IPAddress(String($0)) }) else { return nil }
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy(\.isASCIIDigit), let length = Int(parts[1]),
                length <= address.bytes.count * 8
            else { return nil }
        }
        description = text
    }
}

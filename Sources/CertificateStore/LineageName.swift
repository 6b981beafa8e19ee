/// The name of a certificate and all its successors; it can stand in a path as it is.
package struct LineageName: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String

    /// Takes `text` as a name.
    ///
    /// Returns `nil` unless it is 1 to 200 characters of lower-case letters, digits, dots, hyphens
    /// and underscores that begin with a letter or digit. The limit leaves room for suffixes in a
    /// file's name.
    package init?(_ text: String) {
        let isAllowed = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default:
                false
            }
        }
        guard isAllowed, (1...200).contains(text.utf8.count),
            let first = text.utf8.first, !".-_".utf8.contains(first)
        else { return nil }
        description = text
    }

    /// The usual name of a certificate whose first name is that host name or address.
    ///
    /// `2001:db8::1` becomes `2001-db8--1` and `::1` becomes `0--1`; `nil` for a name that is too
    /// long.
    package static func usual(for name: String) -> LineageName? {
        let text = name.replacing(":", with: "-")
        return LineageName(text.hasPrefix("-") ? "0\(text)" : text)
    }

    package static func < (one: LineageName, other: LineageName) -> Bool {
        one.description < other.description
    }
}

extension LineageName: Codable {
    package init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let name = LineageName(text) else {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "not a lineage's name")
            )
        }
        self = name
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

package import FoundationEssentials

/// Writes DER by hand, so that tests can write what no library would.
///
/// Source: X.690.
package enum DER {
    /// One element: tag, length, content.
    package static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        [tag] + length(content.count) + content
    }

    /// Elements in their order.
    package static func sequence(_ elements: [UInt8]...) -> [UInt8] {
        element(0x30, elements.flatMap(\.self))
    }

    /// Elements as a set; the caller sorts them.
    package static func set(_ elements: [UInt8]...) -> [UInt8] {
        element(0x31, elements.flatMap(\.self))
    }

    /// A truth value.
    package static func boolean(_ value: Bool) -> [UInt8] {
        element(0x01, [value ? 0xff : 0x00])
    }

    /// A number that is not negative, from its big-endian bytes, which may have leading zeros.
    package static func integer(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array(bytes.drop { $0 == 0 })
        let needsZero = digits.first.map { $0 >= 0x80 } ?? true
        return element(0x02, needsZero ? [0] + digits : digits)
    }

    /// Bits, the last `unusedBits` of which do not count.
    package static func bitString(_ bytes: [UInt8], unusedBits: UInt8 = 0) -> [UInt8] {
        element(0x03, [unusedBits] + bytes)
    }

    /// Bytes.
    package static func octetString(_ bytes: [UInt8]) -> [UInt8] {
        element(0x04, bytes)
    }

    /// Nothing.
    package static let null = element(0x05, [])

    /// An object identifier in dotted form, such as `2.5.4.3`.
    package static func identifier(_ dotted: String) -> [UInt8] {
        let arcs = dotted.split(separator: ".").compactMap { Int($0) }
        let first = arcs[0] * 40 + arcs[1]
        return element(0x06, ([first] + arcs.dropFirst(2)).flatMap(base128))
    }

    /// Text.
    package static func utf8String(_ text: String) -> [UInt8] {
        element(0x0c, Array(text.utf8))
    }

    /// A context-specific element that wraps others.
    package static func wrapped(_ number: UInt8, _ elements: [UInt8]...) -> [UInt8] {
        element(0xa0 | number, elements.flatMap(\.self))
    }

    /// A context-specific element that holds bytes.
    package static func tagged(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
        element(0x80 | number, content)
    }

    /// A moment in whole seconds: UTCTime to the year 2049, GeneralizedTime after it.
    ///
    /// Source: RFC 5280 §4.1.2.5.
    package static func time(_ date: Date) -> [UInt8] {
        let digits = date.formatted(.iso8601).filter { $0.isNumber || $0 == "Z" }
        return digits < "2050"
            ? element(0x17, Array(digits.dropFirst(2).utf8))
            : element(0x18, Array(digits.utf8))
    }

    private static func length(_ count: Int) -> [UInt8] {
        guard count >= 0x80 else { return [UInt8(count)] }
        let bytes = bigEndian(count)
        return [0x80 | UInt8(bytes.count)] + bytes
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        value == 0 ? [] : bigEndian(value >> 8) + [UInt8(value & 0xff)]
    }

    /// Seven bits a byte; all bytes but the last have the eighth bit set.
    private static func base128(_ value: Int) -> [UInt8] {
        let last = UInt8(value & 0x7f)
        let others = value >> 7
        return (others == 0 ? [] : base128(others).map { $0 | 0x80 }) + [last]
    }
}

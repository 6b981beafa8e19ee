/// The name or an argument of a directive, as it stands in a file.
package struct Word: Equatable, Sendable {
    /// Its bytes in the file, with its quotes.
    package let span: Range<Int>
    /// What nginx makes of it: without quotes, and with escapes resolved.
    package let value: [UInt8]
    package let isQuoted: Bool

    /// Takes the word that stands at `span`.
    init(_ span: Range<Int>, in bytes: [UInt8]) {
        self.span = span
        let first = bytes[span.lowerBound]
        isQuoted = first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        let content = isQuoted ? span.lowerBound + 1..<span.upperBound - 1 : span
        value = Self.unescaped(bytes[content])
    }

    /// The value as text; `nil` unless it is UTF-8.
    package var text: String? { String(validating: value, as: UTF8.self) }

    /// A backslash is dropped before a quote and another backslash, and makes control bytes of
    /// `t`, `r` and `n`; before all else it stays.
    private static func unescaped(_ content: ArraySlice<UInt8>) -> [UInt8] {
        guard content.contains(UInt8(ascii: "\\")) else { return Array(content) }
        var value: [UInt8] = []
        value.reserveCapacity(content.count)
        var rest = content
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let next = rest.popFirst() else {
                value.append(byte)
                continue
            }
            switch next {
            case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"): value.append(next)
            case UInt8(ascii: "t"): value.append(UInt8(ascii: "\t"))
            case UInt8(ascii: "r"): value.append(UInt8(ascii: "\r"))
            case UInt8(ascii: "n"): value.append(UInt8(ascii: "\n"))
            default: value += [byte, next]
            }
        }
        return value
    }
}

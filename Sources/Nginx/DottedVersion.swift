/// A version in numbers, as `1.25.3`; what is missing at its end counts as 0.
package struct DottedVersion: Comparable, Sendable, CustomStringConvertible {
    package let parts: [Int]

    package init(_ parts: [Int]) {
        self.parts = parts
    }

    /// Reads the numbers that `text` begins with; `nil` where there are none.
    package init?(_ text: some StringProtocol) {
        var parts: [Int] = []
        for part in text.split(separator: ".", omittingEmptySubsequences: false) {
            let digits = part.prefix { $0.isASCII && $0.isNumber }
            guard let number = Int(digits) else { break }
            parts.append(number)
            // The `w` of `1.1.1w`, or a word after a blank, ends it.
            guard digits.endIndex == part.endIndex else { break }
        }
        guard !parts.isEmpty else { return nil }
        self.parts = parts
    }

    package var description: String { parts.map(String.init).joined(separator: ".") }

    package static func < (one: DottedVersion, other: DottedVersion) -> Bool {
        one.significant.lexicographicallyPrecedes(other.significant)
    }

    package static func == (one: DottedVersion, other: DottedVersion) -> Bool {
        one.significant == other.significant
    }

    private var significant: ArraySlice<Int> {
        parts[..<(parts.lastIndex { $0 != 0 }.map { $0 + 1 } ?? 0)]
    }
}

/// Reads a regular expression; gives up at what it does not know, and never guesses.
struct PatternReader {
    /// How deep groups can be nested, and how often something can be repeated.
    private static let deepest = 32
    private static let most = 1000

    private let bytes: [UInt8]
    private var index = 0
    private var depth = 0
    private(set) var ignoresCase: Bool

    init(_ bytes: [UInt8], ignoresCase: Bool) {
        self.bytes = bytes
        self.ignoresCase = ignoresCase
    }

    /// The alternatives of the whole pattern.
    mutating func wholePattern() -> [[PatternNode]]? {
        if take("(?i)") { ignoresCase = true }
        guard let branches = alternatives(), index == bytes.count else { return nil }
        return branches
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[index...].starts(with: text.utf8) else { return false }
        index += text.utf8.count
        return true
    }

    private mutating func alternatives() -> [[PatternNode]]? {
        var branches: [[PatternNode]] = [[]]
        while let byte = next, byte != UInt8(ascii: ")") {
            if take("|") {
                branches.append([])
                continue
            }
            guard let atom = atom(), let node = repeated(atom) else { return nil }
            branches[branches.count - 1].append(node)
        }
        return branches
    }

    private mutating func atom() -> PatternNode? {
        guard let byte = next else { return nil }
        switch byte {
        case UInt8(ascii: "("): return group()
        case UInt8(ascii: "["): return bracket()
        case UInt8(ascii: "\\"):
            index += 1
            return escaped().map { .set($0) }
        case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
            return nil
        default:
            index += 1
            switch byte {
            case UInt8(ascii: "^"): return .start
            case UInt8(ascii: "$"): return .end
            case UInt8(ascii: "."):
                let lineEnd = UInt8(ascii: "\n")
                return .set(ByteSet(ranges: [lineEnd...lineEnd], isNegated: true))
            default: return .set(ByteSet(ranges: [byte...byte]))
            }
        }
    }

    private mutating func group() -> PatternNode? {
        index += 1
        depth += 1
        defer { depth -= 1 }
        guard depth < Self.deepest else { return nil }
        let isAhead = take("?=")
        let isNegated = !isAhead && take("?!")
        if !isAhead, !isNegated, take("?") {
            guard take(":") || groupName() else { return nil }
        }
        guard let branches = alternatives(), take(")") else { return nil }
        return isAhead || isNegated
            ? .ahead(branches, isNegated: isNegated) : .group(branches)
    }

    /// `<name>` or `P<name>`; looking behind begins alike.
    private mutating func groupName() -> Bool {
        _ = take("P")
        guard take("<"), next != UInt8(ascii: "="), next != UInt8(ascii: "!") else { return false }
        while let byte = next, byte != UInt8(ascii: ">") { index += 1 }
        return take(">")
    }

    private mutating func repeated(_ node: PatternNode) -> PatternNode? {
        var least = 1
        var most: Int? = 1
        if take("*") {
            (least, most) = (0, nil)
        } else if take("+") {
            most = nil
        } else if take("?") {
            least = 0
        } else if take("{") {
            guard let count = count(), count.least <= count.most ?? count.least else { return nil }
            (least, most) = count
        } else {
            return node
        }
        // Possessive ones match less.
        guard next != UInt8(ascii: "+") else { return nil }
        _ = take("?")
        return .repetition(node, least, most)
    }

    /// `3}`, `3,}` or `3,5}`.
    private mutating func count() -> (least: Int, most: Int?)? {
        guard let least = number() else { return nil }
        var most: Int? = least
        if take(",") { most = number() }
        return take("}") ? (least, most) : nil
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
            value = (value ?? 0) * 10 + Int(byte - UInt8(ascii: "0"))
            guard let value, value <= Self.most else { return nil }
            index += 1
        }
        return value
    }

    /// What follows a backslash: a class, or a mark that means itself.
    private mutating func escaped() -> ByteSet? {
        guard let byte = next else { return nil }
        index += 1
        switch byte {
        case UInt8(ascii: "d"): return Self.digits
        case UInt8(ascii: "w"): return Self.letters
        case UInt8(ascii: "s"): return Self.blanks
        case UInt8(ascii: "D"): return ByteSet(ranges: Self.digits.ranges, isNegated: true)
        case UInt8(ascii: "W"): return ByteSet(ranges: Self.letters.ranges, isNegated: true)
        case UInt8(ascii: "S"): return ByteSet(ranges: Self.blanks.ranges, isNegated: true)
        case let byte where Self.letters.contains(byte): return nil
        default: return ByteSet(ranges: [byte...byte])
        }
    }

    private mutating func bracket() -> PatternNode? {
        index += 1
        var set = ByteSet()
        set.isNegated = take("^")
        var isFirst = true
        while let byte = next, byte != UInt8(ascii: "]") || isFirst {
            isFirst = false
            index += 1
            if byte == UInt8(ascii: "[") && next == UInt8(ascii: ":") { return nil }
            if byte == UInt8(ascii: "\\") {
                guard let inner = escaped(), !inner.isNegated else { return nil }
                set.ranges += inner.ranges
            } else if next == UInt8(ascii: "-"), index + 1 < bytes.count,
                bytes[index + 1] != UInt8(ascii: "]")
            {
                let last = bytes[index + 1]
                guard last != UInt8(ascii: "\\"), byte <= last else { return nil }
                index += 2
                set.ranges.append(byte...last)
            } else {
                set.ranges.append(byte...byte)
            }
        }
        return take("]") ? .set(set) : nil
    }

    private static let digits = ByteSet(ranges: [UInt8(ascii: "0")...UInt8(ascii: "9")])
    private static let letters = ByteSet(
        ranges: digits.ranges + [
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "_")...UInt8(ascii: "_"),
        ]
    )
    private static let blanks = ByteSet(
        ranges: [0x09...0x0D, UInt8(ascii: " ")...UInt8(ascii: " ")]
    )
}

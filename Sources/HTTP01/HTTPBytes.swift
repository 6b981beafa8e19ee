// The characters of HTTP/1 as bytes: requests are not text before they are understood.

extension UInt8 {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")

    /// Whether this is an ASCII character that leaves ink.
    var isVisible: Bool { (0x21...0x7e).contains(self) }

    /// The small letter, where this is a capital one.
    fileprivate var lowercased: UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
    }

    /// Whether this may stand in a method or in a field's name (`tchar`, RFC 9110 §5.6.2).
    fileprivate var isTokenCharacter: Bool {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "^")...UInt8(ascii: "z"), UInt8(ascii: "#")...UInt8(ascii: "'"),
            UInt8(ascii: "!"), UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "-"),
            UInt8(ascii: "."), UInt8(ascii: "|"), UInt8(ascii: "~"):
            true
        default:
            false
        }
    }
}

extension ArraySlice<UInt8> {
    /// Whether this can be a method or a field's name.
    var isToken: Bool { !isEmpty && allSatisfy(\.isTokenCharacter) }

    /// Whether this is nothing but visible ASCII characters.
    var isVisible: Bool { allSatisfy(\.isVisible) }

    /// Whether this is nothing but decimal digits, and at least one.
    var isNumber: Bool {
        !isEmpty && allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// What is left without spaces and tabs at both ends.
    var withoutSpaceAround: ArraySlice<UInt8> {
        let start = drop { $0 == .space || $0 == .tab }
        let last = start.lastIndex { $0 != .space && $0 != .tab }
        return last.map { start[...$0] } ?? []
    }

    /// Whether `slice` is `word`, which is in lower case, in whatever case it is written.
    static func ~= (word: String, slice: ArraySlice<UInt8>) -> Bool {
        slice.count == word.utf8.count
            && zip(slice, word.utf8).allSatisfy { byte, letter in byte.lowercased == letter }
    }
}

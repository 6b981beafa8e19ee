/// How a word is written so that nginx reads its value back.
package enum Quoting {
    /// What nginx's buffer holds beside the closing quote and the blank after it.
    private static let longest = Lexer.bufferSize - 3

    /// Writes a word, in double quotes where it needs them.
    ///
    /// - Throws: ``PrintError`` for a value that is too long, or has a NUL, where nginx ends paths.
    package static func word(_ value: [UInt8]) throws(PrintError) -> [UInt8] {
        guard !value.contains(0) else { throw .zeroByte(value) }
        let text = isPlain(value) ? value : quoted(value)
        guard value.count <= longest, text.count - 2 <= longest else {
            throw .tooLong(value)
        }
        return text
    }

    /// Whether every byte means itself wherever it stands in a word.
    private static func isPlain(_ value: [UInt8]) -> Bool {
        !value.isEmpty
            && value.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "#"),
                    UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "\\"), 0x7F:
                    false
                default: byte > UInt8(ascii: " ")
                }
            }
    }

    private static func quoted(_ value: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        let backslash = UInt8(ascii: "\\")
        var text = [quote]
        text.reserveCapacity(value.count + 2)
        for byte in value {
            if byte == quote || byte == backslash { text.append(backslash) }
            text.append(byte)
        }
        text.append(quote)
        return text
    }
}

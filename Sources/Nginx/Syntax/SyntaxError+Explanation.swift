extension SyntaxError.Reason {
    /// What is wrong, for people, in one clause.
    package var explanation: String {
        switch self {
        case .missingDirective(let byte): "a directive is missing before \(Self.text(byte))"
        case .missingSemicolon: "the directive is not ended by ';'"
        case .strayBrace: "this '}' closes no block"
        case .textAfterQuote(let byte): "\(Self.text(byte)) follows a closing quote"
        case .unclosedQuote: "this quote is not closed"
        case .unclosedBlock: "this block is not closed by '}'"
        case .unclosedLua: "this Lua code does not end"
        case .tooLong(let limit): "a word or comment of more than \(limit - 1) bytes begins here"
        case .blockInData: "a block cannot stand in a block of data"
        case .tooDeep(let limit): "blocks are nested deeper than \(limit)"
        }
    }

    /// What to do about it, for people.
    package var remedy: String {
        switch self {
        case .missingDirective: "take it away, or write a directive before it"
        case .missingSemicolon: "write ';' after its last word"
        case .strayBrace: "take it away, or look for a '{' that is missing before it"
        case .textAfterQuote: "put a blank between them, or the whole word into the quotes"
        case .unclosedQuote: "write the same quote again where the word ends"
        case .unclosedBlock: "write '}' where the block ends"
        case .unclosedLua: "close its strings, long brackets and braces"
        case .tooLong: "break it up: nginx cannot read it either"
        case .blockInData: "each entry is words and ';'"
        case .tooDeep: "look for a '}' that is missing"
        }
    }

    private static func text(_ byte: UInt8) -> String {
        guard (0x21...0x7E).contains(byte) else {
            let digits = String(byte, radix: 16)
            return "the byte 0x\(digits.count < 2 ? "0" : "")\(digits)"
        }
        return "'\(Character(Unicode.Scalar(byte)))'"
    }
}

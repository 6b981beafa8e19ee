/// Takes a configuration apart exactly as nginx does, byte by byte.
///
/// Blank are space, tab, CR and LF and nothing else: a no-break space or a byte order mark is part
/// of a word.
///
/// Source: `ngx_conf_read_token` of nginx; knowledge of its edges comes from trying them.
package struct Lexer {
    /// The size of nginx's buffer: what it cannot hold whole is no token.
    package static let bufferSize = 4096

    private let bytes: [UInt8]
    private var index = 0
    /// Where the token that is being read begins.
    private var tokenStart = 0

    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The next token; ``Token/Kind/end`` again and again once all are read.
    package mutating func next() throws(SyntaxError) -> Token {
        while index < bytes.count, bytes[index].isBlank { index += 1 }
        tokenStart = index
        guard index < bytes.count else { return Token(.end, index..<index) }
        switch bytes[index] {
        case UInt8(ascii: ";"): return mark(.semicolon)
        case UInt8(ascii: "{"): return mark(.openingBrace)
        case UInt8(ascii: "}"): return mark(.closingBrace)
        case UInt8(ascii: "#"): return try comment()
        case UInt8(ascii: "\""), UInt8(ascii: "'"): return try quotedWord()
        default: return try bareWord()
        }
    }

    /// Reads the Lua code of a block whose `{` was the last token, and the `}` that closes it.
    ///
    /// - Returns: The bytes between the braces.
    package mutating func luaBody() throws(SyntaxError) -> Range<Int> {
        let start = index
        var scanner = LuaScanner(bytes, from: start)
        let end = try scanner.closingBrace()
        index = end + 1
        return start..<end
    }

    private mutating func mark(_ kind: Token.Kind) -> Token {
        index += 1
        return Token(kind, index - 1..<index)
    }

    private mutating func comment() throws(SyntaxError) -> Token {
        let start = index
        while index < bytes.count {
            try checkRoom(from: start, at: index)
            guard bytes[index] != UInt8(ascii: "\n") else { break }
            index += 1
        }
        return Token(.comment, start..<index)
    }

    /// Reads up to a blank, `;` or `{`; other marks are ordinary within a word.
    private mutating func bareWord() throws(SyntaxError) -> Token {
        let start = index
        // In `${` the brace does not end the word, nor do braces that follow it at once.
        var isVariable = false
        var isEscaped = false
        while index < bytes.count {
            try checkRoom(from: start, at: index)
            let byte = bytes[index]
            if isEscaped {
                isEscaped = false
            } else if byte == UInt8(ascii: "{") && isVariable {
                // Still the variable's.
            } else if byte.isBlank || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "{") {
                try checkRoom(from: start, afterBlankAt: index)
                return Token(.word, start..<index)
            } else {
                isVariable = byte == UInt8(ascii: "$")
                isEscaped = byte == UInt8(ascii: "\\")
            }
            index += 1
        }
        return Token(.word, start..<index)
    }

    private mutating func quotedWord() throws(SyntaxError) -> Token {
        let start = index
        let quote = bytes[start]
        var isEscaped = false
        index += 1
        while index < bytes.count {
            try checkRoom(from: start + 1, at: index)
            let byte = bytes[index]
            index += 1
            if isEscaped {
                isEscaped = false
            } else if byte == quote {
                try checkEnd(ofQuoteAt: start)
                return Token(.word, start..<index)
            } else {
                isEscaped = byte == UInt8(ascii: "\\")
            }
        }
        throw SyntaxError(.unclosedQuote, at: start, in: bytes)
    }

    /// Looks at what follows a closing quote; a `)` there begins a new word.
    private func checkEnd(ofQuoteAt start: Int) throws(SyntaxError) {
        guard index < bytes.count else { return }
        try checkRoom(from: start + 1, at: index)
        switch bytes[index] {
        case UInt8(ascii: ";"), UInt8(ascii: "{"), UInt8(ascii: ")"): return
        case let byte where byte.isBlank: try checkRoom(from: start + 1, afterBlankAt: index)
        case let byte: throw SyntaxError(.textAfterQuote(byte), at: index, in: bytes)
        }
    }

    /// nginx lets go of a word when it has seen the byte *after* the blank that ended it.
    private func checkRoom(from start: Int, afterBlankAt index: Int) throws(SyntaxError) {
        guard bytes[index].isBlank, index + 1 < bytes.count else { return }
        try checkRoom(from: start, at: index + 1)
    }

    private func checkRoom(from start: Int, at index: Int) throws(SyntaxError) {
        guard index - start < Self.bufferSize else {
            throw SyntaxError(.tooLong(limit: Self.bufferSize), at: tokenStart, in: bytes)
        }
    }
}

extension UInt8 {
    /// Whether nginx takes the byte as a gap between words.
    var isBlank: Bool {
        self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") || self == UInt8(ascii: "\t")
            || self == UInt8(ascii: "\r")
    }
}

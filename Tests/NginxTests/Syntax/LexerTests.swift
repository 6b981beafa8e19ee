import Nginx
import Testing

/// Tokens tile the bytes: between them are only blanks.
@Suite struct LexerTests {
    private func tokens(_ text: String) throws -> [Token] {
        var lexer = Lexer(Array(text.utf8))
        var tokens: [Token] = []
        while tokens.last?.kind != .end {
            tokens.append(try lexer.next())
        }
        return tokens
    }

    @Test func `each token has its kind and its bytes`() throws {
        #expect(
            try tokens("a 'b' {#c\n}; ") == [
                Token(.word, 0..<1), Token(.word, 2..<5), Token(.openingBrace, 6..<7),
                Token(.comment, 7..<9), Token(.closingBrace, 10..<11), Token(.semicolon, 11..<12),
                Token(.end, 13..<13),
            ]
        )
    }

    @Test func `a parenthesis after a quote begins a word of its own`() throws {
        let words = try tokens("\"a\")b;").filter { $0.kind == .word }.map(\.span)
        #expect(words == [0..<3, 3..<5])
    }

    @Test func `after the last token the end comes again and again`() throws {
        var lexer = Lexer([])
        #expect(try lexer.next().kind == .end)
        #expect(try lexer.next().kind == .end)
    }

    @Test func `Lua code is read up to the brace that closes it`() throws {
        var lexer = Lexer(Array("{ a{'}'} --[[}]] } b;".utf8))
        #expect(try lexer.next().kind == .openingBrace)
        #expect(try lexer.luaBody() == 1..<17)
        #expect(try lexer.next() == Token(.word, 19..<20))
    }
}

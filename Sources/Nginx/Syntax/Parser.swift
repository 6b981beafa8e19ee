/// Makes the tree of a configuration.
///
/// It is no recursion, so that no nesting can exhaust the stack.
package struct Parser {
    /// How deep blocks can be nested; real configurations reach about six.
    package static let deepest = 256

    /// A block whose `}` has not come yet.
    private struct OpenBlock {
        let words: [Word]
        let kind: Directive.BlockKind
        let bodyStart: Int
        /// The finished directives of the block around it.
        let siblings: [SourceDirective]
    }

    private let bytes: [UInt8]
    private var lexer: Lexer
    private var open: [OpenBlock] = []
    /// The finished directives of the innermost block.
    private var directives: [SourceDirective] = []
    /// The words of the directive that has begun.
    private var words: [Word] = []
    private var comments: [Range<Int>] = []

    /// Parses a whole file.
    ///
    /// - Throws: The first ``SyntaxError``, where nginx would stop too.
    package static func parse(_ bytes: [UInt8]) throws(SyntaxError) -> SourceFile {
        var parser = Parser(bytes)
        return try parser.run()
    }

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
        lexer = Lexer(bytes)
    }

    private mutating func run() throws(SyntaxError) -> SourceFile {
        while true {
            let token = try lexer.next()
            switch token.kind {
            case .word: words.append(Word(token.span, in: bytes))
            case .comment: comments.append(token.span)
            case .semicolon: try finish(token, .none)
            case .openingBrace: try openBlock(token)
            case .closingBrace: try closeBlock(token)
            case .end:
                try checkEnd()
                return SourceFile(bytes: bytes, directives: directives, comments: comments)
            }
        }
    }

    private mutating func finish(
        _ last: Token,
        _ body: SourceDirective.Body
    ) throws(SyntaxError) {
        guard let name = words.first else {
            throw error(.missingDirective(before: bytes[last.span.lowerBound]), at: last)
        }
        directives.append(
            SourceDirective(
                name: name,
                arguments: Array(words.dropFirst()),
                span: name.span.lowerBound..<last.span.upperBound,
                body: body
            )
        )
        words.removeAll(keepingCapacity: true)
    }

    private mutating func openBlock(_ brace: Token) throws(SyntaxError) {
        guard let name = words.first else {
            throw error(.missingDirective(before: UInt8(ascii: "{")), at: brace)
        }
        guard open.last?.kind != .data else { throw error(.blockInData, at: brace) }
        guard open.count < Self.deepest else {
            throw error(.tooDeep(limit: Self.deepest), at: brace)
        }
        let kind = Directive.BlockKind(of: name.value)
        guard kind != .lua else {
            let body = try lexer.luaBody()
            try finish(Token(.closingBrace, body.upperBound..<body.upperBound + 1), .lua(body))
            return
        }
        open.append(
            OpenBlock(
                words: words,
                kind: kind,
                bodyStart: brace.span.upperBound,
                siblings: directives
            )
        )
        directives = []
        words = []
    }

    private mutating func closeBlock(_ brace: Token) throws(SyntaxError) {
        guard words.isEmpty else { throw error(.missingSemicolon, at: brace) }
        guard let block = open.popLast() else { throw error(.strayBrace, at: brace) }
        let span = block.bodyStart..<brace.span.lowerBound
        let children = directives
        directives = block.siblings
        words = block.words
        try finish(brace, block.kind == .data ? .data(span, children) : .block(span, children))
    }

    private func checkEnd() throws(SyntaxError) {
        if let name = words.first {
            throw SyntaxError(.missingSemicolon, at: name.span.lowerBound, in: bytes)
        }
        if let block = open.last {
            throw SyntaxError(.unclosedBlock, at: block.bodyStart - 1, in: bytes)
        }
    }

    private func error(_ reason: SyntaxError.Reason, at token: Token) -> SyntaxError {
        SyntaxError(reason, at: token.span.lowerBound, in: bytes)
    }
}

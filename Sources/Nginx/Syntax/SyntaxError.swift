/// Bytes that nginx would not take as a configuration, whatever the directives mean.
package struct SyntaxError: Error, Equatable {
    /// The rule that was broken.
    package enum Reason: Equatable, Sendable {
        /// A `;` or `{` stands where a directive has to begin.
        case missingDirective(before: UInt8)
        /// A block or the file ends before the directive does.
        case missingSemicolon
        /// A `}` closes nothing.
        case strayBrace
        /// A closing quote has to be followed by a blank, `;`, `{` or `)`, not by this.
        case textAfterQuote(UInt8)
        case unclosedQuote
        case unclosedBlock
        /// The Lua code of a block, or a string or comment in it, does not end.
        case unclosedLua
        /// A word or a comment is longer than nginx's buffer.
        case tooLong(limit: Int)
        /// A block stands among the entries of a `map` or its like.
        case blockInData
        /// Blocks are nested deeper than any configuration needs.
        case tooDeep(limit: Int)
    }

    package let reason: Reason
    /// Where the offending token begins, in bytes from the beginning of the file.
    package let offset: Int
    package let position: SourcePosition

    /// Says that the rule is broken at `offset` of `bytes`.
    package init(_ reason: Reason, at offset: Int, in bytes: [UInt8]) {
        self.reason = reason
        self.offset = offset
        position = SourcePosition(of: offset, in: bytes)
    }
}

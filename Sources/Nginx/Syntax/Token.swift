/// A piece of a configuration, by where it stands.
package struct Token: Equatable, Sendable {
    /// What it is.
    package enum Kind: Sendable {
        /// The name or an argument of a directive, with its quotes.
        case word
        case semicolon
        case openingBrace
        case closingBrace
        /// From `#` up to the end of the line, which is no part of it.
        case comment
        /// The end of the bytes.
        case end
    }

    package let kind: Kind
    /// Its bytes, counted from the beginning of the file.
    package let span: Range<Int>

    package init(_ kind: Kind, _ span: Range<Int>) {
        self.kind = kind
        self.span = span
    }
}

/// A configuration file: its bytes, and the tree of what stands where in them.
///
/// Between the spans of neighbours there is nothing but blanks and comments.
package struct SourceFile: Equatable, Sendable {
    package let bytes: [UInt8]
    package let directives: [SourceDirective]
    /// From `#` to the end of the line each, in order; Lua's own are not among them.
    package let comments: [Range<Int>]

    /// What the file says, without how it is written.
    package var contents: [Directive] { directives.map(content) }

    /// The place of a byte.
    package func position(of offset: Int) -> SourcePosition {
        SourcePosition(of: offset, in: bytes)
    }

    private func content(of directive: SourceDirective) -> Directive {
        let body: Directive.Body =
            switch directive.body {
            case .none: .none
            case .block(_, let children): .block(children.map(content))
            case .data(_, let entries): .data(entries.map(content))
            case .lua(let span): .lua(Array(bytes[span]))
            }
        return Directive(
            name: directive.name.value,
            arguments: directive.arguments.map(\.value),
            body: body
        )
    }
}

/// A directive as it stands in a file.
package struct SourceDirective: Equatable, Sendable {
    /// What follows its words; spans are of the bytes between the braces.
    package enum Body: Equatable, Sendable {
        case none
        case block(Range<Int>, [SourceDirective])
        case data(Range<Int>, [SourceDirective])
        case lua(Range<Int>)
    }

    package let name: Word
    package let arguments: [Word]
    /// From its name up to and with its `;` or `}`.
    package let span: Range<Int>
    package let body: Body

    /// The directives or entries in its block; none where it has no block or one of Lua.
    package var children: [SourceDirective] {
        switch body {
        case .block(_, let children), .data(_, let children): children
        case .none, .lua: []
        }
    }

    /// The bytes between its braces, if it has a block.
    package var bodySpan: Range<Int>? {
        switch body {
        case .block(let span, _), .data(let span, _), .lua(let span): span
        case .none: nil
        }
    }
}

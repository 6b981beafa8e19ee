import Nginx

/// What a site wants copied into its server block.
struct RawBlock {
    /// The lines as they stand in certctl.conf; none before and after them.
    let bytes: [UInt8]
    /// What stands in it, not in blocks of its own.
    let directives: [SourceDirective]
    private let source: [UInt8]

    /// Takes the bytes between the braces of `raw { }`; `nil` where they say nothing.
    ///
    /// - Throws: ``SyntaxError`` for what would not end with its block.
    init?(_ bytes: [UInt8]) throws(SyntaxError) {
        directives = try Parser.parse(bytes).directives
        source = bytes
        // The line of the opening brace, and the indentation of the closing one.
        let blanks = " \t\r\n".utf8
        guard let first = bytes.firstIndex(where: { !blanks.contains($0) }),
            let last = bytes.lastIndex(where: { !blanks.contains($0) })
        else { return nil }
        let lineStart = bytes[..<first].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 }
        // What follows the opening brace at once has no indentation of its own.
        let indentation = lineStart == nil ? Array("    ".utf8) : []
        self.bytes = indentation + bytes[(lineStart ?? first)...last] + [UInt8(ascii: "\n")]
    }

    /// Its directives of that name, for levels that would not inherit them.
    func items(named name: Term) -> [Item] {
        directives.filter { $0.name.value == name.bytes }.map { directive in
            let words = directive.arguments.map { Term(word: source[$0.span]) }
            return .directive(name, words, note: nil)
        }
    }

    /// Whether it has a directive of that name.
    func has(_ name: Term) -> Bool { directives.contains { $0.name.value == name.bytes } }

    /// The names of the headers that its directives of that name set, in lower case.
    func headers(setBy name: Term) -> Set<String> {
        let own = directives.filter { $0.name.value == name.bytes }
        return Set(own.compactMap { $0.arguments.first?.text?.lowercased() })
    }

    /// Whether it has the location of that prefix.
    func hasLocation(_ path: String) -> Bool {
        directives.contains { directive in
            guard directive.name.value == Array("location".utf8),
                let last = directive.arguments.last, last.value == Array(path.utf8)
            else { return false }
            let modifier = directive.arguments.dropLast().first?.text
            return modifier == nil || modifier == "^~"
        }
    }
}

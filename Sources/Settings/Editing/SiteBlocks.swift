import ACME
package import Nginx

/// The `site` blocks of a certctl.conf, to be added, changed and taken out: every other byte of the
/// file stays as it is.
package struct SiteBlocks: Sendable {
    /// One block, and where it stands.
    package struct Block: Sendable {
        package let settings: SiteSettings
        fileprivate let source: SourceDirective
    }

    package let blocks: [Block]
    private let source: SourceFile

    /// Reads the bytes of a certctl.conf.
    ///
    /// Throws all that is wrong with it: what cannot be read is not changed.
    package init(_ bytes: [UInt8], path: String, names: NameRules) throws(SettingsError) {
        let settings = try SettingsReader.read(bytes, path: path, names: names)
        do {
            source = try Parser.parse(bytes)
        } catch {
            preconditionFailure("a file that was read cannot be parsed: \(error)")
        }
        let directives = source.directives.filter { $0.name.value == Array("site".utf8) }
        // In a file without faults each directive has come to be a site, in the same order.
        precondition(directives.count == settings.sites.count)
        blocks = zip(settings.sites, directives).map { Block(settings: $0, source: $1) }
    }

    /// The block that is about that host, or whose certificate has that name.
    package func block(of name: String) -> Block? {
        blocks.first { block in
            let certificate = block.settings.certificate
            return certificate.lineage == name || certificate.names.contains { $0.value == name }
        }
    }

    /// The line on which a block begins, from 1.
    package func line(of block: Block) -> Int {
        SourcePosition(of: block.source.span.lowerBound, in: source.bytes).line
    }

    /// The text of a block.
    package func text(of block: Block) -> [UInt8] { Array(source.bytes[block.source.span]) }

    // MARK: Edits

    /// Puts a block behind all others.
    ///
    /// - Throws: ``PrintError`` for a value that cannot stand in such a file.
    package func adding(_ directive: Directive) throws(PrintError) -> [SpanEdit] {
        let bytes = source.bytes
        let eol = endOfLine
        var text: [UInt8] = []
        if let last = bytes.last {
            if last != UInt8(ascii: "\n") { text += eol }
            text += eol
        }
        for byte in try Printer.text(of: [directive]) {
            text += byte == UInt8(ascii: "\n") ? eol : [byte]
        }
        return [SpanEdit(bytes.count..<bytes.count, text)]
    }

    /// Takes a block out, with its line and the empty one before it; comments above it stay.
    package func removing(_ block: Block) -> [SpanEdit] {
        let bytes = source.bytes
        var range = block.source.span
        let before = bytes[..<range.lowerBound].lastIndex { !Self.isBlank($0) }
        let start = before.map { $0 + 1 } ?? bytes.startIndex
        guard start == bytes.startIndex || bytes[start - 1] == UInt8(ascii: "\n") else {
            // Something else stands before it on its line.
            return [SpanEdit(range, [])]
        }
        range = start..<self.lineEnd(after: range.upperBound)
        if let empty = emptyLine(before: range.lowerBound) {
            range = empty..<range.upperBound
        }
        return [SpanEdit(range, [])]
    }

    /// Has a block pass requests on to `servers`, and be of that kind where one is named.
    ///
    /// - Throws: ``PrintError`` for a value that cannot stand in such a file.
    package func setting(
        _ block: Block,
        to servers: [String],
        kind: String?
    ) throws(PrintError) -> [SpanEdit] {
        var edits: [SpanEdit] = []
        for (name, values) in [("kind", kind.map { [$0] } ?? []), ("to", servers)]
        where !values.isEmpty {
            var text: [UInt8] = []
            for value in values {
                text +=
                    (text.isEmpty ? [] : Array(" ".utf8)) + (try Quoting.word(Array(value.utf8)))
            }
            edits += self.edits(block, setting: name, text)
        }
        return edits
    }

    private func edits(_ block: Block, setting name: String, _ text: [UInt8]) -> [SpanEdit] {
        let known = block.source.children.first { $0.name.value == Array(name.utf8) }
        if let known, let first = known.arguments.first, let last = known.arguments.last {
            let span = first.span.lowerBound..<last.span.upperBound
            return SpanEdit(span, text, changing: source.bytes).map { [$0] } ?? []
        }
        guard let body = block.source.bodySpan else { return [] }
        let line = endOfLine + Array("    \(name) ".utf8) + text + Array(";".utf8)
        return [SpanEdit(body.lowerBound..<body.lowerBound, line)]
    }

    // MARK: Lines

    /// As the file's first line ends.
    private var endOfLine: [UInt8] {
        guard let end = source.bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0,
            source.bytes[end - 1] == UInt8(ascii: "\r")
        else { return Array("\n".utf8) }
        return Array("\r\n".utf8)
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// Where the line ends on which nothing but blanks stands from `offset` on; else `offset`.
    private func lineEnd(after offset: Int) -> Int {
        let bytes = source.bytes
        let rest = bytes[offset...].drop { Self.isBlank($0) || $0 == UInt8(ascii: "\r") }
        guard let next = rest.first else { return bytes.count }
        return next == UInt8(ascii: "\n") ? rest.startIndex + 1 : offset
    }

    /// Where the empty line before `offset` begins; `nil` where there is none.
    private func emptyLine(before offset: Int) -> Int? {
        let bytes = source.bytes
        guard offset > 0, bytes[offset - 1] == UInt8(ascii: "\n") else { return nil }
        let start = bytes[..<(offset - 1)].lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let isEmpty = bytes[start..<(offset - 1)].allSatisfy {
            Self.isBlank($0) || $0 == UInt8(ascii: "\r")
        }
        return isEmpty ? start : nil
    }
}

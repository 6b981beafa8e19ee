/// Makes text of a tree.
package enum Printer {
    /// The bytes that `file` was parsed from, put together again from its tree.
    package static func text(of file: SourceFile) -> [UInt8] {
        var writer = SourceWriter(file.bytes)
        for directive in file.directives {
            writer.write(directive)
        }
        return writer.finished()
    }

    /// The text of directives that were built by hand: one a line, blocks indented by four.
    ///
    /// - Throws: ``PrintError`` for what parsing would not give back.
    package static func text(of directives: [Directive]) throws(PrintError) -> [UInt8] {
        var output: [UInt8] = []
        try write(directives, depth: 0, to: &output)
        return output
    }

    private static func write(
        _ directives: [Directive],
        depth: Int,
        to output: inout [UInt8]
    ) throws(PrintError) {
        guard depth <= Parser.deepest else { throw .tooDeep(limit: Parser.deepest) }
        for directive in directives {
            output += repeatElement(UInt8(ascii: " "), count: 4 * depth)
            output += try Quoting.word(directive.name)
            for argument in directive.arguments {
                output.append(UInt8(ascii: " "))
                output += try Quoting.word(argument)
            }
            try writeBody(of: directive, depth: depth, to: &output)
            output.append(UInt8(ascii: "\n"))
        }
    }

    private static func writeBody(
        of directive: Directive,
        depth: Int,
        to output: inout [UInt8]
    ) throws(PrintError) {
        let kind = Directive.BlockKind(of: directive.name)
        switch (directive.body, kind) {
        case (.none, _): output.append(UInt8(ascii: ";"))
        case (.block(let children), .directives):
            try writeBlock(children, depth: depth, to: &output)
        case (.data(let entries), .data):
            guard entries.allSatisfy({ $0.body == .none }) else {
                throw .wrongBody(of: directive.name)
            }
            try writeBlock(entries, depth: depth, to: &output)
        case (.lua(let code), .lua):
            var scanner = LuaScanner(code + [UInt8(ascii: "}")], from: 0)
            // That code is not at fault for where it would stand: only its end counts.
            guard let end = try? scanner.closingBrace(), end == code.count else {
                throw .unbalancedLua(code)
            }
            output += Array(" {".utf8) + code + [UInt8(ascii: "}")]
        default: throw .wrongBody(of: directive.name)
        }
    }

    private static func writeBlock(
        _ children: [Directive],
        depth: Int,
        to output: inout [UInt8]
    ) throws(PrintError) {
        output += Array(" {\n".utf8)
        try write(children, depth: depth + 1, to: &output)
        output += repeatElement(UInt8(ascii: " "), count: 4 * depth)
        output.append(UInt8(ascii: "}"))
    }
}

/// Puts a file together again: what the tree says, and the gaps from the bytes themselves.
private struct SourceWriter {
    private let bytes: [UInt8]
    private var output: [UInt8] = []
    /// Up to where the bytes have been written.
    private var end = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        output.reserveCapacity(bytes.count)
    }

    mutating func write(_ directive: SourceDirective) {
        for word in [directive.name] + directive.arguments {
            copy(to: word.span.lowerBound)
            copy(to: word.span.upperBound)
        }
        if let body = directive.bodySpan {
            copy(to: body.lowerBound - 1)
            mark(UInt8(ascii: "{"))
            for child in directive.children {
                write(child)
            }
            copy(to: body.upperBound)
            mark(UInt8(ascii: "}"))
        } else {
            copy(to: directive.span.upperBound - 1)
            mark(UInt8(ascii: ";"))
        }
    }

    mutating func finished() -> [UInt8] {
        copy(to: bytes.count)
        return output
    }

    private mutating func copy(to offset: Int) {
        output += bytes[end..<offset]
        end = offset
    }

    private mutating func mark(_ byte: UInt8) {
        output.append(byte)
        end += 1
    }
}

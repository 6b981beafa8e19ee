import Nginx
import Testing

/// Bytes outside of the edits stay as they are.
@Suite struct SpanEditTests {
    private func apply(_ edits: [SpanEdit], to text: String) throws -> String {
        String(decoding: try SpanEdit.apply(edits, to: Array(text.utf8)), as: UTF8.self)
    }

    private func edit(_ range: Range<Int>, _ text: String) -> SpanEdit {
        SpanEdit(range, Array(text.utf8))
    }

    @Test func `edits in any order change their bytes and no others`() throws {
        let edits = [edit(8..<9, "longer"), edit(0..<3, ""), edit(4..<5, "X")]
        #expect(try apply(edits, to: "abc d e f g") == " X e longer g")
    }

    @Test func `insertions at one place keep their order and go before a replacement there`() throws
    {
        let edits = [edit(1..<2, "B"), edit(1..<1, "1"), edit(1..<1, "2"), edit(3..<3, "!")]
        #expect(try apply(edits, to: "abc") == "a12Bc!")
    }

    @Test(arguments: [[0..<3, 2..<4], [0..<3, 1..<1], [1..<2, 1..<2]])
    func `overlapping edits are refused`(ranges: [Range<Int>]) {
        #expect(throws: SpanEditError.overlap(ranges[1])) {
            try apply(ranges.map { edit($0, "x") }, to: "abcdef")
        }
    }

    @Test(arguments: [5..<8, 7..<7, -1..<0])
    func `edits beyond the bytes are refused`(range: Range<Int>) {
        #expect(throws: SpanEditError.outOfBounds(range)) {
            try apply([edit(range, "x")], to: "abcdef")
        }
    }

    /// Knowledge of in-place edits: a second run finds equal values and changes nothing.
    @Test func `values that stand there already make no edits`() throws {
        func plan(_ bytes: [UInt8]) throws -> [SpanEdit] {
            try Parser.parse(bytes).directives.flatMap(\.arguments).compactMap { word in
                SpanEdit(word.span, try Quoting.word(Array("new value".utf8)), changing: bytes)
            }
        }
        let before = Array("a old; # note\r\nb 'x y' \"new value\";".utf8)
        let edits = try plan(before)
        #expect(edits.count == 2)
        let after = try SpanEdit.apply(edits, to: before)
        #expect(
            String(decoding: after, as: UTF8.self)
                == "a \"new value\"; # note\r\nb \"new value\" \"new value\";"
        )
        #expect(try plan(after).isEmpty)
    }
}

import Testing

@testable import Commands

/// Text is filled, never cut.
@Suite struct ParagraphTests {
    @Test func `a line is as long as the width allows`() {
        #expect(Paragraph.lines("one two three", width: 7) == ["one two", "three"])
        #expect(Paragraph.lines("one two three", width: 6) == ["one", "two", "three"])
    }

    @Test func `a word that is too long has a line of its own`() {
        #expect(
            Paragraph.lines("a incomprehensible b", width: 5) == ["a", "incomprehensible", "b"]
        )
    }

    @Test func `a character counts once, however many bytes it has`() {
        #expect(Paragraph.lines("NAME… NAME…", width: 11) == ["NAME… NAME…"])
    }

    @Test func `no text is no line`() {
        #expect(Paragraph.lines("", width: 5).isEmpty)
        #expect(Paragraph.paragraphs(of: "").isEmpty)
    }

    @Test func `empty lines part paragraphs, other ends of lines do not`() {
        #expect(Paragraph.paragraphs(of: "a\nb\n\nc\n") == ["a b", "c"])
    }
}

import Diagnostics
import Testing

/// Cases P32 and F01 of the reliability catalogue: what others said must not act on a terminal.
@Suite struct HarmlessTextTests {
    @Test(
        arguments: [
            ("\u{1B}[31mred\u{1B}[0m", "·[31mred·[0m"),
            ("\u{9B}2J", "·2J"),
            ("bell\u{7}, back\u{8}, null\0, delete\u{7F}", "bell·, back·, null·, delete·"),
        ]
    )
    func `control characters become dots`(text: String, harmless: String) {
        #expect(text.harmless() == harmless)
    }

    @Test(arguments: ["a\nb", "a\rb", "a\tb", "a\u{2028}b", "a\u{2029}b"])
    func `what breaks or moves a line becomes a space`(text: String) {
        #expect(text.harmless() == "a b")
    }

    @Test func `a forged line stays in the line that quotes it`() {
        let text = "no\r\ncertctl: all is well"
        #expect(text.harmless() == "no  certctl: all is well")
    }

    @Test(arguments: ["\u{202E}", "\u{2066}", "\u{200F}", "\u{200B}", "\u{FEFF}", "\u{E000}"])
    func `what is not seen or turns the text around becomes a dot`(character: String) {
        #expect("exam\(character)ple".harmless() == "exam·ple")
    }

    @Test func `letters of any script stay`() {
        let text = "bücher.example → 例え, пример, 'quoted' \\ $HOME"
        #expect(text.harmless() == text)
    }

    @Test func `what goes beyond the limit is cut and marked`() {
        #expect("abcdef".harmless(limit: 3) == "abc…")
        #expect("abc".harmless(limit: 3) == "abc")
    }

    @Test func `a limit counts what is kept, not what a letter is made of`() {
        // One letter of 100,000 accents would otherwise pass as one character.
        let text = "e" + String(repeating: "\u{301}", count: 100_000)
        #expect(text.harmless(limit: 10).unicodeScalars.count == 11)
    }

    @Test func `64 KiB of a CA's detail end after 2000 characters`() {
        let text = String(repeating: "x", count: 65_536)
        #expect(text.harmless() == String(repeating: "x", count: 2000) + "…")
    }
}

import Testing

@testable import Commands

/// groff_man(7), groff_char(7): what a text means to roff is escaped.
@Suite struct RoffTests {
    @Test(
        arguments: [
            ("--ca-roots", #"\-\-ca\-roots"#),
            (".conf is a file", #"\&.conf is a file"#),
            ("'quoted'", #"\(aqquoted\(aq"#),
            (#"a\b"#, #"a\eb"#),
            (#"a "b""#, #"a \(dqb\(dq"#),
            ("`x` ~ ^", #"\(gax\(ga \(ti \(ha"#),
            ("NAME…", #"NAME.\|.\|."#),
            ("→", #"\[u2192]"#),
            ("😀", #"\[u1F600]"#),
            ("two\nlines", "two lines"),
            ("plain text, 1 (one).", "plain text, 1 (one)."),
        ]
    )
    func `text is escaped`(text: String, escaped: String) {
        #expect(Roff.text(text) == escaped)
    }

    @Test func `a text that begins with dots is no request`() {
        #expect(Roff.text("…") == #"\&.\|.\|."#)
        #expect(Roff.paragraph(".so /etc/passwd") == ".PP\n\\&.so /etc/passwd\n")
    }

    @Test func `the requests look like this`() {
        #expect(Roff.title(["X", "8", "", "x 1"]) == ".TH \"X\" \"8\" \"\" \"x 1\"\n")
        #expect(Roff.section("SEE ALSO") == ".SH \"SEE ALSO\"\n")
        #expect(Roff.subsection("x [-y]") == ".SS \"x [\\-y]\"\n")
        #expect(Roff.item(Roff.bold("-x"), "-y") == ".TP\n\\fB\\-x\\fR\n\\-y\n")
        #expect(Roff.italic("N") == "\\fIN\\fR")
    }
}

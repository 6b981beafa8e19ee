import Nginx
import TestSupport
import Testing

/// The grammar of `ngx_conf_read_token`; nginx itself is asked in `nginx-syntax.test.sh`.
@Suite struct ParserTests {
    private func tree(_ text: String) throws -> [Directive] {
        try Parser.parse(Array(text.utf8)).contents
    }

    @Test(arguments: SyntaxCase.all)
    func `a case at the edge of the grammar is judged as by nginx`(_ syntax: SyntaxCase) {
        let verdict: SyntaxCase.Verdict
        do throws(SyntaxError) {
            let file = try Parser.parse(syntax.bytes)
            #expect(Printer.text(of: file) == syntax.bytes)
            verdict = .accepted
        } catch {
            verdict = .refused(error.reason, error.position)
        }
        #expect(verdict == syntax.verdict)
    }

    @Test(
        arguments: [
            (#"a\"b"#, #"a"b"#), (#"a\\b"#, #"a\b"#), (#"a\'b"#, "a'b"), (#"\t\r\n"#, "\t\r\n"),
            (#"\d\;\{\ x"#, #"\d\;\{\ x"#), (#""a\"b\d""#, #"a"b\d"#), (#"'a"b'"#, #"a"b"#),
            (#""""#, ""), (#"a\\\"b"#, #"a\"b"#), ("a}b#c", "a}b#c"), (#""\\n""#, #"\n"#),
        ]
    )
    func `a word has the value that nginx takes it for`(written: String, value: String) throws {
        #expect(try tree("x \(written);") == [Directive("x", value)])
    }

    @Test func `a tree has names, arguments and blocks`() throws {
        let tree = try tree("a; b c 'd' { e { } f g; }")
        let block = Directive.Body.block([Directive("e", body: .block([])), Directive("f", "g")])
        #expect(tree == [Directive("a"), Directive("b", "c", "d", body: block)])
    }

    @Test(arguments: ["map", "geo", "types", "split_clients", "charset_map", "match"])
    func `a block of data has entries`(name: String) throws {
        let entries = [Directive("listen", "80"), Directive("~^a", "b")]
        #expect(
            try tree("\(name) $x { listen 80; ~^a b; }")
                == [Directive(name, "$x", body: .data(entries))]
        )
    }

    @Test func `Lua code is kept as it stands`() throws {
        let code = #" if x == "}" then f{'a}'} end -- } "#
        #expect(
            try tree("set_by_lua_block $res {\(code)\n} a;")
                == [
                    Directive("set_by_lua_block", "$res", body: .lua(Array("\(code)\n".utf8))),
                    Directive("a"),
                ]
        )
    }

    @Test func `spans tell where everything stands`() throws {
        let file = try Parser.parse(Array("# c\n b  'd' { e; }# f".utf8))
        let directive = try #require(file.directives.first)
        #expect(directive.span == 5..<18)
        #expect(directive.name.span == 5..<6)
        #expect(directive.arguments.map(\.span) == [8..<11])
        #expect(directive.arguments.map(\.isQuoted) == [true])
        #expect(directive.bodySpan == 13..<17)
        #expect(directive.children.map(\.span) == [14..<16])
        #expect(file.comments == [0..<3, 18..<21])
    }

    @Test func `two hundred blocks in each other are parsed`() throws {
        let bytes = Array(
            (String(repeating: "a {", count: 200) + String(repeating: "}", count: 200)).utf8
        )
        #expect(try Printer.text(of: Parser.parse(bytes)) == bytes)
    }

    @Test func `a hundred thousand blocks in each other are an error`() {
        let bytes = Array(String(repeating: "a{", count: 100_000).utf8)
        #expect(throws: SyntaxError(.tooDeep(limit: 256), at: 513, in: bytes)) {
            try Parser.parse(bytes)
        }
    }

    @Test func `a place counts bytes from one`() throws {
        let file = try Parser.parse(Array("ä b;\r\n  c;".utf8))
        let places = file.directives.map { file.position(of: $0.span.lowerBound).description }
        #expect(places == ["1:1", "2:3"])
        #expect(file.position(of: file.directives[0].arguments[0].span.lowerBound).column == 4)
    }

    @Test func `every rule is explained, with what to do`() {
        for case .refused(let reason, _) in SyntaxCase.all.map(\.verdict) {
            #expect(!reason.explanation.isEmpty && !reason.remedy.isEmpty)
        }
        #expect(SyntaxError.Reason.textAfterQuote(0xA0).explanation.contains("0xa0"))
    }
}

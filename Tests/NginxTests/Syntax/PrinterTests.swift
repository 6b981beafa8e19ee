import Nginx
import TestSupport
import Testing

/// What is printed parses to what was meant; what cannot be said is refused.
@Suite struct PrinterTests {
    private func text(_ directives: Directive...) throws -> String {
        String(decoding: try Printer.text(of: directives), as: UTF8.self)
    }

    /// `make fuzz` takes a million.
    @Test func `random trees and random bytes survive printing and parsing`() {
        var totals = RoundTrip.Totals()
        for seed in 0..<UInt64(3000) {
            #expect(RoundTrip.fault(ofSeed: seed, &totals) == nil, "seed \(seed)")
        }
        #expect(totals.trees == 3000)
    }

    @Test func `directives are indented by their depth`() throws {
        let inner = Directive("listen", "80")
        #expect(
            try text(Directive("a"), Directive("server", body: .block([inner])))
                == "a;\nserver {\n    listen 80;\n}\n"
        )
    }

    @Test(
        arguments: [
            ("plain", "plain"), ("", #""""#), ("a b", #""a b""#), ("$x", "$x"),
            ("${x}", #""${x}""#),
            (#"\d{3}"#, #""\\d{3}""#), (#"a"b"#, #""a\"b""#), ("#a", ##""#a""##), ("ä", "ä"),
        ]
    )
    func `a word is quoted where it has to be`(value: String, written: String) throws {
        #expect(try text(Directive("x", value)) == "x \(written);\n")
    }

    @Test(arguments: [4093, 4094])
    func `the longest word that nginx reads can be printed`(count: Int) throws {
        let tree = [Directive("x", String(repeating: "a", count: count), "b")]
        guard count == 4093 else {
            #expect(throws: PrintError.tooLong(tree[0].arguments[0])) { try Printer.text(of: tree) }
            return
        }
        #expect(try Parser.parse(Printer.text(of: tree)).contents == tree)
    }

    @Test func `a word that grows too long by its quotes is refused`() {
        let value = [UInt8](repeating: UInt8(ascii: "\""), count: 2047)
        #expect(throws: PrintError.tooLong(value)) { try Quoting.word(value) }
        #expect(throws: Never.self) { try Quoting.word(Array(value.dropLast())) }
    }

    @Test func `a NUL is refused`() {
        #expect(throws: PrintError.zeroByte([0x61, 0])) { try Quoting.word([0x61, 0]) }
    }

    @Test(
        arguments: [
            Directive("map", body: .block([])), Directive("server", body: .data([])),
            Directive("server", body: .lua([])), Directive("x_by_lua_block", body: .block([])),
            Directive("map", body: .data([Directive("a", body: .block([]))])),
        ]
    )
    func `a block that the name does not have is refused`(_ directive: Directive) {
        #expect(throws: PrintError.wrongBody(of: directive.name)) {
            try Printer.text(of: [directive])
        }
    }

    @Test(arguments: ["}", "{", "'", "--", "[[ ]", "--[[ x"])
    func `Lua code that ends elsewhere is refused`(code: String) {
        let directive = Directive("x_by_lua_block", body: .lua(Array(code.utf8)))
        #expect(throws: PrintError.unbalancedLua(Array(code.utf8))) {
            try Printer.text(of: [directive])
        }
    }

    @Test func `a tree deeper than the parser allows is refused`() {
        func nest(_ depth: Int) -> Directive {
            (0..<depth).reduce(Directive("a")) { inner, _ in Directive("a", body: .block([inner])) }
        }
        #expect(throws: Never.self) { try Parser.parse(Printer.text(of: [nest(256)])) }
        #expect(throws: PrintError.tooDeep(limit: 256)) { try Printer.text(of: [nest(257)]) }
    }
}

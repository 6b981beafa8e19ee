package import Nginx

/// A configuration at the edge of the grammar, and what nginx says of its syntax.
///
/// The same cases are put to nginx itself, so each is one that nginx knows all directives of,
/// unless it says otherwise.
package struct SyntaxCase: Sendable, CustomStringConvertible {
    /// What the parser has to say.
    package enum Verdict: Equatable, Sendable {
        case accepted
        case refused(SyntaxError.Reason, SourcePosition)
    }

    package let name: String
    package let bytes: [UInt8]
    package let verdict: Verdict
    /// Whether a plain nginx refuses it for what it means, not for how it is written.
    package let isForeign: Bool

    package var description: String { name }

    private init(_ name: String, _ bytes: [UInt8], _ verdict: Verdict, isForeign: Bool = false) {
        self.name = name
        self.bytes = bytes
        self.verdict = verdict
        self.isForeign = isForeign
    }

    /// All cases.
    package static let all = accepted + refused + foreign

    /// `types` takes any words, so that only the lexer can refuse what stands on its line, 3.
    private static func entries(_ text: String) -> [UInt8] { entries(Array(text.utf8)) }

    private static func entries(_ bytes: [UInt8]) -> [UInt8] {
        Array("events {}\nhttp { types {\n".utf8) + bytes + Array("\n} }\n".utf8)
    }

    private static func http(_ text: String) -> [UInt8] {
        Array("events {}\nhttp {\n\(text)\n}\n".utf8)
    }

    private static func letters(_ count: Int) -> String { String(repeating: "a", count: count) }
}

extension SyntaxCase {
    private static let accepted: [SyntaxCase] =
        words.map { SyntaxCase($0, entries($1), .accepted) }
        + [
            ("no final newline", Array("events {}".utf8)),
            ("no directive at all in http", http("")),
            ("lines that end in CR LF", Array("events {}\r\nhttp {\r\n# a\r\n}\r\n".utf8)),
            ("a server on one line", http("server{listen 8080;server_name a.test b.test;}")),
            ("entries named like directives", http("map $uri $v { listen 1; server_name 2; }")),
            ("a condition with a quote", http("server { if ($uri = \"/x\") { return 404; } }")),
            ("a quoted name of a directive", http("\"server\" { 'listen' 8080; }")),
            ("bytes that are no UTF-8", entries([0x61, 0xFF, 0xFE, 0x20, 0x62, 0xA0, 0x3B])),
            ("bytes that are no UTF-8 in a comment", entries([0x23, 0xC3, 0x28, 0x0A])),
            (
                "a form feed, a vertical tab and a no-break space",
                entries([0x61, 0x0C, 0x0B, 0xC2, 0xA0, 0x3B])
            ),
        ].map { SyntaxCase($0.0, $0.1, .accepted) }

    /// Entries of `types` by the rule that they prove.
    private static let words = [
        ("a brace in a word", "a}b c;"),
        ("a number sign in a word", "a#b c;"),
        ("a quote in a word", "a\"b c'd;"),
        ("a variable with braces", "${x} a${x}b ${x}${y};"),
        ("a variable without its last brace", "${x a${;"),
        ("two braces after a dollar sign", "${{ $${x};"),
        ("a dollar sign before a blank", "$ a;"),
        ("an escaped semicolon", "a\\;b;"),
        ("an escaped brace", "a\\{b \\}c;"),
        ("an escaped blank and an escaped line end", "a\\ b\\\nc;"),
        ("an escaped quote at the beginning", "\\\"a;"),
        ("a word in quotes with all marks", "\"a;{}#' b\" 'c\"d';"),
        ("a quote over two lines", "\"a\nb\" c;"),
        ("an empty word", "\"\" a '';"),
        ("an escaped quote in quotes", "\"a\\\"b\" 'c\\'d';"),
        ("a dollar sign before a closing quote", "\"a$\" b;"),
        ("a parenthesis after a quote", "\"a\")b \"c\");"),
        ("comments between words", "a # b\n c # d } ; {\n;"),
        ("a comment with a lone CR", "# a\r b ; }\nc;"),
        ("a word that fills the buffer with its semicolon", letters(4095) + ";"),
        ("a word that fills the buffer with its blank and a mark", letters(4094) + " ;"),
        ("a quoted word that fills the buffer", "\"" + letters(4094) + "\";"),
        ("a comment that fills the buffer", "#" + letters(4094) + "\na;"),
        ("many words longer than the buffer", letters(4000) + " " + letters(4000) + ";"),
    ]

    private static let refused: [SyntaxCase] = [
        entry("text after a quote", "\"a\"b;", .textAfterQuote(UInt8(ascii: "b")), 4),
        entry("a brace after a quote", "'a'}", .textAfterQuote(UInt8(ascii: "}")), 4),
        entry("a word longer than the buffer", letters(4096) + ";", .tooLong(limit: 4096), 1),
        entry("a word of 4097 bytes", "a " + letters(4097) + ";", .tooLong(limit: 4096), 3),
        entry(
            "a word that fills the buffer, and a blank",
            letters(4095) + " ;",
            .tooLong(limit: 4096),
            1
        ),
        entry(
            "a quote longer than the buffer",
            "\"" + letters(4096) + "\";",
            .tooLong(limit: 4096),
            1
        ),
        entry(
            "a quote that fills the buffer",
            "\"" + letters(4094) + "\" ;",
            .tooLong(limit: 4096),
            1
        ),
        entry(
            "a comment longer than the buffer",
            "#" + letters(4095) + "\na;",
            .tooLong(limit: 4096),
            1
        ),
        entry("a semicolon alone", "a b; ;", .missingDirective(before: UInt8(ascii: ";")), 6),
        entry("a brace alone", "{", .missingDirective(before: UInt8(ascii: "{")), 1),
        entry("a block in a block of data", "a {}", .blockInData, 3),
        entry("a closing brace before the semicolon", "a b }", .missingSemicolon, 5),
        entry("a quote that is not closed", "a \"b;", .unclosedQuote, 3),
        SyntaxCase(
            "a closing brace too many",
            http("}"),
            .refused(.strayBrace, .init(line: 4, column: 1))
        ),
        SyntaxCase(
            "a block that is not closed",
            Array("events {}\nhttp {\n".utf8),
            .refused(.unclosedBlock, .init(line: 2, column: 6))
        ),
        SyntaxCase(
            "the end of the file before the semicolon",
            Array("events {}\nuser www-data".utf8),
            .refused(.missingSemicolon, .init(line: 2, column: 1))
        ),
        SyntaxCase(
            "the end of the file after a quote",
            Array("events {}\nuser \"www-data\"".utf8),
            .refused(.missingSemicolon, .init(line: 2, column: 1))
        ),
    ]

    private static func entry(
        _ name: String,
        _ text: String,
        _ reason: SyntaxError.Reason,
        _ column: Int
    ) -> SyntaxCase {
        SyntaxCase(name, entries(text), .refused(reason, .init(line: 3, column: column)))
    }

    private static let foreign: [SyntaxCase] =
        [
            ("a byte order mark", [0xEF, 0xBB, 0xBF] + Array("events {}".utf8)),
            ("a no-break space before an argument", Array("user\u{A0}www-data;".utf8)),
            ("the body of a server by itself", Array("listen 80; server_name a.test;".utf8)),
            (
                "two pairs of certificates, and variables in their paths",
                Array(
                    """
                    ssl_certificate a.pem; ssl_certificate_key a.key; ssl_certificate b.pem;
                    ssl_certificate_key "/x/${ssl_server_name}.key";
                    """.utf8
                )
            ),
            (
                "servers of streams",
                Array("stream { server { listen 1; } upstream u { server a:1; } }".utf8)
            ),
            (
                "Lua with braces in strings, comments and long brackets",
                Array(
                    #"content_by_lua_block { s = "}\"" .. '}' --[[ } ]] t = {{}} -- }"#.utf8
                ) + Array("\n x = [==[ } ]] ]==] y = a[b[1]] }".utf8)
            ),
        ].map { SyntaxCase($0.0, $0.1, .accepted, isForeign: true) }
        + [
            SyntaxCase(
                "braces of a regular expression without quotes",
                Array("http { server { location ~ /\\d{3} {} } }".utf8),
                .refused(.unclosedBlock, .init(line: 1, column: 6)),
                isForeign: true
            ),
            SyntaxCase(
                "Lua with a string that is not closed",
                Array("content_by_lua_block {\n s = '}\n}".utf8),
                .refused(.unclosedLua, .init(line: 2, column: 6)),
                isForeign: true
            ),
        ]
}

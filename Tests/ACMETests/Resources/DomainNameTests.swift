import ACME
import Diagnostics
import Testing

/// Cases F01 to F06 of the reliability catalogue: the one gate that names pass; RFC 1123 §2.1.
@Suite struct DomainNameTests {
    private static let label63 = String(repeating: "a", count: 63)
    /// 253 characters.
    private static let longest =
        "\(label63).\(label63).\(label63)." + String(repeating: "b", count: 61)

    @Test(
        arguments: [
            "example.com", "a.b", "localhost", "xn--bcher-kva.example", "1.example.com",
            "a-b.c--d.e1",
            "123.com", "\(label63).com", longest,
        ]
    )
    func `a host name is taken as it is`(text: String) throws {
        #expect(try DomainName(text).description == text)
    }

    @Test(
        arguments: [
            ("EXAMPLE.com", "example.com"), ("example.com.", "example.com"),
            ("WWW.Example.COM.", "www.example.com"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
            ("\(longest).", longest),
        ]
    )
    func `case and a trailing dot come to one normal form`(text: String, name: String) throws {
        #expect(try DomainName(text).description == name)
    }

    private func expect(_ text: String, breaks error: DomainNameError) {
        #expect(throws: error) { try DomainName(text) }
    }

    @Test func `an empty name is refused`() {
        expect("", breaks: .empty)
    }

    @Test(arguments: [
        "bücher.example", "exаmple.com", "例え.jp", "example。com", "e\u{301}x.com", "\u{202E}a.com",
    ])
    func `what is not ASCII is refused`(text: String) {
        expect(text, breaks: .notASCII(text))
    }

    @Test(arguments: ["*", "*.com", "*.example.com", "*.*.example.com", "*example.com"])
    func `a wildcard is refused as such`(text: String) {
        expect(text, breaks: .wildcard(text))
    }

    @Test func `a name has at most 253 characters`() {
        let text = Self.longest + "b"
        expect(text, breaks: .tooLong(text))
    }

    @Test(arguments: [".", "..", "...", ".example.com", "example..com", "example.com..", "../x"])
    func `an empty label is refused`(text: String) {
        expect(text, breaks: .emptyLabel(text))
    }

    @Test func `a label has at most 63 characters`() {
        let text = "www.\(Self.label63)a.com"
        expect(text, breaks: .labelTooLong(text, label: Self.label63 + "a"))
    }

    @Test(
        arguments: [
            ("exam ple.com", " "), ("example.com;", ";"), ("a{b.com", "{"), ("a}b.com", "}"),
            ("a\nb.com", "\n"), ("$host.com", "$"), ("a\"b.com", "\""), ("a'b.com", "'"),
            ("a#b.com", "#"), ("a\0b.com", "\0"), ("a/b", "/"), ("a\\b", "\\"),
            ("_dmarc.a.com", "_"),
            ("x.*", "*"), ("a`id`.com", "`"), ("a\tb.com", "\t"), ("a\r\nb.com", "\r\n"),
            ("https://a.com", ":"), ("a.com:80", ":"), ("ops@a.com", "@"), ("::1", ":"),
            ("fe80::1%eth0", ":"), ("%2e%2e", "%"),
        ] as [(String, Character)]
    )
    func `a character of any other kind is refused and named`(text: String, stray: Character) {
        expect(text, breaks: .strayCharacter(text, stray))
    }

    @Test(arguments: [
        "-a.com", "a-.com", "-", "www.-.com", "--help", "example.-com", "example.com-",
    ])
    func `a hyphen at the edge of a label is refused`(text: String) {
        expect(text, breaks: .hyphenAtEdge(text))
    }

    @Test(arguments: ["192.0.2.1", "127.1", "2130706433", "example.1", "1.2.3.4."])
    func `an address, or what looks like one, is refused`(text: String) {
        expect(text, breaks: .address(text))
    }
}

/// Every refusal names the field and the fix.
@Suite struct DomainNameErrorTests {
    private static let errors: [DomainNameError] = [
        .empty, .notASCII("bücher.example"), .wildcard("*.example.com"), .tooLong("a.example"),
        .emptyLabel("a..b"), .labelTooLong("a.example", label: "a"), .strayCharacter("a;b", ";"),
        .hyphenAtEdge("-a.example"), .address("192.0.2.1"),
    ]

    @Test(arguments: errors)
    func `a refusal tells what, why and a fix, and is a usage error`(error: DomainNameError) {
        let diagnosis = error.diagnosis
        #expect(diagnosis.what.hasSuffix("is not a host name"))
        #expect(!diagnosis.why.isEmpty)
        #expect(!diagnosis.fix.isEmpty)
        #expect(diagnosis.exitCode == .usage)
    }

    @Test func `a refused name is harmless to print`() {
        let diagnosis = DomainNameError.strayCharacter("a\u{1B}[2J\n", "\u{1B}").diagnosis
        #expect(diagnosis.what == "a·[2J  is not a host name")
        #expect(diagnosis.why == "'·' is neither a letter, a digit nor a hyphen")
    }
}

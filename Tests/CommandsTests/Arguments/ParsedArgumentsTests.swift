import Testing

@testable import Commands

/// Case F09 of the reliability catalogue: an option that is not understood is an error.
@Suite struct ParsedArgumentsTests {
    private static let options = [
        CommandOption(name: "ca", value: "URL", summary: ""),
        CommandOption(name: "email", value: "ADDRESS", summary: ""),
        CommandOption(name: "force", value: nil, summary: ""),
        CommandOption(name: "json", value: nil, summary: ""),
    ]

    private func parse(_ words: [String]) throws(UsageError) -> ParsedArguments {
        try ParsedArguments(words, options: Self.options)
    }

    @Test(
        arguments: [
            ["--ca", "x", "a.example"], ["a.example", "--ca", "x"], ["--ca=x", "a.example"],
            ["a.example", "--ca=x"], ["--ca=x", "--", "a.example"],
        ]
    )
    func `an option and its value may stand anywhere, with a space or an equals sign`(
        words: [String]
    ) throws {
        let arguments = try parse(words)
        #expect(arguments.operands == ["a.example"])
        #expect(arguments["ca"] == "x")
    }

    @Test(arguments: [("--ca=", ""), ("--ca==", "="), ("--ca=a=b", "a=b"), ("--ca=--x", "--x")])
    func `a value goes from the first equals sign to the end`(word: String, value: String) throws {
        #expect(try parse([word])["ca"] == value)
    }

    @Test func `operands keep their order`() throws {
        #expect(try parse(["b", "--force", "a", "-", "c"]).operands == ["b", "a", "-", "c"])
    }

    @Test func `what follows two hyphens is an operand`() throws {
        let arguments = try parse(["--", "--force", "--", "-x"])
        #expect(arguments.operands == ["--force", "--", "-x"])
        #expect(!arguments.has("force"))
    }

    @Test func `a switch is there or not`() throws {
        let arguments = try parse(["--force"])
        #expect(arguments.has("force"))
        #expect(!arguments.has("json"))
        #expect(arguments["json"] == nil)
    }

    @Test func `an option that may be repeated keeps all its values in order`() throws {
        let options = [CommandOption(name: "to", value: "HOST", summary: "", repeats: true)]
        let arguments = try ParsedArguments(["--to", "b", "x", "--to=a"], options: options)
        #expect(arguments.all("to") == ["b", "a"])
        #expect(arguments["to"] == "a")
        #expect(try ParsedArguments([], options: options).all("to").isEmpty)
    }

    @Test(arguments: [
        ["--ca", "x", "--ca", "x"], ["--ca=x", "--ca", "y"], ["--ca", "", "--ca=y"],
    ])
    func `an option is given once`(words: [String]) {
        #expect(throws: UsageError.repeatedOption("ca")) { try parse(words) }
    }

    @Test func `a switch is given once`() {
        #expect(throws: UsageError.repeatedOption("force")) { try parse(["--force", "--force"]) }
    }

    @Test(arguments: [["--ca"], ["a.example", "--ca"], ["--ca", "--force"], ["--ca", "--"]])
    func `an option without its value is an error, never the next option's`(words: [String]) {
        #expect(throws: UsageError.missingValue("ca", placeholder: "URL")) { try parse(words) }
    }

    @Test(arguments: ["--force=", "--force=yes", "--force=no"])
    func `a switch takes no value`(word: String) {
        #expect(throws: UsageError.unexpectedValue("force")) { try parse([word]) }
    }

    @Test(
        arguments: [
            ("--forse", "--forse", "--force"), ("--emial=x", "--emial", "--email"),
            ("-force", "-force", "--force"), ("---force", "---force", "--force"),
            ("--Force", "--Force", "--force"), ("--frobnicate", "--frobnicate", nil),
            ("-x", "-x", nil), ("--=x", "--", nil),
        ]
    )
    func `an unknown option is told, with the one that was probably meant`(
        word: String,
        name: String,
        suggestion: String?
    ) {
        let error = UsageError.unknownOption(name, suggestion: suggestion)
        #expect(throws: error) { try parse([word]) }
    }
}

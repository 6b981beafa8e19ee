import Testing

@testable import Commands

/// The table is what the parser and the help are made from.
@Suite struct CommandTableTests {
    @Test func `every command has a name of its own`() {
        #expect(Set(CommandTable.names).count == CommandTable.commands.count)
    }

    @Test(arguments: CommandTable.names)
    func `a command is found by its name`(name: String) throws {
        #expect(try CommandTable.command(named: name).name == name)
    }

    @Test(arguments: [
        ("isue", "issue"), ("Delete", "delete"), ("reneew", "renew"), ("purge", nil), ("", nil),
    ])
    func `an unknown command is told, with the one that was probably meant`(
        name: String,
        suggestion: String?
    ) {
        #expect(throws: UsageError.unknownCommand(name, suggestion: suggestion)) {
            try CommandTable.command(named: name)
        }
    }

    @Test(arguments: CommandTable.names)
    func `no option of a command has another's name`(name: String) throws {
        let command = try CommandTable.command(named: name)
        let names = (command.options + CommandOption.common).map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(arguments: CommandTable.names)
    func `what a command tells of itself fits into a line and a list`(name: String) throws {
        let command = try CommandTable.command(named: name)
        let summaries =
            [command.summary] + command.options.map(\.summary) + command.actions.map(\.summary)
        for summary in summaries {
            #expect(!summary.isEmpty)
            #expect(!summary.contains { $0 == "\n" || $0 == "\t" })
            #expect(!summary.hasSuffix("."))
        }
    }

    /// One with a place for something of the reader's own would have to say so.
    @Test(arguments: CommandTable.names)
    func `the examples of a command can be typed`(name: String) throws {
        let command = try CommandTable.command(named: name)
        for example in command.examples {
            let words = example.line.split(separator: " ").map(String.init)
                .prefix { $0 != "|" && $0 != ">" }
            #expect(words.prefix(2) == ["certctl", name])
            let options = command.options + CommandOption.common
            let arguments = try ParsedArguments(words.dropFirst(2), options: options)
            _ = try command.init(arguments)
        }
    }

    /// design.md §2: scripts rely on these names from the first day.
    @Test func `the options of issue keep their names`() {
        let names = Set(IssueCommand.options.map(\.name))
        #expect(
            names.isSuperset(of: [
                "ca", "ca-roots", "agree-tos", "email", "key-type", "name", "force", "http01",
                "http01-port", "http01-address", "deploy-hook",
            ])
        )
    }

    @Test func `the options of every command keep their names`() {
        #expect(CommandOption.common.map(\.name) == ["home", "json", "quiet", "verbose", "help"])
    }

    @Test(
        arguments: [
            ("list", ["x"]), ("version", ["x"]), ("help", ["issue", "list"]), ("show", []),
            ("completion", []), ("completion", ["bash", "zsh"]),
            ("show", ["a", "b"]), ("apply", ["x"]), ("delete", []), ("delete", ["a", "b"]),
            ("respond", ["x"]),
        ]
    )
    func `a command refuses too few and too many operands`(
        name: String,
        operands: [String]
    ) throws {
        let command = try CommandTable.command(named: name)
        let arguments = try ParsedArguments(operands, options: [])
        #expect(throws: UsageError.wrongOperands(usage: command.usage)) {
            try command.init(arguments)
        }
    }
}

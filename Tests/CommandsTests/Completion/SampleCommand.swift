@testable import Commands

/// A command with options of every kind.
struct SampleCommand: Command {
    static let name = "sample"
    static let summary = "has options of every kind"
    static let operands = "NAME…"
    static let operandCompletion = Completion.lineages
    static let options = [
        CommandOption(name: "force", value: nil, summary: "a switch"),
        CommandOption(
            name: "port",
            value: "N",
            summary: "a number",
            explanation: "Below 1024 it needs root."
        ),
        CommandOption(name: "roots", value: "FILE", summary: "a file"),
        CommandOption(
            name: "mode",
            value: "MODE",
            summary: "a choice",
            completes: .choices(["auto", "service", "webroot:DIR", "list:FILE"])
        ),
    ]
    static let discussion = """
        The first paragraph, which is long enough to need more than one line of eighty columns on \
        a terminal.

        The second.
        """
    static let examples = [
        CommandExample(line: "certctl sample a --force", effect: "shows how it looks")
    ]

    init(_ arguments: ParsedArguments) {}

    func run(in context: CommandContext) {}
}

/// A command with actions.
struct ActingCommand: Command {
    static let name = "acting"
    static let summary = "has actions"
    static let actions = [
        CommandAction(name: "show", summary: "shows"),
        CommandAction(name: "load", summary: "loads", operands: "FILE [DIR]", completes: .file),
    ]
    static let usesStore = false

    init(_ arguments: ParsedArguments) throws {
        _ = try Self.action(arguments)
    }

    func run(in context: CommandContext) {}
}

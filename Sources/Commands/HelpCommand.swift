/// `certctl help`.
struct HelpCommand: Command {
    static let name = "help"
    static let summary = "explains certctl, or one of its commands"
    static let operands = "[COMMAND]"
    static let operandCompletion = Completion.commands
    static let options = [
        CommandOption(
            name: "man",
            value: nil,
            summary: "print the whole manual, certctl(8), as man reads it"
        )
    ]
    static let group = CommandGroup.program
    static let usesStore = false

    static let examples = [
        CommandExample(
            line: "certctl help --man | man -l -",
            effect: "shows the whole manual, also where it is not installed"
        )
    ]

    private let page: String

    init(_ arguments: ParsedArguments) throws {
        let isManual = arguments.has("man")
        guard arguments.operands.count <= (isManual ? 0 : 1) else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        guard let name = arguments.operands.first else {
            page = isManual ? Manual.page : Help.overview
            return
        }
        page = Help.page(of: try CommandTable.command(named: name))
    }

    func run(in context: CommandContext) {
        context.console.write(page)
    }
}

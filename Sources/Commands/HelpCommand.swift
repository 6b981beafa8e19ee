/// `certctl help`.
struct HelpCommand: Command {
    static let name = "help"
    static let summary = "explains certctl, or one of its commands"
    static let operands = "[COMMAND]"
    static let options: [CommandOption] = []
    static let usesStore = false

    private let page: String

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.count <= 1 else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        guard let name = arguments.operands.first else {
            page = Help.overview
            return
        }
        page = Help.page(of: try CommandTable.command(named: name))
    }

    func run(in context: CommandContext) {
        context.console.write(page)
    }
}

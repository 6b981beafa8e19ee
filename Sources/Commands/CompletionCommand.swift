/// `certctl completion bash|zsh|fish`.
struct CompletionCommand: Command {
    static let name = "completion"
    static let summary = "prints the completions for a shell"
    static let group = CommandGroup.program
    static let usesStore = false

    static var actions: [CommandAction] {
        Shell.allCases.map { shell in
            CommandAction(name: shell.rawValue, summary: "for \(shell.rawValue): \(shell.place)")
        }
    }

    static let discussion = """
        The script completes commands, options, their values, files and the names of certificates. \
        It asks the certctl on the command line, so it never grows old.

        `make install` and packages put the scripts where the shells find them; this command is \
        for a certctl that came without.
        """

    static let examples = [
        CommandExample(
            line: "certctl completion bash > /etc/bash_completion.d/certctl",
            effect: "bash completes certctl's command lines from the next login on"
        )
    ]

    private let shell: Shell

    init(_ arguments: ParsedArguments) throws {
        let action = try Self.action(arguments)
        guard arguments.operands.count == 1, let shell = Shell(rawValue: action.name) else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        self.shell = shell
    }

    func run(in context: CommandContext) {
        context.console.write(shell.script)
    }
}

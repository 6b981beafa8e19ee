/// All commands, in the order of the help.
enum CommandTable {
    static let commands: [any Command.Type] = [
        IssueCommand.self,
        ListCommand.self,
        ShowCommand.self,
        DeleteCommand.self,
        RespondCommand.self,
        VersionCommand.self,
        HelpCommand.self,
    ]

    static var names: [String] { commands.map { $0.name } }

    /// Throws ``UsageError/unknownCommand(_:suggestion:)``.
    static func command(named name: String) throws(UsageError) -> any Command.Type {
        guard let command = commands.first(where: { $0.name == name }) else {
            let suggestion = Suggestion.closest(to: name, among: names)
            throw .unknownCommand(name, suggestion: suggestion)
        }
        return command
    }
}

import Diagnostics

/// All commands, in the order of the help.
enum CommandTable {
    static let commands: [any Command.Type] = [
        IssueCommand.self,
        RenewCommand.self,
        DeployCommand.self,
        ListCommand.self,
        ShowCommand.self,
        ForecastCommand.self,
        LogCommand.self,
        WatchCommand.self,
        RevokeCommand.self,
        DeleteCommand.self,
        AccountCommand.self,
        SiteCommand.self,
        ApplyCommand.self,
        RespondCommand.self,
        VersionCommand.self,
        HelpCommand.self,
        CompletionCommand.self,
    ]

    /// What only the shells' scripts ask for: it is in no help and is never suggested.
    static let hidden: [any Command.Type] = [CompleteCommand.self]

    static var names: [String] { commands.map { $0.name } }

    /// Throws ``UsageError/unknownCommand(_:suggestion:)``.
    static func command(named name: String) throws(UsageError) -> any Command.Type {
        guard let command = (commands + hidden).first(where: { $0.name == name }) else {
            let suggestion = Suggestion.closest(to: name, among: names)
            throw .unknownCommand(name, suggestion: suggestion)
        }
        return command
    }
}

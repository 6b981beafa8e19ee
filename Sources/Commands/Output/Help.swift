/// The help, made from the command table alone.
enum Help {
    /// What `certctl help` prints.
    static var overview: String {
        let commands = CommandTable.commands.map { command in
            row("\(command.name) \(command.operands)", command.summary)
        }
        return """
            certctl gets TLS certificates from an ACME CA, keeps them safe and brings them into use.

            usage: certctl COMMAND [options]

            \(commands.joined(separator: "\n"))

            options of every command:
            \(list(CommandOption.common))

            certctl help COMMAND tells its options. The exit code 0 means that nothing needs you.

            """
    }

    /// What `certctl help COMMAND` prints.
    static func page(of command: any Command.Type) -> String {
        """
        \(command.summary)

        usage: \(command.usage)

        \(list(command.options + CommandOption.common))

        """
    }

    private static func list(_ options: [CommandOption]) -> String {
        options.map { row($0.usage, $0.summary) }.joined(separator: "\n")
    }

    private static func row(_ left: String, _ right: String) -> String {
        let padding = String(repeating: " ", count: max(1, 28 - left.count))
        return "  \(left)\(padding)\(right)"
    }
}

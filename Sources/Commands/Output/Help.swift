/// The help, made from the command table alone.
enum Help {
    /// What a terminal has at least.
    private static let width = 80
    /// Where the right column begins.
    private static let column = 26

    /// What `certctl help` prints.
    static var overview: String {
        let groups = CommandGroup.allCases.compactMap { group -> String? in
            let commands = CommandTable.commands.filter { $0.group == group }
            let rows = commands.map { row($0.form, $0.summary) }
            return rows.isEmpty ? nil : section(group.title, rows)
        }
        let introduction = """
            certctl gets TLS certificates from an ACME CA, keeps them safe and brings them into use.
            """
        let parts =
            [filled(introduction), "usage: certctl COMMAND [options]"] + groups + [
                section(
                    "options of every command",
                    CommandOption.common.map { row($0.usage, $0.summary) }
                ),
                filled(
                    """
                    certctl help COMMAND tells all about one, certctl help --man about all. The \
                    exit code 0 means that it is done.
                    """
                ),
            ]
        return parts.joined(separator: "\n\n") + "\n"
    }

    /// What `certctl help COMMAND` prints.
    static func page(of command: any Command.Type) -> String {
        var parts = [filled(command.summary), "usage: \(command.usage)"]
        parts += Paragraph.paragraphs(of: command.discussion).map(filled)
        if !command.actions.isEmpty {
            parts.append(section("actions", command.actions.map { row($0.form, $0.summary) }))
        }
        if !command.options.isEmpty { parts.append(options("options", command.options)) }
        parts.append(options("options of every command", CommandOption.common))
        if !command.examples.isEmpty {
            let examples = command.examples.map { "  \($0.line)\n" + indented($0.effect, by: 6) }
            parts.append(section(examples.count == 1 ? "example" : "examples", examples))
        }
        return parts.joined(separator: "\n\n") + "\n"
    }

    private static func options(_ title: String, _ options: [CommandOption]) -> String {
        section(title, options.map { row($0.usage, $0.description) })
    }

    private static func section(_ title: String, _ rows: [String]) -> String {
        "\(title):\n" + rows.joined(separator: "\n")
    }

    private static func filled(_ text: String) -> String {
        Paragraph.lines(text, width: width).joined(separator: "\n")
    }

    /// Two columns; a left side that is too long for its own has a line of its own.
    private static func row(_ left: String, _ right: String) -> String {
        let text = indented(right, by: column)
        let begin = "  \(left)"
        guard begin.count + 2 <= column else { return "\(begin)\n\(text)" }
        return begin + text.dropFirst(begin.count)
    }

    private static func indented(_ text: String, by indent: Int) -> String {
        Paragraph.lines(text, width: width - indent)
            .map { String(repeating: " ", count: indent) + $0 }
            .joined(separator: "\n")
    }
}

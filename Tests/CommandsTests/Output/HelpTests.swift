import Testing

@testable import Commands

/// The help is made from the table: what can be typed is in it.
@Suite struct HelpTests {
    private static let pages =
        CommandTable.commands.map { Help.page(of: $0) } + [
            Help.page(of: SampleCommand.self), Help.page(of: ActingCommand.self), Help.overview,
        ]

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    /// Whether a row tells of both, on however many lines.
    private func tells(_ text: String, _ left: String, _ right: String) -> Bool {
        let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return lines(text).contains { $0 == "  \(left)" || $0.hasPrefix("  \(left)  ") }
            && words.contains("\(left) \(right)")
    }

    @Test func `the overview lists every command and the options of all`() {
        for command in CommandTable.commands {
            #expect(tells(Help.overview, command.form, command.summary))
        }
        for option in CommandOption.common {
            #expect(tells(Help.overview, option.usage, option.summary))
        }
    }

    @Test func `the overview shows the commands of a group together`() {
        for group in CommandGroup.allCases {
            let names = CommandTable.commands.filter { $0.group == group }.map { $0.name }
            let rest = lines(Help.overview).drop { $0 != "\(group.title):" }.dropFirst()
            let rows = rest.prefix { $0.hasPrefix("  ") }.filter { !$0.hasPrefix("   ") }
            #expect(rows.map { String($0.split(separator: " ")[0]) } == names)
        }
    }

    @Test(arguments: CommandTable.names)
    func `the page of a command lists its usage, its actions and every option`(
        name: String
    ) throws {
        let command = try CommandTable.command(named: name)
        let page = Help.page(of: command)
        #expect(lines(page).first == command.summary)
        #expect(lines(page).contains("usage: \(command.usage)"))
        for action in command.actions {
            #expect(tells(page, action.form, action.summary))
        }
        for option in command.options + CommandOption.common {
            #expect(tells(page, option.usage, option.description))
        }
        for example in command.examples {
            #expect(tells(page, example.line, example.effect))
        }
    }

    @Test func `a page looks like this`() {
        #expect(
            Help.page(of: SampleCommand.self) == """
                has options of every kind

                usage: certctl sample NAME… [options]

                The first paragraph, which is long enough to need more than one line of eighty
                columns on a terminal.

                The second.

                options:
                  --force                 a switch
                  --port N                a number. Below 1024 it needs root.
                  --roots FILE            a file
                  --mode MODE             a choice

                options of every command:
                  --home DIR              keep all state, settings and sockets below DIR; no
                                          root needed. They are in DIR/lib, DIR/etc and DIR/run.
                  --json                  answer in JSON, one object a line
                  --quiet                 only the answer, warnings and errors
                  --verbose               tell every step and every request
                  --help                  explain the command

                example:
                  certctl sample a --force
                      shows how it looks

                """
        )
    }

    @Test func `a page of actions begins like this`() {
        let begin = """
            has actions

            usage: certctl acting show|load

            actions:
              show                    shows
              load FILE [DIR]         loads

            options of every command:

            """
        #expect(Help.page(of: ActingCommand.self).hasPrefix(begin))
    }

    @Test func `a terminal of 80 columns shows every line whole`() {
        for line in Self.pages.flatMap(lines) {
            #expect(line.count <= 80, "\(line)")
        }
    }
}

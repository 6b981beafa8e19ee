import Testing

@testable import Commands

/// The help is made from the table: what can be typed is in it.
@Suite struct HelpTests {
    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map(String.init)
    }

    /// Whether one line tells of both; long ones push the summary further to the right.
    private func tells(_ text: String, _ left: String, _ right: String) -> Bool {
        lines(text).contains { $0.hasPrefix("  \(left) ") && $0.hasSuffix(" \(right)") }
    }

    @Test func `the overview lists every command and the options of all`() {
        for command in CommandTable.commands {
            let usage = [command.name, command.operands].filter { !$0.isEmpty }
            #expect(tells(Help.overview, usage.joined(separator: " "), command.summary))
        }
        for option in CommandOption.common {
            #expect(tells(Help.overview, option.usage, option.summary))
        }
    }

    @Test(arguments: CommandTable.names)
    func `the page of a command lists its usage and every option`(name: String) throws {
        let command = try CommandTable.command(named: name)
        let page = Help.page(of: command)
        #expect(lines(page).first == command.summary)
        #expect(lines(page).contains("usage: \(command.usage)"))
        for option in command.options + CommandOption.common {
            #expect(tells(page, option.usage, option.summary))
        }
    }

    @Test func `a page looks like this`() {
        #expect(
            Help.page(of: DeleteCommand.self) == """
                forgets a certificate and its keys, unless nginx needs them

                usage: certctl delete NAME [options]

                  --force                     delete even what a configuration of nginx names
                  --home DIR                  keep all state, settings and sockets below DIR; no root needed
                  --json                      answer in JSON, one object a line
                  --quiet                     only the answer, warnings and errors
                  --verbose                   tell every step and every request
                  --help                      explain the command

                """
        )
    }

    @Test func `a terminal of 100 columns shows every line whole`() {
        let pages = CommandTable.commands.map { Help.page(of: $0) } + [Help.overview]
        for line in pages.flatMap(lines) {
            #expect(line.count <= 100, "\(line)")
        }
    }
}

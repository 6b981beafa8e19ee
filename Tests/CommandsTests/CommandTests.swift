import Testing

@testable import Commands

/// The commands that need no certificate, by what they print.
@Suite struct CommandTests {
    private func run(
        _ command: String,
        _ words: [String] = [],
        isJSON: Bool = false
    ) async throws
        -> String
    {
        let screen = Screen()
        let type = try CommandTable.command(named: command)
        let arguments = try ParsedArguments(words, options: type.options + CommandOption.common)
        try await type.init(arguments).run(in: .test(on: screen, isJSON: isJSON))
        #expect(screen.errors.isEmpty)
        return screen.output
    }

    @Test func `version tells the version`() async throws {
        #expect(try await run("version") == "certctl \(VersionCommand.version)\n")
    }

    @Test func `version tells the version in JSON too`() async throws {
        let line = #"{"version":"\#(VersionCommand.version)"}"# + "\n"
        #expect(try await run("version", isJSON: true) == line)
    }

    @Test func `help tells all commands, or all of one`() async throws {
        #expect(try await run("help") == Help.overview)
        #expect(try await run("help", ["issue"]) == Help.page(of: IssueCommand.self))
    }

    @Test func `help prints the whole manual, which is about no single command`() async throws {
        #expect(try await run("help", ["--man"]) == Manual.page)
        await #expect(throws: UsageError.wrongOperands(usage: HelpCommand.usage)) {
            try await run("help", ["--man", "issue"])
        }
    }

    @Test func `list of an empty store tells how to begin`() async throws {
        let text = "There is no certificate yet: certctl issue --home /home example.com\n"
        #expect(try await run("list") == text)
    }

    @Test func `list of an empty store is no line in JSON`() async throws {
        #expect(try await run("list", isJSON: true).isEmpty)
    }
}

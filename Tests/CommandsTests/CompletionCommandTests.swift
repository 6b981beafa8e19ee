import Testing

@testable import Commands

/// The scripts for the shells; `help.test.sh` tries them in real ones.
@Suite struct CompletionCommandTests {
    private func script(_ operands: [String]) throws -> String {
        let screen = Screen()
        let arguments = try ParsedArguments(operands, options: CommandOption.common)
        try CompletionCommand(arguments).run(in: .test(on: screen))
        return screen.output
    }

    @Test(arguments: ["bash", "zsh", "fish"])
    func `each shell has its own script, which says how it was made`(shell: String) throws {
        let script = try script([shell])
        #expect(script.contains("Made by: certctl completion \(shell)\n"))
        #expect(script.hasSuffix("\n"))
    }

    @Test func `zsh finds what the script completes in its first line`() throws {
        #expect(try script(["zsh"]).hasPrefix("#compdef certctl\n"))
    }

    @Test(arguments: [("bsh", "bash"), ("powershell", nil)])
    func `another shell is refused, with the one that was probably meant`(
        name: String,
        suggestion: String?
    ) {
        let known = ["bash", "zsh", "fish"]
        let error = UsageError.unknownAction(
            name,
            of: "completion",
            known: known,
            suggestion: suggestion
        )
        #expect(throws: error) { try script([name]) }
    }

    @Test(arguments: [[], ["bash", "zsh"]])
    func `one shell has to be named`(operands: [String]) {
        #expect(throws: UsageError.wrongOperands(usage: CompletionCommand.usage)) {
            try script(operands)
        }
    }
}

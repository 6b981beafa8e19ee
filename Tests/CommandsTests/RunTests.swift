import Testing

@testable import Commands

/// How a command line becomes a command.
@Suite struct RunTests {
    @Test(
        arguments: [
            (["list"], ["list"]),
            (["issue", "a.example", "--force"], ["issue", "a.example", "--force"]),
            (["--json", "list"], ["list", "--json"]),
            (["--home", "/tmp/x", "list"], ["list", "--home", "/tmp/x"]),
            (["--home=/tmp/x", "list"], ["list", "--home=/tmp/x"]),
            (
                ["--quiet", "--home", "list", "issue", "a.example", "--force"],
                ["issue", "--quiet", "--home", "list", "a.example", "--force"]
            ),
        ]
    )
    func `options of every command may stand before it`(words: [String], ordered: [String]) {
        #expect(Run.commandFirst(words) == ordered)
    }

    @Test(
        arguments: [
            (["--help"], ["help"]), (["-h"], ["help"]), (["--help", "issue"], ["help", "issue"]),
            (["--version"], ["version"]), (["--version", "--json"], ["version", "--json"]),
        ]
    )
    func `the usual words for help and version are known`(words: [String], ordered: [String]) {
        #expect(Run.commandFirst(words) == ordered)
    }

    @Test(arguments: [[], ["--json"], ["--home"], ["--home", "/tmp/x"], ["--home", "list"]])
    func `without a command there is none`(words: [String]) {
        #expect(Run.commandFirst(words).isEmpty)
    }
}

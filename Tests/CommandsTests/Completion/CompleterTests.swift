import Testing

@testable import Commands

/// What a shell is told of a line that is being typed.
@Suite struct CompleterTests {
    private static let common = ["--home", "--json", "--quiet", "--verbose", "--help"]
    private static let flags = ["--force", "--port", "--roots", "--mode"] + common

    private func reply(_ words: [String], _ word: String = "") -> CompletionReply {
        let commands: [any Command.Type] = [SampleCommand.self, ActingCommand.self]
        let completer = Completer(commands: commands) { home in
            home == nil ? ["a.test", "b.test"] : ["at.\(home ?? "")"]
        }
        return completer.reply(after: words, typing: word)
    }

    private func words(_ words: [String], _ word: String = "") -> [String]? {
        guard case .words(let replies) = reply(words, word) else { return nil }
        return replies.map(\.text)
    }

    @Test func `the first word is a command, told with its summary`() {
        #expect(
            reply([])
                == .words([
                    .init(text: "sample", summary: "has options of every kind"),
                    .init(text: "acting", summary: "has actions"),
                ])
        )
    }

    @Test func `the common options may stand before the command`() {
        #expect(words([], "-") == Self.common)
        #expect(words(["--json", "--home", "h"]) == ["sample", "acting"])
    }

    @Test func `after a word that is no command nothing is known`() {
        #expect(words(["nonsense"]) == [])
        #expect(words(["nonsense"], "--") == [])
    }

    @Test(arguments: ["-", "--", "--f"])
    func `a hyphen begins an option, told with its summary`(word: String) throws {
        #expect(words(["sample"], word) == Self.flags)
        guard case .words(let replies) = reply(["sample"], word) else { return }
        #expect(replies.first == .init(text: "--force", summary: "a switch"))
    }

    @Test func `an option that was given is not offered again`() {
        let given = ["sample", "--force", "--port=1", "--home", "h"]
        #expect(words(given, "--") == Self.flags.filter { !given.joined().contains($0) })
    }

    @Test func `an option that may be repeated is offered again`() {
        let completer = Completer(commands: [WatchCommand.self]) { _ in [] }
        let line = ["watch", "--connect", "::1", "--textfile", "x"]
        guard case .words(let replies) = completer.reply(after: line, typing: "--") else { return }
        #expect(replies.map(\.text) == ["--connect"] + Self.common)
    }

    @Test func `operands are completed until the command has enough of them`() {
        #expect(words(["sample"]) == ["a.test", "b.test"])
        #expect(words(["sample"], "a") == ["a.test", "b.test"])
        #expect(words(["acting", "show"], "x") == [])
        #expect(reply(["acting", "load"]) == .file(prefix: ""))
        #expect(reply(["acting", "load", "one"]) == .file(prefix: ""))
        #expect(words(["acting", "load", "one", "two"], "x") == [])
    }

    @Test func `a name that was given is not offered again`() {
        #expect(words(["sample", "a.test"]) == ["b.test"])
    }

    @Test func `names come from the home on the line`() {
        #expect(words(["sample", "--home", "h"]) == ["at.h"])
        #expect(words(["--home=h", "sample"]) == ["at.h"])
    }

    @Test func `the first operand of a command with actions is one of them`() {
        #expect(words(["acting"]) == ["show", "load"])
        #expect(words(["acting", "nonsense"], "x") == [])
    }

    @Test func `where only options can follow, an empty word offers them`() {
        #expect(words(["acting", "show"]) == Self.common)
    }

    @Test func `two hyphens alone end the options`() {
        #expect(words(["sample", "--"], "-") == ["a.test", "b.test"])
        #expect(words(["acting", "show", "--"]) == [])
    }

    @Test func `a value may be the next word or follow an equals sign`() {
        #expect(reply(["sample", "--roots"], "x") == .file(prefix: ""))
        #expect(reply(["sample"], "--roots=x") == .file(prefix: "--roots="))
        #expect(reply(["sample", "--home"]) == .directory(prefix: ""))
        #expect(reply([], "--home=") == .directory(prefix: "--home="))
    }

    @Test func `a value that only the person knows is not completed`() {
        #expect(words(["sample", "--port"]) == [])
        #expect(words(["sample"], "--port=") == [])
    }

    @Test func `a switch and an unknown option have no value`() {
        #expect(words(["sample"], "--force=") == [])
        #expect(words(["sample"], "--nonsense=") == [])
        #expect(words(["sample", "--nonsense"]) == ["a.test", "b.test"])
    }

    @Test func `a choice is one of the words, or the part before the colon`() {
        let choices = ["auto", "service", "webroot:", "list:"]
        #expect(words(["sample", "--mode"]) == choices)
        #expect(words(["sample"], "--mode=a") == choices.map { "--mode=\($0)" })
    }

    @Test func `after the colon of a choice a path follows`() {
        #expect(reply(["sample", "--mode"], "webroot:/s") == .directory(prefix: "webroot:"))
        #expect(reply(["sample"], "--mode=list:") == .file(prefix: "--mode=list:"))
    }

    @Test func `an option in place of a value is an option`() {
        #expect(words(["sample", "--roots", "--force"]) == ["a.test", "b.test"])
    }
}

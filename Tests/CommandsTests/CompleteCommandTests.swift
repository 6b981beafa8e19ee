import Platform
import TestSupport
import Testing

@testable import Commands

/// What the shells ask for at each press of the tab key.
@Suite struct CompleteCommandTests {
    private func run(_ words: [String], on disk: MemoryFileSystem = .init()) throws -> String {
        let screen = Screen()
        let arguments = try ParsedArguments(["--"] + words, options: CommandOption.common)
        try CompleteCommand(arguments).run(in: .test(on: screen, fileSystem: disk))
        #expect(screen.errors.isEmpty)
        return screen.output
    }

    /// The installed store, with two certificates and what a deleted one leaves.
    private static func store() -> MemoryFileSystem {
        let disk = MemoryFileSystem()
        let lineages = "/var/lib/certctl/lineages"
        for path in ["/var", "/var/lib", "/var/lib/certctl", lineages] { disk.put(directory: path) }
        disk.setMode(lineages, .privateDirectory)
        for (name, file) in [
            ("a.test", "journal"), ("b.test", "settings.json"), ("c.test", "lock"),
        ] {
            disk.put(directory: "\(lineages)/\(name)", mode: .privateDirectory)
            disk.put("\(lineages)/\(name)/\(file)", [])
        }
        return disk
    }

    @Test func `the last word is the one being typed`() throws {
        let commands = CommandTable.commands.map { "\($0.name)\t\($0.summary)\n" }.joined()
        #expect(try run([""]) == "words\n\(commands)")
        #expect(try run(["--home", "x"]) == "directories \n")
    }

    @Test func `a command line without a word is refused`() {
        #expect(throws: UsageError.wrongOperands(usage: CompleteCommand.usage)) { try run([]) }
    }

    @Test(arguments: ["show", "delete"])
    func `names are those in the store`(command: String) throws {
        #expect(try run([command, "x"], on: Self.store()) == "words\na.test\t\nb.test\t\n")
    }

    @Test func `a store that is missing has no names`() throws {
        #expect(try run(["show", "x"]) == "words\n")
        #expect(try run(["show", "--home", "/nowhere", "x"], on: Self.store()) == "words\n")
    }

    @Test func `a store that cannot be trusted has no names, and nothing is said`() throws {
        let disk = Self.store()
        disk.setOwner("/var/lib/certctl/lineages", 4711)
        #expect(try run(["show", "x"], on: disk) == "words\n")
    }

    @Test func `no help tells of it, and nothing suggests it`() throws {
        #expect(try CommandTable.command(named: "complete") == CompleteCommand.self)
        #expect(!CommandTable.names.contains("complete"))
        #expect(!Help.overview.contains("complete "))
    }
}

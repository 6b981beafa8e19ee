import CertificateStore
import TestSupport
import Testing

@testable import Commands

/// `certctl log` tells what happened, and nothing of it can harm a terminal.
@Suite struct LogCommandTests {
    private static let path = "/home/lib/events.log"
    private static let lines = [
        #"{"detail":"generation 000001","event":"issued","lineage":"a.test","time":"2027-01-01T08:00:00Z"}"#,
        #"{"detail":"","event":"deleted","lineage":"b.test","time":"2027-01-10T08:00:00Z"}"#,
        #"{"detail":"\u001B[31mred\nline","event":"alert","time":"2027-01-15T07:00:00Z"}"#,
    ]

    private let screen = Screen()

    private func log(_ words: [String], isJSON: Bool = false, text: String? = nil) throws {
        let disk = MemoryFileSystem()
        let lines = text ?? Self.lines.map { "\($0)\n" }.joined()
        disk.put(Self.path, Array(lines.utf8))
        let arguments = try ParsedArguments(words, options: LogCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, fileSystem: disk)
        try LogCommand(arguments).run(in: context)
    }

    @Test func `an event is a line of time, lineage, event and detail`() throws {
        try log([])
        #expect(
            screen.output == """
                2027-01-01T08:00:00Z  a.test  issued  generation 000001
                2027-01-10T08:00:00Z  b.test  deleted
                2027-01-15T07:00:00Z  -  alert  ·[31mred line

                """
        )
        #expect(screen.errors.isEmpty)
    }

    @Test func `in JSON each event is the line that was written`() throws {
        try log([], isJSON: true)
        #expect(screen.output == Self.lines.map { "\($0)\n" }.joined())
    }

    @Test func `in JSON no character is left that a terminal obeys`() throws {
        let line = #"{"detail":"§ü","event":"alert","time":"2027-01-15T07:00:00Z"}"#
        let obeyed = "\u{9B}2J\u{9D}\u{7F}\u{202E}\u{E0001}"
        try log([], isJSON: true, text: line.replacing("§", with: obeyed) + "\n")
        let escaped = #"\u009b2J\u009d\u007f\u202e\udb40\udc01"#
        #expect(screen.output == line.replacing("§", with: escaped) + "\n")
    }

    /// The clock of the tests stands at 2027-01-15T08:00:00Z.
    @Test(
        arguments: [
            (["--last", "1"], 1), (["--last=9"], 3), (["--since", "1"], 1), (["--since", "6"], 2),
            (["--since", "2027-01-10"], 2), (["--since", "2027-01-10T08:00:01Z"], 1),
            (["--since", "2027-01-10", "--last", "1"], 1), (["a.test"], 1), (["A.TEST"], 1),
            (["a.test", "--since", "1"], 0),
        ]
    )
    func `a part of the history can be asked for`(words: [String], count: Int) throws {
        try log(words)
        #expect(screen.output.split(separator: "\n").count == count)
    }

    @Test func `usually the last fifty events are told, with --since all`() throws {
        let many = String(repeating: Self.lines[0] + "\n", count: 60)
        try log([], text: many)
        #expect(screen.output.split(separator: "\n").count == 50)
        let all = Screen()
        let disk = MemoryFileSystem()
        disk.put(Self.path, Array(many.utf8))
        let arguments = try ParsedArguments(["--since", "2027-01-01"], options: LogCommand.options)
        try LogCommand(arguments).run(in: .test(on: all, fileSystem: disk))
        #expect(all.output.split(separator: "\n").count == 60)
    }

    @Test(
        arguments: [
            ["--last", "0"], ["--last", "-1"], ["--last", "+1"], ["--last", "many"],
            ["--since", "0"], ["--since", "99999"], ["--since", "yesterday"],
            ["--since", "2027-13-01"], ["--since", ""],
        ]
    )
    func `a part that cannot be is refused`(words: [String]) {
        #expect(throws: UsageError.self) { try log(words) }
    }

    @Test func `a name that nothing is known of is no name without events`() {
        #expect(throws: StoreError.unknownLineage("c.test", known: [])) { try log(["c.test"]) }
        #expect(throws: StoreError.unknownLineage("../x", known: [])) { try log(["../x"]) }
    }

    @Test func `damaged lines are told as a number, on standard error`() throws {
        let disk = MemoryFileSystem()
        disk.put(Self.path, Array("torn\n\(Self.lines[0])\n".utf8))
        try LogCommand(ParsedArguments([], options: [])).run(
            in: .test(on: screen, fileSystem: disk)
        )
        #expect(screen.output.split(separator: "\n").count == 1)
        #expect(
            screen.errors == """
                warning: lines of the history cannot be read and were passed over (count=1)

                """
        )
    }
}

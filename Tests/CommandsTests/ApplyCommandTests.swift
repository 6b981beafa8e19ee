import Diagnostics
import Settings
import TestSupport
import Testing

@testable import Commands

/// `certctl apply --check` is to certctl.conf what `nginx -t` is to nginx's own.
@Suite struct ApplyCommandTests {
    private static let path = "/home/etc/certctl.conf"

    private let screen = Screen()

    private func check(_ text: String?, isJSON: Bool = false) async throws {
        let disk = MemoryFileSystem()
        if let text { disk.put(Self.path, Array(text.utf8)) }
        let words = try ParsedArguments(["--check"], options: ApplyCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, fileSystem: disk)
        try await ApplyCommand(words).run(in: context)
    }

    @Test(
        arguments: [
            ("", "0 sites, 0 certificates"), ("certificate a.test;", "0 sites, 1 certificate"),
            ("site a.test { to a:1; }", "1 site, 0 certificates"),
        ]
    )
    func `a file without faults is told with what is in it`(text: String, told: String) async throws
    {
        try await check(text)
        #expect(screen.output == "\(Self.path): \(told): the syntax is right\n")
    }

    @Test func `a file that is not there is no fault`() async throws {
        try await check(nil)
        #expect(
            screen.output == "\(Self.path): there is no such file, and everything has its default\n"
        )
    }

    @Test func `the same is told in JSON`() async throws {
        try await check("certificate a.test;", isJSON: true)
        #expect(
            screen.output
                == #"{"certificates":1,"file":"\#(Self.path)","isPresent":true,"sites":0}"# + "\n"
        )
    }

    @Test func `faults are thrown, and ended with exit code 3`() async throws {
        let error = await #expect(throws: SettingsError.self) {
            try await check("emial x;\nto a:1;")
        }
        #expect(error?.diagnosis.exitCode == .configuration)
        #expect(screen.output.isEmpty)
    }

    @Test func `in JSON each fault is a line, and told once`() async throws {
        let error = await #expect(throws: FoundFaults.self) {
            try await check("email a@b.test;\n emial x;\npublic;", isJSON: true)
        }
        // What ends it tells none of them again.
        let diagnosis = try #require(error).diagnosis
        #expect(diagnosis.what == "\(Self.path) cannot be used")
        #expect(diagnosis.why == "it has 2 faults")
        #expect(!diagnosis.fix.contains("email"))
        #expect(diagnosis.exitCode == .configuration)
        let lines = screen.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix(#"{"column":2,"file":"\#(Self.path)","finding":""#) == true)
        #expect(lines.first?.contains(#""fix":"did you mean email?","line":2,"#) == true)
        #expect(lines.last?.contains(#""line":3,"#) == true)
    }

    @Test func `in JSON it is said how many faults were too many to be told`() async throws {
        let error = await #expect(throws: FoundFaults.self) {
            try await check(String(repeating: "x y;\n", count: 30), isJSON: true)
        }
        #expect(error?.diagnosis.why == "it has 30 faults, the first 20 of which are told")
        #expect(screen.output.split(separator: "\n").count == 20)
    }

    @Test func `to check and to plan are two things`() throws {
        let words = try ParsedArguments(["--check", "--dry-run"], options: ApplyCommand.options)
        #expect(throws: UsageError.contradiction("check", "dry-run")) { try ApplyCommand(words) }
    }

    @Test func `what is wanted and not there is planned, and nothing is done`() async throws {
        let disk = MemoryFileSystem()
        disk.put(Self.path, Array("certificate a.test b.test;".utf8))
        let before = disk.contents(below: "/")
        let words = try ParsedArguments(["--dry-run"], options: ApplyCommand.options)
        try await ApplyCommand(words).run(in: .test(on: screen, fileSystem: disk))
        #expect(screen.output == "to be issued: a.test b.test\n")
        #expect(disk.contents(below: "/") == before)
    }

    @Test func `where there is nothing to do that is told`() async throws {
        let words = try ParsedArguments([], options: ApplyCommand.options)
        try await ApplyCommand(words).run(in: .test(on: screen, fileSystem: MemoryFileSystem()))
        #expect(screen.output == "Nothing to do: this machine is as certctl.conf says.\n")
    }
}

import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import TestSupport
import Testing
import Workflows

@testable import Commands

/// `certctl watch` as it is typed, and what it ends with.
@Suite struct WatchCommandTests {
    /// Nobody answers, and no name has an address.
    private struct Nobody: TLSProbing, Resolver {
        func presentedChain(
            for host: String,
            at address: SocketAddress
        ) async throws(TLSProbeFailure) -> [[UInt8]] {
            throw .refused
        }

        func addresses(
            of name: String,
            port: UInt16
        ) async throws(ResolverFailure) -> [SocketAddress] {
            throw .notFound
        }
    }

    private func watch(
        _ words: [String] = [],
        on screen: Screen,
        isJSON: Bool = false,
        hasLineage: Bool = true
    ) async throws {
        let disk = MemoryFileSystem()
        if hasLineage {
            disk.put(directory: "/home/lib/lineages", mode: .privateDirectory)
            disk.put(directory: "/home/lib/lineages/a.test", mode: .privateDirectory)
            disk.put("/home/lib/lineages/a.test/journal", [])
        }
        let arguments = try ParsedArguments(words, options: WatchCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, fileSystem: disk)
        try await WatchCommand(arguments).run(in: context, probe: Nobody(), resolver: Nobody())
    }

    @Test func `without certificates there is nothing to watch, and a way to get one`() async throws
    {
        let screen = Screen()
        try await watch(on: screen, hasLineage: false)
        #expect(
            screen.output == "There is no certificate yet: certctl issue --home /home example.com\n"
        )
    }

    @Test func `a finding ends it with 10, and what, why and fix`() async throws {
        let screen = Screen()
        let failure = await #expect(throws: WatchFailure.self) { try await watch(on: screen) }
        let diagnosis = try #require(failure).diagnosis
        #expect(diagnosis.exitCode == .findings)
        #expect(diagnosis.what == "1 finding needs you")
        #expect(diagnosis.why == "this host: renew has never run")
        #expect(diagnosis.fix.contains("certctl renew"))
        let lines = screen.output.split(separator: "\n")
        #expect(lines.map { $0.split(separator: "  ")[3] } == ["renew-never-ran", "waiting"])
        #expect(screen.errors.isEmpty)
    }

    @Test func `one lineage alone without findings ends it with 0`() async throws {
        let screen = Screen()
        try await watch(["a.test"], on: screen)
        #expect(screen.output.hasPrefix("info  a.test  -  waiting  -  2027-01-15T08:00:00Z  "))
    }

    @Test func `in JSON each observation is an object`() async throws {
        let screen = Screen()
        try await watch(["a.test"], on: screen, isJSON: true)
        #expect(
            screen.output == """
                {"level":"info","lineage":"a.test","message":"there is no certificate yet, \
                and certctl.conf asks for none: certctl delete a.test forgets it",\
                "since":"2027-01-15T08:00:00Z","state":"waiting"}

                """
        )
    }

    @Test func `a terminal gets a table`() async throws {
        let screen = Screen(isAnswerRead: true)
        try await watch(["a.test"], on: screen)
        #expect(screen.output.hasPrefix("NAME    ADDRESS  STATE    EXPIRES  SINCE\n"))
    }

    @Test func `the journal gets each finding with its priority`() async throws {
        let screen = Screen(isJournal: true)
        await #expect(throws: WatchFailure.self) { try await watch(on: screen) }
        #expect(
            screen.errors == """
                <4>warning: someone should look (about=this host, seen=renew has never run, \
                state=renew-never-ran)

                """
        )
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1:443"), ("192.0.2.1:8443", "192.0.2.1:8443"),
            ("::1", "[::1]:443"), ("[::1]", "[::1]:443"), ("[::1]:8443", "[::1]:8443"),
            ("localhost", "localhost:443"), ("proxy.test:444", "proxy.test:444"),
        ]
    )
    func `a server is named by host or address, with a port or without`(
        text: String,
        target: String
    ) throws {
        #expect(try ArgumentValues.target(text, option: "connect").description == target)
    }

    @Test(
        arguments: [
            "", ":443", "host:", "host:0", "host:65536", "host:+1", "host:x", "[::1]:", "[::1",
            "a b", "[localhost]:443", "-host", "host/path", "::1]:443", "1.2.3.4.5:443",
        ]
    )
    func `what is no server is refused`(text: String) {
        #expect(throws: UsageError.self) { try ArgumentValues.target(text, option: "connect") }
    }

    @Test(arguments: ["", "folder/", "/no/such/folder/x.prom", "/no/.."])
    func `metrics go to a file in a folder that is there`(path: String) async {
        await #expect(throws: UsageError.self) {
            try await watch(["--textfile", path], on: Screen())
        }
    }

    @Test func `every state has something to do`() {
        for state in Observation.State.allCases {
            let finding = Observation(
                lineage: "a.test",
                state: state,
                level: .critical,
                message: "seen",
                since: .distantPast
            )
            #expect(WatchFailure([finding])?.diagnosis.fix.isEmpty == false)
        }
    }

    @Test(arguments: [Observation.State.expired, .expiring])
    func `where an old certificate is served it may be the server that has to be mended`(
        state: Observation.State
    ) throws {
        func fix(name: String?) throws -> String {
            let finding = Observation(
                lineage: "a.test",
                name: name,
                state: state,
                level: .critical,
                message: "seen",
                since: .distantPast
            )
            return try #require(WatchFailure([finding])).diagnosis.fix
        }
        #expect(try fix(name: "a.test").contains("certctl deploy a.test --force"))
        #expect(try fix(name: nil) == "certctl renew a.test")
    }

    @Test func `of several findings the first of the worst is told, and how many there are`() throws
    {
        let levels: [Observation.Level] = [.warning, .critical, .critical]
        let findings = levels.enumerated().map { index, level in
            Observation(
                lineage: "n\(index)",
                state: .silent,
                level: level,
                message: "seen",
                since: .distantPast
            )
        }
        let diagnosis = try #require(WatchFailure(findings)).diagnosis
        #expect(diagnosis.what == "3 findings need you, 2 of them critical")
        #expect(diagnosis.why == "n1: seen, and 2 more")
        #expect(WatchFailure([]) == nil)
    }
}

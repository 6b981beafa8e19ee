import CertificateStore
import Diagnostics
import Platform
import Synchronization
import TestSupport
import Testing
import Workflows

@testable import Commands

/// Design §10: root's command and the share in it of the store's owner.
@Suite struct StoreOwnerTests {
    private static let port80: OwnersPorts = {
        var ports = OwnersPorts()
        ports.endpoints = [Endpoint(port: 80)]
        return ports
    }()

    private let runner = ScriptedOwner()

    private func owner(
        _ listener: any Listener = NoPort(),
        _ words: [String] = ["renew"]
    ) -> StoreOwner {
        StoreOwner(
            998,
            words: words,
            journal: nil,
            runner: runner,
            listener: listener
        )
    }

    private func words(_ command: any Command.Type, _ words: [String]) throws -> [String] {
        let options = command.options + CommandOption.common
        return StoreOwner.words(command, try ParsedArguments(words, options: options))
    }

    // MARK: What the owner is told

    @Test func `the owner gets the same command, with its operands behind two hyphens`() throws {
        #expect(
            try words(IssueCommand.self, ["a.test", "--force", "--ca", "zerossl", "b.test"])
                == ["issue", "--owners-share", "--ca=zerossl", "--force", "--", "a.test", "b.test"]
        )
        #expect(try words(RenewCommand.self, []) == ["renew", "--owners-share"])
    }

    @Test func `the person's hook stays with root`() throws {
        #expect(
            try words(IssueCommand.self, ["a.test", "--deploy-hook", "/usr/bin/true"])
                == ["issue", "--owners-share", "--", "a.test"]
        )
    }

    @Test(
        arguments: [
            ("--csr", "req.pem", "--csr=/there/req.pem"),
            ("--webroot", "../www", "--webroot=/www"),
            ("--http01", "webroot:.", "--http01=webroot:/there"),
            ("--ca-roots", "ca.pem", "--ca-roots=/there/ca.pem"),
        ]
    )
    func `a path means the same to the owner, who is elsewhere`(
        _ option: String,
        _ path: String,
        _ expected: String
    ) throws {
        let place = try TemporaryDirectory()
        let files = POSIXFileSystem()
        try files.makeDirectory(place("there"), .privateDirectory)
        try files.makeDirectory(place("www"), .privateDirectory)
        for name in ["req.pem", "ca.pem"] {
            try files.writeNewFile(place("there/\(name)"), [], .publicFile)
        }
        // Relative to where the test is: it is one process, and others run in it.
        let back = String(repeating: "../", count: 40)
        let prefix = option == "--http01" ? "webroot:" : ""
        let relative = "\(prefix)\(back)\(place("there"))/\(path.dropFirst(prefix.count))"
        let parts = expected.split(separator: "/", maxSplits: 1)
        #expect(
            try words(IssueCommand.self, ["a.test", option, relative])
                == [
                    "issue", "--owners-share", "\(parts[0])\(place.path)/\(parts[1])", "--",
                    "a.test",
                ]
        )
    }

    @Test(
        arguments: [
            ["--ca-roots=system"], ["--http01=auto"], ["--ca=https://ca.test:14000/dir"],
            ["--email=ops@a.test"], ["--csr=/not/there"],
        ]
    )
    func `what is no path of a file stays as it is`(_ given: [String]) throws {
        #expect(
            try words(IssueCommand.self, given) == ["issue", "--owners-share"] + given
        )
    }

    @Test func `a file that is not there yet is named from where the person is`() throws {
        let here = try #require(RealPath.of("."))
        #expect(
            try words(WatchCommand.self, ["--textfile", "new.prom", "--connect", "a:1"])
                == ["watch", "--owners-share", "--connect=a:1", "--textfile=\(here)/new.prom"]
        )
    }

    @Test func `an option that may be repeated is passed on each time`() throws {
        #expect(
            try words(WatchCommand.self, ["--connect", "a:1", "--connect=b:2"])
                == ["watch", "--owners-share", "--connect=a:1", "--connect=b:2"]
        )
    }

    @Test(arguments: ["--owners-shar", "--owners-account", "--owners-bu"])
    func `what only certctl itself gives is in no help and never suggested`(word: String) {
        #expect(CommandOption.owners.allSatisfy { !CommandOption.common.contains($0) })
        #expect(throws: UsageError.unknownOption(word, suggestion: nil)) {
            try ParsedArguments([word], options: CommandOption.common + CommandOption.owners)
        }
    }

    // MARK: What he gets

    @Test func `a port that root can bind is passed on`() async throws {
        let sockets = try SocketListener().listen(at: Endpoint(address: "127.0.0.1", port: 0))
        let port = sockets[0].port
        let ending = await owner(OnePort(sockets)).run(
            listeningAt: Self.port80,
            in: CommandContext.test().services
        )
        #expect(ending == .ended(.success))
        let command = try #require(runner.commands.first)
        #expect(command.user == 998)
        #expect(command.arguments == ["renew"])
        #expect(command.sockets.map(\.name) == ["http"])
        #expect(command.sockets.map(\.socket.port) == [port])
    }

    @Test func `a port that is taken is left to the owner to wonder about`() async throws {
        #expect(
            await owner().run(listeningAt: Self.port80, in: CommandContext.test().services)
                == .ended(.success)
        )
        #expect(runner.commands.first?.sockets.isEmpty == true)
    }

    @Test(arguments: [(3, true), (0, false), (6, false)] as [(Int32, Bool)])
    func `who holds a port is told by root where that may be what failed`(
        _ status: Int32,
        _ isTold: Bool
    ) async throws {
        runner.end(.exited(status))
        let screen = Screen()
        let story = Story(screen.console, isQuiet: false, isVerbose: false)
        let services = CommandContext.test(log: story.log).services
        _ = await owner().run(listeningAt: Self.port80, in: services)
        #expect(screen.errors.contains("user 33") == isTold)
    }

    // MARK: What comes of it

    @Test func `his failure is told once, by him, and his status passed on`() async throws {
        runner.end(.exited(6))
        let ending = await owner().run(in: CommandContext.test().services)
        let failure = await #expect(throws: OwnersFailure.self) { try await ending.conclude() }
        #expect(failure?.isTold == true)
        #expect(failure?.exitCode == .challengeFailed)
    }

    @Test(
        arguments: [
            (0, ExitCode.deployment), (9, .deployment), (6, .partial),
        ] as [(Int32, ExitCode)]
    )
    func `a failure of root's is told by root`(_ status: Int32, _ code: ExitCode) async throws {
        runner.end(.exited(status))
        let ending = await owner().run(in: CommandContext.test().services)
        let failure = await #expect(throws: OwnersFailure.self) {
            try await ending.conclude { throw ScriptedFailure() }
        }
        #expect(failure?.isTold == false)
        #expect(failure?.exitCode == code)
        #expect(failure?.diagnosis.what == "the hook failed")
    }

    @Test(
        arguments: [
            (ChildResult.Ending.signalled(9), "signal 9 ended it"),
            (.exited(127), "it ended with status 127"),
        ]
    )
    func `an end without a word is told by root`(
        _ ending: ChildResult.Ending,
        _ why: String
    ) async throws {
        runner.end(ending)
        let ending = await owner().run(in: CommandContext.test().services)
        let failure = await #expect(throws: OwnersFailure.self) { try await ending.conclude() }
        #expect(failure?.isTold == false)
        #expect(failure?.diagnosis.why == why)
    }

    @Test func `an end without a word is told also where root's share fails`() async throws {
        runner.end(.signalled(9))
        let ending = await owner().run(in: CommandContext.test().services)
        let failure = await #expect(throws: OwnersFailure.self) {
            try await ending.conclude { throw ScriptedFailure() }
        }
        #expect(failure?.isTold == false)
        #expect(failure?.exitCode == .partial)
        #expect(failure?.diagnosis.why.hasPrefix("signal 9 ended it; and ") == true)
        #expect(failure?.diagnosis.what.hasSuffix("; and the hook failed") == true)
    }

    @Test func `a rehearsal has nothing deployed`() async throws {
        for words in [["--dry-run"], []] {
            let host = try CommandHost()
            try await host.issue(deploys: false)
            var context = CommandContext.test(on: Screen(), services: host.services)
            context.owner = owner(NoPort(), ["renew", "--owners-share"])
            runner.end(.exited(0))
            try await RenewCommand(ParsedArguments(words, options: RenewCommand.options))
                .run(in: context)
            #expect(try host.services.store.deployRecords().isEmpty == !words.isEmpty)
        }
    }

    @Test func `a process that cannot be started is one of the store`() async throws {
        runner.fail(ProcessError(executable: "user 998", reason: "there is no user of that number"))
        let ending = await owner().run(in: CommandContext.test().services)
        let failure = await #expect(throws: OwnersFailure.self) { try await ending.conclude() }
        #expect(failure?.exitCode == .store)
        #expect(failure?.diagnosis.why == "user 998: there is no user of that number")
    }

    // MARK: Who runs what

    @Test func `what is the owner's as a whole is not done by root`() async throws {
        let screen = Screen()
        var context = CommandContext.test(on: screen)
        context.owner = owner()
        let options = RevokeCommand.options + CommandOption.common
        let command = try RevokeCommand(ParsedArguments(["a.test"], options: options))
        try await Run.run(command, in: context)
        #expect(runner.commands.count == 1)
        #expect(screen.output.isEmpty)
    }

    @Test func `apply has the owner open an account before anything is changed`() async throws {
        let host = try CommandHost()
        host.disk.put("/home/etc/certctl.conf", Array("certificate a.test;".utf8))
        var context = CommandContext.test(on: Screen(), services: host.services)
        context.owner = owner(NoPort(), ["apply", "--owners-share"])
        let command = try ApplyCommand(ParsedArguments([], options: ApplyCommand.options))
        runner.end(.exited(2))
        let failure = await #expect(throws: OwnersFailure.self) {
            try await command.run(in: context)
        }
        #expect(failure?.isTold == true)
        #expect(failure?.exitCode == .usage)
        let words = ["apply", "--owners-accounts", "--owners-share"]
        #expect(runner.commands.map(\.arguments) == [words])
        runner.end(.exited(0))
        try await command.run(in: context)
        #expect(
            runner.commands.map(\.arguments) == [words, words, ["apply", "--owners-share"]]
        )
    }

    @Test func `what root says besides comes before the owner's operands`() async throws {
        let words = ["apply", "--owners-share", "--", "x"]
        let services = CommandContext.test().services
        _ = await owner(NoPort(), words).run(["--owners-but=a.test"], in: services)
        #expect(
            runner.commands.first?.arguments
                == ["apply", "--owners-but=a.test", "--owners-share", "--", "x"]
        )
    }

    @Test func `a list is root's own`() async throws {
        let screen = Screen()
        var context = CommandContext.test(on: screen)
        context.owner = owner()
        let options = ListCommand.options + CommandOption.common
        try await Run.run(ListCommand(ParsedArguments([], options: options)), in: context)
        #expect(runner.commands.isEmpty)
        #expect(screen.output.hasPrefix("There is no certificate yet"))
    }
}

/// An owner's process that does not run.
private final class ScriptedOwner: OwnerRunner {
    private let state = Mutex<(commands: [OwnerCommand], result: Result<Int32, ProcessError>?)>(
        ([], nil)
    )
    private let ending = Mutex(ChildResult.Ending.exited(0))

    var commands: [OwnerCommand] { state.withLock { $0.commands } }

    func end(_ ending: ChildResult.Ending) { self.ending.withLock { $0 = ending } }

    func fail(_ error: ProcessError) { state.withLock { $0.result = .failure(error) } }

    func run(_ command: OwnerCommand) async throws(ProcessError) -> ChildResult.Ending {
        let result = state.withLock { state in
            state.commands.append(command)
            return state.result
        }
        if case .failure(let error)? = result { throw error }
        return ending.withLock { $0 }
    }
}

/// Every port is taken.
private struct NoPort: Listener {
    func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] {
        throw .portTaken(endpoint.port)
    }

    func holders(ofPort port: UInt16) -> [PortHolder] { [.hidden(user: 33)] }
}

/// Every port is that one.
private struct OnePort: Listener {
    private let sockets: [ListeningSocket]

    init(_ sockets: [ListeningSocket]) {
        self.sockets = sockets
    }

    func listen(at endpoint: Endpoint) throws(ListenError) -> [ListeningSocket] { sockets }

    func holders(ofPort port: UInt16) -> [PortHolder] { [] }
}

private struct ScriptedFailure: Diagnosable {
    var diagnosis: Diagnosis {
        Diagnosis(what: "the hook failed", why: "it did", fix: "mend it", exitCode: .deployment)
    }
}

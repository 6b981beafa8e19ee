import Deployment
import Diagnostics
import Platform
import Synchronization
import TestSupport
import Testing

/// Group H and cases F17 and P32 of the reliability catalogue; the contract of `hooks/README.md`.
@Suite struct HookRunnerTests {
    /// Ends every program as the test says, and keeps what was asked for.
    private final class ScriptedRunner: ProcessRunner {
        private let result: Result<ChildResult, ProcessError>
        private let started = Mutex<[ChildCommand]>([])

        var commands: [ChildCommand] { started.withLock { $0 } }

        init(_ result: Result<ChildResult, ProcessError>) {
            self.result = result
        }

        func run(_ command: ChildCommand) async throws(ProcessError) -> ChildResult {
            started.withLock { $0.append(command) }
            return try result.get()
        }
    }

    private static let directory = "/etc/hooks/deploy.d"
    private let files = MemoryFileSystem(user: 1000)
    private let path = "/etc/hooks/deploy.d/50-nginx"

    init() {
        files.put(path, [], mode: FileMode(0o755))
    }

    private func runner(_ processes: ScriptedRunner, log: Log = .silent) -> HookRunner {
        HookRunner(fileSystem: files, processes: processes, user: 1000, log: log)
    }

    private func runner(
        _ ending: ChildResult.Ending = .exited(0),
        _ output: String = ""
    ) -> HookRunner {
        let result = ChildResult(ending: ending, output: Array(output.utf8))
        return runner(ScriptedRunner(.success(result)))
    }

    // MARK: Finding

    @Test func `hooks run in the order of their names`() throws {
        for name in ["90-tell", "10-copy", "100-last", "zz", "A"] {
            files.put("\(Self.directory)/\(name)", [], mode: FileMode(0o700))
        }
        let names = ["10-copy", "100-last", "50-nginx", "90-tell", "A", "zz"]
        #expect(try runner().hooks(in: Self.directory) == names.map { "\(Self.directory)/\($0)" })
    }

    @Test func `a hook that lacks its x bit is told of, and a README is not`() throws {
        let told = Mutex<[String]>([])
        let log = Log(threshold: .notice) { entry in
            guard entry.level == .warning else { return }
            told.withLock { $0.append(entry.fields["path"] ?? "") }
        }
        files.put("\(Self.directory)/README.md", [], mode: FileMode(0o644))
        files.put("\(Self.directory)/60-nginx", [], mode: FileMode(0o644))
        files.put("\(Self.directory)/70-nginx.off", [], mode: FileMode(0o644))
        files.put("\(Self.directory)/80-nginx~", [], mode: FileMode(0o755))
        let runner = runner(
            ScriptedRunner(.success(ChildResult(ending: .exited(0), output: []))),
            log: log
        )
        #expect(try runner.hooks(in: Self.directory) == [path])
        #expect(told.withLock { $0 }.isEmpty)
        runner.tellIdle(in: Self.directory)
        #expect(told.withLock { $0 } == ["\(Self.directory)/60-nginx"])
    }

    @Test func `what was set aside is not run, executable or not`() throws {
        for name in ["50-nginx~", "50-nginx.off", "a.bak", "a.orig", "a.dpkg-old", ".a.swp"] {
            files.put("\(Self.directory)/\(name)", [], mode: FileMode(0o755))
        }
        files.put("\(Self.directory)/reload.sh", [], mode: FileMode(0o755))
        let hooks = try runner().hooks(in: Self.directory)
        #expect(hooks == [path, "\(Self.directory)/reload.sh"])
    }

    @Test func `what cannot be run is left out`() throws {
        files.put("\(Self.directory)/README", [], mode: FileMode(0o644))
        files.put("\(Self.directory)/60-off", [], mode: FileMode(0o655))
        files.put(directory: "\(Self.directory)/70-directory", mode: FileMode(0o755))
        #expect(try runner().hooks(in: Self.directory) == [path])
    }

    @Test func `a link is refused, since leaving it out would go unseen`() {
        files.put(link: "\(Self.directory)/80-link", to: path)
        #expect(throws: HookError.self) { try runner().hooks(in: Self.directory) }
    }

    @Test func `a directory that others could put a hook into is refused`() {
        files.setMode(Self.directory, FileMode(0o775))
        let reason = "others may write to it (mode 0775)"
        #expect(throws: HookError.notTrusted(path: Self.directory, reason: reason)) {
            try runner().hooks(in: Self.directory)
        }
    }

    @Test func `a directory of another user is refused`() {
        files.setOwner(Self.directory, 1001)
        let reason = "it belongs to user 1001"
        #expect(throws: HookError.notTrusted(path: Self.directory, reason: reason)) {
            try runner().hooks(in: Self.directory)
        }
    }

    @Test func `a directory that is not there has no hooks`() throws {
        #expect(try runner().hooks(in: "/etc/elsewhere/deploy.d").isEmpty)
    }

    // MARK: Trust

    @Test(arguments: [UInt32(1000), 0])
    func `a hook of this user's or of root's is trusted`(owner: UInt32) throws {
        files.setOwner(path, owner)
        #expect(throws: Never.self) { try runner().check(path) }
    }

    @Test func `a hook of another user is refused`() {
        files.setOwner(path, 1001)
        let error = HookError.notTrusted(path: path, reason: "it belongs to user 1001")
        #expect(throws: error) { try runner().check(path) }
    }

    @Test(
        arguments: [(0o775, "0775"), (0o757, "0757"), (0o777, "0777"), (0o720, "0720")]
            as [(UInt32, String)]
    )
    func `a hook that others may write is refused`(mode: UInt32, text: String) {
        files.setMode(path, FileMode(mode))
        let error = HookError.notTrusted(
            path: path,
            reason: "others may write to it (mode \(text))"
        )
        #expect(throws: error) { try runner().check(path) }
    }

    /// What root would check of `path`, where everything is root's but what `prepare` makes otherwise.
    private func checkAsRoot(_ path: String, _ prepare: (MemoryFileSystem) -> Void) throws {
        let files = MemoryFileSystem(user: 0)
        files.put(path, [], mode: FileMode(0o755))
        prepare(files)
        let processes = ScriptedRunner(.success(ChildResult(ending: .exited(0), output: [])))
        try HookRunner(fileSystem: files, processes: processes, user: 0, log: .silent).check(path)
    }

    @Test func `root runs only what is root's`() {
        #expect(throws: Never.self) { try checkAsRoot(path) { _ in } }
        let error = HookError.notTrusted(path: path, reason: "it belongs to user 1000")
        #expect(throws: error) { try checkAsRoot(path) { $0.setOwner(path, 1000) } }
    }

    @Test(arguments: ["/etc/hooks/deploy.d", "/etc/hooks", "/etc"])
    func `root runs nothing that another could put in its place`(parent: String) {
        let foreign = HookError.notTrusted(path: parent, reason: "it belongs to user 1000")
        #expect(throws: foreign) { try checkAsRoot(path) { $0.setOwner(parent, 1000) } }
        let reason = "others may write to it (mode 0775)"
        #expect(throws: HookError.notTrusted(path: parent, reason: reason)) {
            try checkAsRoot(path) { $0.setMode(parent, FileMode(0o775)) }
        }
        // As /tmp is: what is root's there stays.
        #expect(throws: Never.self) {
            try checkAsRoot(path) { $0.setMode(parent, FileMode(0o1777)) }
        }
        // But whose directory it is may move all that is in it.
        #expect(throws: foreign) {
            try checkAsRoot(path) {
                $0.setOwner(parent, 1000)
                $0.setMode(parent, FileMode(0o1755))
            }
        }
    }

    @Test func `root is led to a hook by root's links alone`() throws {
        let files = MemoryFileSystem(user: 0)
        files.put("/opt/real/hook", [], mode: FileMode(0o755))
        files.put(link: "/opt/now", to: "real")
        files.put(link: "/etc/own/hook", to: "../../opt/./now/hook")
        let processes = ScriptedRunner(.success(ChildResult(ending: .exited(0), output: [])))
        let runner = HookRunner(fileSystem: files, processes: processes, user: 0, log: .silent)
        try runner.checkWay(to: "/etc/own/hook")
        for place in ["/etc/own", "/opt", "/opt/real"] {
            files.setOwner(place, 1000)
            let error = HookError.notTrusted(path: place, reason: "it belongs to user 1000")
            #expect(throws: error) { try runner.checkWay(to: "/etc/own/hook") }
            files.setOwner(place, 0)
        }
        files.setMode("/opt", FileMode(0o1777))
        try runner.checkWay(to: "/etc/own/hook")
        files.setOwner("/opt/now", 1000)
        #expect(throws: HookError.notTrusted(path: "/opt/now", reason: "it is a link of user 1000"))
        {
            try runner.checkWay(to: "/etc/own/hook")
        }
        files.put(link: "/etc/loop", to: "loop")
        #expect(throws: HookError.notRunnable(path: "/etc/loop", .missing)) {
            try runner.checkWay(to: "/etc/loop")
        }
    }

    @Test func `a hook that cannot be run is refused`() {
        files.setMode(path, FileMode(0o644))
        let error = HookError.notRunnable(path: path, .notExecutable)
        #expect(throws: error) { try runner().check(path) }
    }

    @Test(arguments: ["/etc/hooks/deploy.d/directory", "/etc/hooks/deploy.d/link"])
    func `a directory or a link is no hook`(other: String) {
        files.put(directory: "/etc/hooks/deploy.d/directory", mode: FileMode(0o755))
        files.put(link: "/etc/hooks/deploy.d/link", to: path)
        let error = HookError.notRunnable(path: other, .notExecutable)
        #expect(throws: error) { try runner().check(other) }
    }

    @Test(arguments: ["/etc/hooks/missing", "50-nginx", "./50-nginx", ""])
    func `a hook that is not there, or has no absolute path, is refused`(other: String) {
        let error = HookError.notRunnable(path: other, .missing)
        #expect(throws: error) { try runner().check(other) }
    }

    @Test func `what is refused is never started`() async {
        files.setMode(path, FileMode(0o777))
        let processes = ScriptedRunner(.success(ChildResult(ending: .exited(0), output: [])))
        await #expect(throws: HookError.self) { try await runner(processes).run(path, .deploy) }
        #expect(processes.commands.isEmpty)
    }

    // MARK: Running

    @Test func `a hook gets its arguments, its environment and a minute, and no shell`()
        async throws
    {
        let processes = ScriptedRunner(.success(ChildResult(ending: .exited(0), output: [])))
        try await runner(processes).run(path, .deploy)
        let command = try #require(processes.commands.first)
        #expect(processes.commands.count == 1)
        #expect(command.executable == path)
        #expect(command.arguments == ["deploy", "example.com"])
        #expect(command.environment["CERTCTL_LINEAGE"] == "example.com")
        #expect(command.workingDirectory == "/")
        #expect(command.timeLimit == .seconds(60))
        #expect(command.outputLimit == 65_536)
    }

    @Test func `another status than 0 is a failure with what the hook said`() async {
        let error = HookError.failed(path: path, status: 3, output: "no nginx found")
        await #expect(throws: error) {
            try await runner(.exited(3), "no nginx found\n").run(path, .deploy)
        }
    }

    @Test func `a hook that a signal ends has failed`() async {
        let error = HookError.killed(path: path, signal: 9, output: "half")
        await #expect(throws: error) { try await runner(.signalled(9), "half").run(path, .deploy) }
    }

    @Test func `a hook that takes too long has failed`() async {
        let error = HookError.timedOut(path: path, seconds: 60, output: "")
        await #expect(throws: error) { try await runner(.timedOut).run(path, .deploy) }
    }

    @Test func `a hook that cannot be started has failed`() async {
        let reason = "Exec format error"
        let processes = ScriptedRunner(
            .failure(ProcessError(executable: path, reason: reason))
        )
        await #expect(throws: HookError.notStarted(path: path, reason: reason)) {
            try await runner(processes).run(path, .deploy)
        }
    }

    @Test func `what a hook says is harmless to print`() async {
        let error = HookError.failed(path: path, status: 1, output: "·[2J; certctl: all is well")
        await #expect(throws: error) {
            try await runner(.exited(1), "\u{1B}[2J\ncertctl: all is well").run(path, .deploy)
        }
    }

    @Test func `of much output the end is shown`() async throws {
        let output = String(repeating: "x", count: 64_000) + "the reason"
        do {
            try await runner(.exited(1), output).run(path, .deploy)
            Issue.record("the hook did not fail")
        } catch HookError.failed(_, _, let shown) {
            #expect(shown.count == 1000)
            #expect(shown.hasSuffix("the reason"))
        }
    }

    @Test func `success is told with the hook's path`() async throws {
        let entries = Mutex<[Log.Entry]>([])
        let log = Log(threshold: .notice) { entry in entries.withLock { $0.append(entry) } }
        let result = ChildResult(ending: .exited(0), output: Array("reloaded".utf8))
        try await runner(ScriptedRunner(.success(result)), log: log).run(path, .deploy)
        let told = entries.withLock { $0 }
        #expect(told.map(\.message) == ["hook succeeded"])
        #expect(told.map(\.fields) == [["path": path, "output": "reloaded"]])
    }
}

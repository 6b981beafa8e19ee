import Glibc
import Platform
import Testing

/// Group H of the reliability catalogue: what is run sees what it is given, and ends for certain.
@Suite(.timeLimit(.minutes(1))) struct SpawnProcessRunnerTests {
    private let runner = SpawnProcessRunner(grace: .milliseconds(100))

    private func command(
        _ executable: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        in directory: String = "/",
        timeLimit: Duration = .seconds(50),
        outputLimit: Int = 65_536
    ) -> ChildCommand {
        ChildCommand(
            executable: executable,
            arguments: arguments,
            environment: environment,
            workingDirectory: directory,
            timeLimit: timeLimit,
            outputLimit: outputLimit
        )
    }

    /// Runs a script to its end.
    private func run(
        _ script: String,
        timeLimit: Duration = .seconds(50),
        outputLimit: Int = 65_536
    ) async throws -> ChildResult {
        let environment = ["PATH": "/usr/bin:/bin"]
        return try await runner.run(
            command(
                "/bin/sh",
                ["-c", script],
                environment: environment,
                timeLimit: timeLimit,
                outputLimit: outputLimit
            )
        )
    }

    private func text(_ result: ChildResult) -> String {
        String(decoding: result.output, as: UTF8.self)
    }

    /// Whether a process is gone, or dead and only not reaped yet by its new parent.
    private func isGone(_ process: Int32) async throws -> Bool {
        for _ in 0..<200 {
            guard let status = try? POSIXFileSystem().readFile("/proc/\(process)/stat", limit: 4096)
            else { return true }
            let state = String(decoding: status, as: UTF8.self).split(separator: ")").last
            if state?.hasPrefix(" Z") == true { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    // MARK: How it ends

    @Test(arguments: [0, 1, 7, 255] as [Int32])
    func `the exit status is told`(status: Int32) async throws {
        #expect(try await run("exit \(status)").ending == .exited(status))
    }

    @Test(arguments: [SIGTERM, SIGKILL, SIGSEGV])
    func `the signal that ended it is told`(signal: Int32) async throws {
        #expect(try await run("ulimit -c 0; kill -\(signal) $$").ending == .signalled(signal))
    }

    @Test(
        arguments: [
            ("/nowhere/at/all", "/", "No such file or directory"),
            ("/etc/passwd", "/", "Permission denied"), ("/etc", "/", "Permission denied"),
            ("/bin/sh", "/nowhere", "No such file or directory"),
        ]
    )
    func `what cannot be started is told with the system's words`(
        executable: String,
        directory: String,
        reason: String
    ) async {
        await #expect(throws: ProcessError(executable: executable, reason: reason)) {
            try await runner.run(command(executable, [], in: directory))
        }
    }

    @Test func `a name is never looked for in PATH`() async {
        await #expect(throws: ProcessError.self) {
            try await runner.run(command("sh", [], environment: ["PATH": "/bin"]))
        }
    }

    // MARK: What it sees

    @Test func `its environment is the one given and nothing else`() async throws {
        let environment = ["B": "x y", "A": "1=2"]
        let result = try await runner.run(command("/usr/bin/env", [], environment: environment))
        #expect(text(result) == "A=1=2\nB=x y\n")
    }

    @Test func `no shell looks at its arguments`() async throws {
        let arguments = ["a b", "$HOME", "; id", "*", "\"", ""]
        let result = try await runner.run(command("/usr/bin/printf", ["%s|"] + arguments))
        #expect(text(result) == "a b|$HOME|; id|*|\"||")
    }

    @Test func `it works in the directory given`() async throws {
        let result = try await runner.run(command("/bin/sh", ["-c", "pwd"], in: "/usr"))
        #expect(text(result) == "/usr\n")
    }

    @Test func `its input is empty`() async throws {
        let result = try await run("cat; echo end")
        #expect(text(result) == "end\n")
    }

    @Test func `it inherits no descriptor of ours`() async throws {
        let extra = unsafe open("/dev/null", O_RDONLY)
        defer { close(extra) }
        // The fourth is the directory that ls reads.
        let result = try await run("exec ls /proc/self/fd")
        #expect(text(result) == "0\n1\n2\n3\n")
    }

    @Test func `signals that we ignore end it as usual`() async throws {
        // As `LiveProcess.prepare` does.
        signal(SIGPIPE, SIG_IGN)
        #expect(try await run("kill -PIPE $$").ending == .signalled(SIGPIPE))
    }

    // MARK: What it says

    @Test func `output and errors are kept in the order written`() async throws {
        let result = try await run("echo one; echo two >&2; echo three")
        #expect(text(result) == "one\ntwo\nthree\n")
    }

    @Test func `output beyond the limit is dropped, and holds nobody up`() async throws {
        let result = try await run("head -c 1000000 /dev/zero; exit 3", outputLimit: 1000)
        #expect(result.output.count == 1000)
        #expect(result.ending == .exited(3))
    }

    @Test func `it may close its output and go on`() async throws {
        let result = try await run("exec >&- 2>&-; sleep 0.05; exit 4")
        #expect(result.ending == .exited(4))
    }

    // MARK: How long it takes

    @Test func `what takes too long is ended with all that it started`() async throws {
        let script = "echo begun; (sleep 60 & echo $!; wait) & echo $!; wait"
        let result = try await run(script, timeLimit: .milliseconds(400))
        #expect(result.ending == .timedOut)
        let processes = text(result).split(separator: "\n").compactMap { Int32($0) }
        #expect(processes.count == 2)
        for process in processes {
            #expect(try await isGone(process))
        }
    }

    @Test func `what it makes is for its own user alone`() async throws {
        #expect(text(try await run("umask")) == "0077\n")
    }

    @Test func `signals are as they are by default`() async throws {
        let former = signal(SIGPIPE, SIG_IGN)
        defer { signal(SIGPIPE, former) }
        let lines = text(try await run("grep -E 'Sig(Blk|Ign)' /proc/self/status"))
        let masks = lines.split(separator: "\n").compactMap {
            UInt64($0.split(separator: "\t").last ?? "", radix: 16)
        }
        // The C library has the two behind the first 31 for itself.
        #expect(masks.map { $0 & 0x7FFF_FFFF } == [0, 0])
    }

    @Test func `what does not listen is ended all the same`() async throws {
        let script = "trap '' TERM; echo $$; while :; do sleep 60; done"
        let result = try await run(script, timeLimit: .milliseconds(400))
        #expect(result.ending == .timedOut)
        let process = try #require(Int32(text(result).dropLast()))
        #expect(try await isGone(process))
    }

    @Test func `what is asked to end may say a last word`() async throws {
        let script = "trap 'echo sorry; exit 0' TERM; echo begun; while :; do :; done"
        let patient = SpawnProcessRunner(grace: .seconds(30))
        let result = try await patient.run(
            command("/bin/sh", ["-c", script], timeLimit: .milliseconds(400))
        )
        #expect(result.ending == .timedOut)
        #expect(text(result) == "begun\nsorry\n")
    }

    @Test func `what it leaves running is ended with it`() async throws {
        let result = try await run("sleep 60 & echo $!")
        #expect(result.ending == .exited(0))
        let process = try #require(Int32(text(result).dropLast()))
        #expect(try await isGone(process))
    }

    @Test func `a daemon of a session of its own holds nobody up`() async throws {
        let result = try await run("setsid sleep 60 & echo $!; sleep 0.05")
        let process = try #require(Int32(text(result).dropLast()))
        kill(process, SIGKILL)
        #expect(result.ending == .exited(0))
    }
}

import CLinux
import Glibc

/// Runs programs, each in a process group of its own.
package struct SpawnProcessRunner: ProcessRunner {
    /// How long a process group that was asked to end may take.
    private let grace: Duration

    /// Makes a runner; `grace` is what lies between SIGTERM and SIGKILL.
    package init(grace: Duration = .seconds(5)) {
        self.grace = grace
    }

    package func run(_ command: ChildCommand) async throws(ProcessError) -> ChildResult {
        let child = try Child(command)
        let grace = grace
        do {
            return try await WorkerThread.run { child.wait(command, grace: grace) }
        } catch {
            child.abandon()
            throw ProcessError(executable: command.executable, reason: error.reason)
        }
    }
}

/// A process that was started and has to be waited for once.
private struct Child {
    let process: pid_t
    let output: Int32

    init(_ command: ChildCommand) throws(ProcessError) {
        var pipes: [Int32] = [-1, -1]
        guard unsafe pipe(&pipes) == 0 else {
            throw ProcessError(
                executable: command.executable,
                reason: SystemCallError.reason(of: errno)
            )
        }
        // Our end must not reach the child, nor a child that another thread starts.
        _ = fcntl(pipes[0], F_SETFD, FD_CLOEXEC)
        defer { close(pipes[1]) }
        let (process, code) = Self.start(command, output: pipes[1])
        guard process > 0 else {
            close(pipes[0])
            throw ProcessError(
                executable: command.executable,
                reason: SystemCallError.reason(of: code)
            )
        }
        self.process = process
        output = pipes[0]
    }

    private static func start(_ command: ChildCommand, output: Int32) -> (pid_t, code: Int32) {
        let environment = command.environment.sorted { $0.key < $1.key }
        return unsafe withCStrings([command.executable] + command.arguments) { arguments in
            unsafe withCStrings(environment.map { "\($0.key)=\($0.value)" }) { variables in
                unsafe command.workingDirectory.withCString { directory in
                    var child = unsafe certctl_child(
                        program: arguments[0],
                        arguments: arguments,
                        variables: variables,
                        directory: directory,
                        output: output
                    )
                    return (unsafe certctl_start_child(&child), errno)
                }
            }
        }
    }

    /// Reads the output until the child has ended or its time is up, then ends its whole group.
    func wait(_ command: ChildCommand, grace: Duration) -> ChildResult {
        defer { close(output) }
        var kept: [UInt8] = []
        let deadline = ContinuousClock.now + command.timeLimit
        let isLate = !collect(until: deadline, limit: command.outputLimit, &kept)
        if isLate {
            kill(-process, SIGTERM)
            _ = collect(until: .now + grace, limit: command.outputLimit, &kept)
        }
        // Whatever the child has left running would hold the pipe and go on unseen. The child is
        // not reaped yet, so the group's number cannot be another's.
        kill(-process, SIGKILL)
        let status = reap()
        drain(limit: command.outputLimit, &kept)
        return ChildResult(ending: isLate ? .timedOut : Self.ending(status), output: kept)
    }

    /// Ends a child that nobody can wait for.
    func abandon() {
        kill(-process, SIGKILL)
        _ = reap()
        close(output)
    }

    /// Reads until the child has ended; `false` when the deadline came first.
    private func collect(
        until deadline: ContinuousClock.Instant,
        limit: Int,
        _ kept: inout [UInt8]
    ) -> Bool {
        while ContinuousClock.now < deadline {
            if hasEnded { return true }
            var poller = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            // A child that has closed its output is looked at again every 10 ms.
            let ready = unsafe poll(&poller, 1, 10)
            if ready > 0, poller.revents & Int16(POLLIN) != 0 {
                take(limit: limit, &kept)
            } else if ready > 0 {
                usleep(10_000)
            }
        }
        return hasEnded
    }

    /// Whether the child has ended; it stays to be reaped.
    private var hasEnded: Bool {
        var information = unsafe siginfo_t()
        let options = WEXITED | WNOHANG | WNOWAIT
        return unsafe waitid(P_PID, id_t(process), &information, options) == 0
            && information.si_signo != 0
    }

    private func reap() -> Int32 {
        certctl_forget_child(process)
        var status: Int32 = 0
        while unsafe waitpid(process, &status, 0) < 0, errno == EINTR {}
        return status
    }

    /// Takes what is in the pipe at the end; bounded, should something still write to it.
    private func drain(limit: Int, _ kept: inout [UInt8]) {
        for _ in 0..<64 {
            var poller = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&poller, 1, 0) > 0, take(limit: limit, &kept) > 0 else { return }
        }
    }

    @discardableResult
    private func take(limit: Int, _ kept: inout [UInt8]) -> Int {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe Glibc.read(output, &buffer, buffer.count)
        guard count > 0 else { return 0 }
        // Why something failed is said at the end.
        kept = Array((kept + buffer.prefix(count)).suffix(limit))
        return count
    }

    private static func ending(_ status: Int32) -> ChildResult.Ending {
        certctl_exited(status) != 0
            ? .exited(certctl_exit_status(status)) : .signalled(certctl_signal_number(status))
    }
}

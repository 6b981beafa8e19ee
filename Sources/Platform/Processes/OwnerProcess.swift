import CLinux
import Glibc

/// The program that this process runs, as a process of another user.
package struct OwnerProcess: OwnerRunner {
    /// More digits than any process's number has.
    private static let numberRoom = String(repeating: "0", count: 11)
    /// As long as systemd lets `certctl renew` run.
    private static let timeLimit: Duration = .seconds(6 * 3600)

    /// Makes a runner; there is nothing to set up.
    package init() {}

    package func run(
        _ command: OwnerCommand
    ) async throws(ProcessError) -> ChildResult.Ending {
        // Looked up here: the child can look up nothing any more.
        let program = try Self.program()
        let group = try Self.group(of: command.user)
        let status: Int32
        do throws(SystemCallError) {
            // The child ends with the thread that starts it, which is why that one waits for it too.
            status = try await WorkerThread.run { () throws(SystemCallError) in
                try Self.wait(for: try Self.start(command, program, group))
            }
        } catch {
            throw ProcessError(executable: program, reason: "\(error)")
        }
        return certctl_exited(status) != 0
            ? .exited(certctl_exit_status(status)) : .signalled(certctl_signal_number(status))
    }

    private static func program() throws(ProcessError) -> String {
        let link = "/proc/self/exe"
        guard let path = RealPath.of(link) else {
            throw ProcessError(
                executable: link,
                reason: "the program's file was replaced while it ran; run the same command again"
            )
        }
        return path
    }

    private static func group(of user: UInt32) throws(ProcessError) -> UInt32 {
        guard let entry = unsafe getpwuid(user) else {
            throw ProcessError(
                executable: "user \(user)",
                reason: "there is no user of that number"
            )
        }
        return unsafe entry.pointee.pw_gid
    }

    private static func start(
        _ command: OwnerCommand,
        _ program: String,
        _ group: UInt32
    ) throws(SystemCallError) -> pid_t {
        let descriptors = command.sockets.map(\.socket.raw)
        let number = "LISTEN_PID="
        let journal = command.journal.map { ["JOURNAL_STREAM=\($0.text)"] } ?? []
        let variables =
            journal + [
                "LISTEN_FDS=\(descriptors.count)",
                "LISTEN_FDNAMES=\(command.sockets.map(\.name).joined(separator: ":"))",
                number + numberRoom,
            ]
        var failed: UnsafePointer<CChar>?
        let (child, code) = unsafe withCStrings([program] + command.arguments) { arguments in
            unsafe withCStrings(variables) { strings in
                unsafe descriptors.withUnsafeBufferPointer { descriptors in
                    var start = unsafe certctl_start(
                        program: arguments[0],
                        arguments: arguments,
                        variables: strings,
                        number: strings[variables.count - 1]?.advanced(by: number.utf8.count),
                        user: command.user,
                        group: group,
                        descriptors: descriptors.baseAddress,
                        count: descriptors.count
                    )
                    return (unsafe certctl_start_as(&start, &failed), errno)
                }
            }
        }
        guard child > 0 else {
            let call = unsafe failed.map { unsafe String(cString: $0) } ?? "fork"
            throw SystemCallError(named: call, code: code)
        }
        return child
    }

    /// Waits for its end; one that comes to none is killed, and so is one that somebody has stopped: whoever runs
    /// as that user must not keep root waiting, and port 80 with it.
    private static func wait(for child: pid_t) throws(SystemCallError) -> Int32 {
        let deadline = ContinuousClock.now + timeLimit
        while true {
            var status: Int32 = 0
            let ended = unsafe waitpid(child, &status, WNOHANG | WUNTRACED)
            if ended == child, certctl_stopped(status) == 0 { return status }
            guard ended >= 0 || errno == EINTR else { throw SystemCallError("waitpid") }
            if ended == child || ContinuousClock.now > deadline { kill(child, SIGKILL) }
            poll(nil, 0, 5)
        }
    }
}

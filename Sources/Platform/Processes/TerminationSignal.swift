import CLinux
import Glibc

/// The wish of whoever runs this process that it end: SIGTERM or SIGINT.
package struct TerminationSignal: Sendable {
    private let raw: Int32

    /// Keeps the signals from ending the process; once in a process.
    package init() throws(SystemCallError) {
        raw = certctl_catch_termination()
        guard raw >= 0 else { throw SystemCallError("sigaction") }
    }

    /// Returns when one of the signals has come; blocks a thread of its own until then.
    package func wait() async throws(SystemCallError) {
        let raw = raw
        try await WorkerThread.run { () throws(SystemCallError) in
            var request = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
            while unsafe poll(&request, 1, -1) < 1 {
                guard errno == EINTR else { throw SystemCallError("poll") }
            }
        }
    }
}

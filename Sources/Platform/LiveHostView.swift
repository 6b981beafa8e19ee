import FoundationEssentials
import Glibc

/// This host, by what the kernel says.
package struct LiveHostView: HostView {
    private let proc: ProcDirectory
    private let table: ProcessTable

    /// Looks at the processes below `proc`, which is `/proc` except in tests.
    package init(proc: String = "/proc") {
        self.proc = ProcDirectory(path: proc)
        table = ProcessTable(proc: self.proc)
    }

    package func realPath(of path: String) -> String? { RealPath.of(path) }

    package func identity(of path: String) throws(SystemCallError) -> FileIdentity {
        try FileIdentity.of(path)
    }

    package func target(ofLink path: String) -> String? {
        // Anything else than a link has no target, and neither has what may not be looked at.
        try? FileManager.default.destinationOfSymbolicLink(atPath: path)
    }

    package func text(of path: String, last limit: Int) -> String? {
        // Not blocking: what stands there may be a pipe.
        let raw = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard raw >= 0 else { return nil }
        let descriptor = Descriptor(owning: raw)
        var status = stat()
        guard unsafe fstat(descriptor.raw, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            return nil
        }
        var bytes = [UInt8](repeating: 0, count: limit)
        let offset = max(0, Int(status.st_size) - limit)
        let count = unsafe pread(descriptor.raw, &bytes, limit, offset)
        return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }

    package var speaksIPv6: Bool { proc.names(in: "net").contains("if_inet6") }

    package var user: UInt32 { geteuid() }

    package func processes(titled beginning: String) -> [HostProcess] {
        table.processes(titled: beginning)
    }

    package func listeners(onPort port: UInt16) -> [Int32] {
        ListeningPorts(proc: proc.path).holders(ofPort: port).compactMap { holder in
            if case .process(let process) = holder { process.pid } else { nil }
        }
    }

    package func hangUp(_ process: HostProcess) throws(SystemCallError) {
        // Its number may have gone to another process since it was looked up.
        guard table.start(of: process.pid) == process.started else {
            throw SystemCallError("kill", code: ESRCH)
        }
        guard kill(process.pid, SIGHUP) == 0 else { throw SystemCallError("kill") }
    }
}

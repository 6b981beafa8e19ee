import Diagnostics
import FoundationEssentials
import Glibc

/// Tells which processes listen on a TCP port, by what the kernel shows in `/proc`.
///
/// Any process may choose its name, its arguments and, in part, its control group: they are
/// untrusted, and what is returned of them is harmless to print.
package struct ListeningPorts: Sendable {
    /// No file that is read here gets near this size, unless somebody wants it to.
    private static let longestFile = 16 << 20

    private let proc: String

    /// Looks at the processes below `proc`, which is `/proc` except in tests.
    package init(proc: String) {
        self.proc = proc
    }

    /// Tells who listens on `port`, on whatever address.
    ///
    /// - Returns: Processes by their number, then the users of those that cannot be seen. Of a
    ///   program whose processes share the socket only the first is named.
    package func holders(ofPort port: UInt16) -> [PortHolder] {
        let sockets = ["net/tcp", "net/tcp6"].flatMap { name in
            SocketTable(text(of: name), listeningOn: port).entries
        }
        guard !sockets.isEmpty else { return [] }
        var seen: Set<UInt64> = []
        var processes: [ListeningProcess] = []
        for pid in pids() {
            let held = inodes(heldBy: pid).intersection(sockets.map(\.inode))
            guard !held.isEmpty else { continue }
            seen.formUnion(held)
            let process = process(pid)
            let isKnown = processes.contains {
                $0.program == process.program && $0.supervisor == process.supervisor
            }
            if !isKnown { processes.append(process) }
        }
        let hidden = Set(sockets.filter { !seen.contains($0.inode) }.map(\.user)).sorted()
        return processes.map(PortHolder.process) + hidden.map(PortHolder.hidden)
    }

    private func pids() -> [Int32] {
        names(in: "").compactMap { Int32($0) }.sorted()
    }

    /// The sockets that a process has open; none where this user may not look.
    private func inodes(heldBy pid: Int32) -> Set<UInt64> {
        let descriptors = "\(pid)/fd"
        return Set(
            names(in: descriptors).compactMap { name in
                let path = "\(proc)/\(descriptors)/\(name)"
                // It may have been closed since: then it holds nothing any more.
                let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
                guard let target, target.hasPrefix("socket:["), target.hasSuffix("]") else {
                    return nil
                }
                return UInt64(target.dropFirst("socket:[".count).dropLast())
            }
        )
    }

    private func process(_ pid: Int32) -> ListeningProcess {
        let program = text(of: "\(pid)/comm").prefix { $0 != "\n" }
        let arguments = text(of: "\(pid)/cmdline").split(separator: "\0")
        return ListeningProcess(
            pid: pid,
            program: String(program).harmless(limit: 40),
            command: arguments.joined(separator: " ").harmless(limit: 200),
            supervisor: supervisor(of: pid, program: String(program))
        )
    }

    private func supervisor(of pid: Int32, program: String) -> Supervisor {
        switch program {
        // Their own unit is the engine: to stop it would stop all containers.
        case "docker-proxy", "dockerd": .publishedBy(.docker)
        case "rootlessport", "pasta", "slirp4netns": .publishedBy(.podman)
        case "systemd" where pid == 1: .socketUnit
        default: ControlGroup(text(of: "\(pid)/cgroup")).supervisor
        }
    }

    /// The names in a directory; none where it has gone, or where this user may not look.
    private func names(in directory: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: "\(proc)/\(directory)")) ?? []
    }

    /// A file's text; empty where it has gone, or where this user may not look.
    ///
    /// Read here because files of `/proc` have a size of 0, whatever is in them.
    private func text(of name: String) -> String {
        let raw = unsafe open("\(proc)/\(name)", O_RDONLY | O_CLOEXEC)
        guard raw >= 0 else { return "" }
        let descriptor = Descriptor(owning: raw)
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < Self.longestFile {
            let count = unsafe read(descriptor.raw, &chunk, chunk.count)
            guard count > 0 else { break }
            bytes += chunk[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

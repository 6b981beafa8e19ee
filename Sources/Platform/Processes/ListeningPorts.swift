import Diagnostics

/// Tells which processes listen on a TCP port, by what the kernel shows in `/proc`.
///
/// Any process may choose its name, its arguments and, in part, its control group: they are
/// untrusted, and what is returned of them is harmless to print.
package struct ListeningPorts: Sendable {
    private let proc: ProcDirectory

    /// Looks at the processes below `proc`, which is `/proc` except in tests.
    package init(proc: String) {
        self.proc = ProcDirectory(path: proc)
    }

    /// Tells who listens on `port`, on whatever address.
    ///
    /// - Returns: Processes by their number, then the users of those that cannot be seen. Of a
    ///   program whose processes share the socket only the first is named.
    package func holders(ofPort port: UInt16) -> [PortHolder] {
        let sockets = sockets(listeningOn: port)
        guard !sockets.isEmpty else { return [] }
        var seen: Set<UInt64> = []
        var processes: [ListeningProcess] = []
        for pid in proc.processes {
            let held = inodes(heldBy: pid).intersection(sockets.map(\.inode))
            guard !held.isEmpty else { continue }
            seen.formUnion(held)
            let process = process(pid)
            let isKnown = processes.contains {
                $0.program == process.program && $0.supervisor == process.supervisor
            }
            if !isKnown { processes.append(process) }
        }
        var unseen = sockets.filter { !seen.contains($0.inode) }
        // One that was closed while its process was looked for is nobody's any more.
        if !unseen.isEmpty {
            let open = self.sockets(listeningOn: port)
            unseen.removeAll { !open.contains($0) }
        }
        let hidden = Set(unseen.map(\.user)).sorted()
        return processes.map(PortHolder.process) + hidden.map(PortHolder.hidden)
    }

    private func sockets(listeningOn port: UInt16) -> [SocketTable.Entry] {
        ["net/tcp", "net/tcp6"].flatMap { name in
            SocketTable(proc.text(of: name), listeningOn: port).entries
        }
    }

    /// The sockets that a process has open; none where this user may not look.
    private func inodes(heldBy pid: Int32) -> Set<UInt64> {
        let descriptors = "\(pid)/fd"
        return Set(
            proc.names(in: descriptors).compactMap { name in
                // It may have been closed since: then it holds nothing any more.
                let target = proc.target(ofLink: "\(descriptors)/\(name)")
                guard let target, target.hasPrefix("socket:["), target.hasSuffix("]") else {
                    return nil
                }
                return UInt64(target.dropFirst("socket:[".count).dropLast())
            }
        )
    }

    private func process(_ pid: Int32) -> ListeningProcess {
        let program = proc.text(of: "\(pid)/comm").prefix { $0 != "\n" }
        let arguments = proc.text(of: "\(pid)/cmdline").split(separator: "\0")
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
        default: ControlGroup(proc.text(of: "\(pid)/cgroup")).supervisor
        }
    }
}

/// A process of this host, as the kernel shows it.
package struct HostProcess: Equatable, Sendable {
    package let pid: Int32
    /// Its arguments with spaces between them, or the title that it has given itself.
    ///
    /// Untrusted: any process may call itself anything.
    package let title: String
    /// The name of what it has executed, cut off after 15 bytes: of a link, the link's.
    ///
    /// Untrusted: a link to any program may be called anything.
    package let name: String
    /// The user that it belongs to: the real, the effective and the saved one, where they are the same.
    ///
    /// A program with the set-user-ID bit, which anyone may start with any title, can make all of them root.
    package let owner: UInt32?
    /// The group that it belongs to, likewise: such a program stays in that of whoever has started it.
    package let group: UInt32?
    /// The file that it runs; `nil` where this user may not look, or no file is there any more.
    package let executable: String?
    /// The name of the program: of the file that runs, as far as this user may see which.
    package var program: String {
        executable.map {
            String($0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...])
        } ?? name
    }
    /// When it was started, in the kernel's own measure: with the number it tells one process from
    /// another that has got the same number later.
    package let started: UInt64
    /// The process that has started it; `nil` where that is not known.
    package let parent: Int32?

    package init(
        pid: Int32,
        title: String,
        name: String,
        owner: UInt32?,
        group: UInt32?,
        executable: String?,
        started: UInt64,
        parent: Int32? = nil
    ) {
        self.parent = parent
        self.pid = pid
        self.title = title
        self.name = name
        self.owner = owner
        self.group = group
        self.executable = executable
        self.started = started
    }
}

/// The processes of this host.
struct ProcessTable: Sendable {
    let proc: ProcDirectory

    /// The processes whose title begins so and that are in no container below this host.
    func processes(titled beginning: String) -> [HostProcess] {
        proc.processes.compactMap { pid in
            let title = title(of: pid)
            guard title.hasPrefix(beginning), !isInContainer(pid), let started = start(of: pid)
            else { return nil }
            return HostProcess(
                pid: pid,
                title: title,
                name: name(of: pid),
                owner: user("Uid", of: pid),
                group: user("Gid", of: pid),
                executable: executable(of: pid),
                started: started,
                parent: parent(of: pid)
            )
        }
    }

    /// When a process was started; `nil` where there is none.
    ///
    /// Source: proc_pid_stat(5), field 22.
    func start(of pid: Int32) -> UInt64? {
        field(22, of: pid).flatMap { UInt64($0) }
    }

    /// Source: proc_pid_stat(5), field 4.
    private func parent(of pid: Int32) -> Int32? {
        field(4, of: pid).flatMap { Int32($0) }
    }

    /// A field of what the kernel tells of a process, by its number in the manual; from 3 on.
    private func field(_ number: Int, of pid: Int32) -> Substring? {
        let text = proc.text(of: "\(pid)/stat")
        // The second field is the name in parentheses, which may hold spaces and parentheses.
        guard let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[end...].split(separator: " ")
        // The parenthesis counts as the second.
        guard fields.count > number - 2 else { return nil }
        return fields[number - 2]
    }

    /// Source: proc_pid_stat(5), field 2.
    private func name(of pid: Int32) -> String {
        let text = proc.text(of: "\(pid)/stat")
        guard let start = text.firstIndex(of: "("), let end = text.lastIndex(of: ")"), start < end
        else { return "" }
        return String(text[text.index(after: start)..<end])
    }

    /// The user or the group, where it is but one.
    ///
    /// Source: proc_pid_status(5): Uid and Gid, the real, effective, saved and file system one.
    private func user(_ key: String, of pid: Int32) -> UInt32? {
        let users = Set(status(key, of: pid))
        return users.count == 1 ? users.first.flatMap { UInt32($0) } : nil
    }

    /// The words behind `key` in what the kernel tells of a process.
    private func status(_ key: String, of pid: Int32) -> [Substring] {
        let lines = proc.text(of: "\(pid)/status").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix("\(key):") }) else { return [] }
        return line.dropFirst(key.count + 1).split(whereSeparator: \.isWhitespace)
    }

    private func title(of pid: Int32) -> String {
        let words = proc.text(of: "\(pid)/cmdline").split(separator: "\0")
        return words.joined(separator: " ")
    }

    /// Whether it has a number in a namespace below ours.
    ///
    /// Source: proc_pid_status(5): NSpid, from the reader's namespace inwards.
    private func isInContainer(_ pid: Int32) -> Bool {
        status("NSpid", of: pid).count > 1
    }

    private func executable(of pid: Int32) -> String? {
        // What an upgrade has replaced stands where it was, under the same name.
        let replaced = " (deleted)"
        guard let path = proc.target(ofLink: "\(pid)/exe"), path.hasPrefix("/") else { return nil }
        return path.hasSuffix(replaced) ? String(path.dropLast(replaced.count)) : path
    }
}

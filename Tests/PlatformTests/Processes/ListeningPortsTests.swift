import FoundationEssentials
import Glibc
import Testing

@testable import Platform

/// Looks at a `/proc` that the test made itself.
@Suite struct ListeningPortsTests {
    @Test func `a process is described by what proc says of it`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 0)
        try proc.add(
            pid: 812,
            program: "nginx",
            command: ["nginx:", "master process"],
            group: "/system.slice/nginx.service",
            inode: 500
        )
        let expected = ListeningProcess(
            pid: 812,
            program: "nginx",
            command: "nginx: master process",
            supervisor: .unit("nginx.service")
        )
        #expect(proc.ports.holders(ofPort: 80) == [.process(expected)])
    }

    @Test func `workers that share the socket are not named`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 0)
        for pid in [814, 812, 813] {
            try proc.add(pid: pid, program: "nginx", command: [], group: "/", inode: 500)
        }
        #expect(proc.pids(ofPort: 80) == [812])
    }

    @Test func `two programs on one port are both named`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 0)
        try proc.listen(port: 80, inode: 501, user: 0)
        try proc.add(pid: 7, program: "apache2", command: [], group: "/", inode: 500)
        try proc.add(pid: 8, program: "nginx", command: [], group: "/", inode: 501)
        #expect(proc.pids(ofPort: 80) == [7, 8])
    }

    @Test func `a holder that may not be looked at is said to be hidden`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 33)
        try proc.add(pid: 9, program: "other", command: [], group: "/", inode: 501)
        #expect(proc.ports.holders(ofPort: 80) == [.hidden(user: 33)])
    }

    @Test func `a socket that is closed while it is looked for has no holder`() throws {
        let proc = try FakeProc()
        try proc.listenOnce(port: 80, inode: 500, user: 0)
        #expect(proc.ports.holders(ofPort: 80).isEmpty)
    }

    @Test(arguments: ["docker-proxy", "dockerd"])
    func `what publishes a port of a container is not the unit of the engine`(
        program: String
    ) throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 0)
        let group = "/system.slice/docker.service"
        try proc.add(pid: 5, program: program, command: [], group: group, inode: 500)
        #expect(proc.supervisors(ofPort: 80) == [.publishedBy(.docker)])
    }

    @Test func `systemd itself holds the port for a socket unit`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 0)
        try proc.add(pid: 1, program: "systemd", command: [], group: "/init.scope", inode: 500)
        #expect(proc.supervisors(ofPort: 80) == [.socketUnit])
    }

    @Test func `what a process calls itself is made harmless`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 80, inode: 500, user: 0)
        try proc.add(
            pid: 5,
            program: "a\u{1b}[2J",
            command: ["b\nc\u{202e}"],
            group: "/",
            inode: 500
        )
        guard case .process(let process) = proc.ports.holders(ofPort: 80).first else {
            Issue.record("no holder was found")
            return
        }
        #expect(process.program == "a·[2J")
        #expect(process.command == "b c·")
    }

    @Test func `nobody holds a port that nobody listens on`() throws {
        let proc = try FakeProc()
        try proc.listen(port: 8080, inode: 500, user: 0)
        #expect(proc.ports.holders(ofPort: 80).isEmpty)
    }

    @Test func `a proc that is not there holds nothing`() {
        #expect(ListeningPorts(proc: "/nonexistent").holders(ofPort: 80).isEmpty)
    }
}

/// A directory that looks like `/proc`; removed with its owner.
private final class FakeProc {
    private let root = FileManager.default.temporaryDirectory.appending(path: "proc-\(UUID())")
    private var table = "sl local rem st\n"

    init() throws {
        try makeDirectory("net")
    }

    deinit {
        // A left-over directory below /tmp does no harm.
        try? FileManager.default.removeItem(at: root)
    }

    var ports: ListeningPorts { ListeningPorts(proc: root.path) }

    func pids(ofPort port: UInt16) -> [Int32] {
        processes(ofPort: port).map(\.pid)
    }

    func supervisors(ofPort port: UInt16) -> [Supervisor] {
        processes(ofPort: port).map(\.supervisor)
    }

    private func processes(ofPort port: UInt16) -> [ListeningProcess] {
        ports.holders(ofPort: port).compactMap { holder in
            guard case .process(let process) = holder else { return nil }
            return process
        }
    }

    func listen(port: UInt16, inode: Int, user: Int) throws {
        table += Self.line(port, inode, user)
        try write(table, to: "net/tcp")
    }

    /// As `listen`, for whoever reads first; the next one finds no socket.
    func listenOnce(port: UInt16, inode: Int, user: Int) throws {
        let table = root.appending(path: "net/tcp").path
        let line = Self.line(port, inode, user)
        try write("", to: "net/empty")
        let empty = root.appending(path: "net/empty").path
        try #require(unsafe mkfifo(table, 0o600) == 0)
        _ = try WorkerThread {
            // Returns as soon as there is a reader.
            let pipe = unsafe open(table, O_WRONLY | O_CLOEXEC)
            _ = unsafe rename(empty, table)
            _ = unsafe Glibc.write(pipe, line, line.utf8.count)
            close(pipe)
        }
    }

    private static func line(_ port: UInt16, _ inode: Int, _ user: Int) -> String {
        let hexadecimal = String(port, radix: 16, uppercase: true)
        return "0: 00000000:\(hexadecimal) 0:0 0A 0:0 0:0 0 \(user) 0 \(inode) 1\n"
    }

    func add(pid: Int, program: String, command: [String], group: String, inode: Int) throws {
        try makeDirectory("\(pid)/fd")
        try write("\(program)\n", to: "\(pid)/comm")
        try write(command.map { "\($0)\0" }.joined(), to: "\(pid)/cmdline")
        try write("0::\(group)\n", to: "\(pid)/cgroup")
        try FileManager.default.createSymbolicLink(
            atPath: root.appending(path: "\(pid)/fd/6").path,
            withDestinationPath: "socket:[\(inode)]"
        )
    }

    private func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            at: root.appending(path: name),
            withIntermediateDirectories: true
        )
    }

    private func write(_ text: String, to name: String) throws {
        try Data(text.utf8).write(to: root.appending(path: name))
    }
}

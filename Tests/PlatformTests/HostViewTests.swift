import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Platform

/// Looks at a `/proc` and files that the test made itself.
@Suite struct HostViewTests {
    private let directory: TemporaryDirectory
    private let host: LiveHostView

    init() throws {
        directory = try TemporaryDirectory()
        host = LiveHostView(proc: directory.path)
    }

    private func write(_ name: String, _ text: String) throws {
        let parts = name.split(separator: "/").dropLast()
        var path = directory.path
        for part in parts {
            path += "/\(part)"
            if unsafe mkdir(path, 0o755) != 0, errno != EEXIST { throw SystemCallError("mkdir") }
        }
        try Data(text.utf8).write(to: URL(filePath: directory(name)))
    }

    private func add(
        _ pid: Int32,
        _ title: String,
        spaces: String = "",
        started: Int = 77,
        users: String = "0\t0\t0\t0",
        executable: String? = nil
    ) throws {
        try write("\(pid)/cmdline", title.replacing(" -g ", with: "\0-g\0") + "\0")
        try write(
            "\(pid)/status",
            "Name:\tnginx\nNSpid:\t\(pid)\(spaces)\nUid:\t\(users)\nGid:\t\(users)\n"
        )
        let fields = (4...21).map { "\($0)" }.joined(separator: " ")
        try write("\(pid)/stat", "\(pid) (ng) inx) S \(fields) \(started) 23 24")
        if let executable { unsafe symlink(executable, directory("\(pid)/exe")) }
    }

    @Test func `processes are found by the beginning of their title`() throws {
        try add(7, "nginx: master process nginx -g daemon off;", executable: "/usr/sbin/nginx")
        try add(8, "nginx: worker process")
        try add(9, "vim nginx: master process")
        #expect(
            host.processes(titled: "nginx: master process") == [
                HostProcess(
                    pid: 7,
                    title: "nginx: master process nginx -g daemon off;",
                    name: "ng) inx",
                    owner: 0,
                    group: 0,
                    executable: "/usr/sbin/nginx",
                    started: 77,
                    parent: 4
                )
            ]
        )
    }

    @Test(arguments: [("33\t33\t33\t33", 33), ("33\t0\t0\t0", nil), ("", nil), ("x", nil)])
    func `a process belongs to a user when it is all his`(users: String, owner: UInt32?) throws {
        try add(7, "nginx", users: users)
        #expect(host.processes(titled: "nginx").map(\.owner) == [owner])
        #expect(host.processes(titled: "nginx").map(\.group) == [owner])
    }

    @Test func `what runs in a container is not of this host`() throws {
        try add(7, "nginx: master process nginx", spaces: "\t1")
        #expect(host.processes(titled: "nginx").isEmpty)
    }

    @Test func `the file of a program that was upgraded is where it was`() throws {
        try add(7, "nginx: master process nginx", executable: "/usr/sbin/nginx (deleted)")
        try add(8, "nginx: master process nginx", executable: "/usr/sbin/nginx")
        #expect(
            host.processes(titled: "nginx").map(\.executable)
                == ["/usr/sbin/nginx", "/usr/sbin/nginx"]
        )
    }

    @Test func `another process of the same number gets no signal`() throws {
        let own = LiveHostView()
        let process = HostProcess(
            pid: getpid(),
            title: "",
            name: "",
            owner: nil,
            group: nil,
            executable: nil,
            started: 1
        )
        let error = #expect(throws: SystemCallError.self) { try own.hangUp(process) }
        #expect(error?.code == ESRCH)
    }

    @Test func `IPv6 is there where the kernel lists its addresses`() throws {
        #expect(!host.speaksIPv6)
        try write("net/if_inet6", "")
        #expect(host.speaksIPv6)
    }

    @Test func `the end of a file is read, and nothing that is none`() throws {
        try write("a", "one two")
        #expect(host.text(of: directory("a"), last: 3) == "two")
        #expect(host.text(of: directory("a"), last: 100) == "one two")
        #expect(host.text(of: directory("none"), last: 100) == nil)
        #expect(host.text(of: directory.path, last: 100) == nil)
        #expect(unsafe mkfifo(directory("pipe"), 0o600) == 0)
        #expect(host.text(of: directory("pipe"), last: 100) == nil)
    }

    @Test func `links are followed for what a path leads to`() throws {
        try write("a", "one")
        try write("b", "two")
        unsafe symlink("a", directory("link"))
        #expect(host.target(ofLink: directory("link")) == "a")
        #expect(host.target(ofLink: directory("a")) == nil)
        #expect(host.realPath(of: directory("link")) == directory("a"))
        let file = try host.identity(of: directory("a"))
        #expect(try host.identity(of: directory("link")) == file)
        #expect(try host.identity(of: directory("b")) != file)
        #expect(!file.isDirectory)
        #expect(try host.identity(of: directory.path).isDirectory)
        let error = #expect(throws: SystemCallError.self) {
            try host.identity(of: directory("none"))
        }
        #expect(error?.code == ENOENT)
    }
}

import CLinux
import Glibc
import Platform
import TestSupport
import Testing

/// The real disk keeps the promises of ``Platform/FileSystem``; incidents 12, 19 and 24 of the
/// reliability catalogue.
@Suite struct POSIXFileSystemTests {
    private let files = POSIXFileSystem()
    private let home: TemporaryDirectory

    init() throws {
        home = try TemporaryDirectory()
    }

    private func put(_ name: String, _ text: String = "") throws {
        try files.writeNewFile(home(name), Array(text.utf8), .publicFile)
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try files.readFile(home(name), limit: 1 << 20), as: UTF8.self)
    }

    private func reason(_ body: () throws -> Void) -> FileSystemError.Reason? {
        do {
            try body()
            return nil
        } catch {
            return (error as? FileSystemError)?.reason
        }
    }

    // MARK: Opening

    @Test(arguments: [0o600, 0o640, 0o644, 0o666, 0o400] as [UInt32])
    func `a new file has the mode that was asked for from the first moment`(mode: UInt32) throws {
        let file = try files.open(home("new"), .creating(FileMode(mode)))
        #expect(try files.status(home("new"))?.mode == FileMode(mode))
        try files.close(file)
    }

    @Test func `any part of a file can be read, and where reading goes on stays`() throws {
        let directory = try TemporaryDirectory()
        let fileSystem = POSIXFileSystem()
        let path = directory("file")
        try fileSystem.writeNewFile(path, Array("0123456789".utf8), .privateFile)
        let file = try fileSystem.open(path, .reading)
        defer { fileSystem.closeQuietly(file) }
        #expect(try fileSystem.read(file, count: 2) == Array("01".utf8))
        #expect(try fileSystem.read(file, count: 3, at: 6) == Array("678".utf8))
        #expect(try fileSystem.read(file, count: 3, at: 9) == Array("9".utf8))
        #expect(try fileSystem.read(file, count: 3, at: 10).isEmpty)
        #expect(try fileSystem.read(file, count: 2) == Array("23".utf8))
    }

    /// As where the kernel, or a sandbox, knows no `openat2`.
    @Test func `without the kernel's help no link on the way is followed either`() throws {
        try files.makeDirectory(home("real"), .privateDirectory)
        try put("real/file", "text")
        try files.makeSymbolicLink(home("link"), to: "real")
        func opens(_ name: String) -> Bool {
            let file = unsafe certctl_open_by_steps(home(name), O_RDONLY, 0)
            if file >= 0 { close(file) }
            return file >= 0
        }
        #expect(
            opens("real/file") && opens("real//file") && opens("real/../real/file") && opens("")
        )
        #expect(!opens("link/file") && !opens("link") && !opens("real/none") && !opens("none/file"))
        #expect(!opens("real/\(String(repeating: "x", count: 256))/file"))
    }

    @Test func `a new file is never one that exists`() throws {
        try put("file", "old")
        #expect(reason { _ = try files.open(home("file"), .creating(.privateFile)) } == .exists)
        #expect(try text("file") == "old")
    }

    @Test func `a new file is never where a link points`() throws {
        try files.makeSymbolicLink(home("link"), to: home("target"))
        let reason = reason { _ = try files.open(home("link"), .creating(.privateFile)) }
        #expect(reason == .exists || reason == .symbolicLink)
        #expect(try files.status(home("target")) == nil)
    }

    @Test(arguments: [OpenPurpose.reading, .appending(.privateFile), .directory])
    func `a link is never opened`(purpose: OpenPurpose) throws {
        try files.makeDirectory(home("target"), .privateDirectory)
        try files.makeSymbolicLink(home("link"), to: home("target"))
        #expect(throws: FileSystemError.self) { try files.open(home("link"), purpose) }
    }

    @Test func `what is missing is told with its path`() throws {
        do {
            _ = try files.open(home("missing"), .reading)
            Issue.record("it was opened")
        } catch {
            #expect(error.reason == .notFound)
            #expect(error.path == home("missing"))
            #expect(error.operation == "open")
            #expect(error.text == "No such file or directory")
        }
    }

    /// Whoever owns a part of the store could hold root up for ever, or have it read a device.
    @Test(arguments: [OpenPurpose.reading, .appending(.privateFile)])
    func `a pipe is refused, and not waited for`(purpose: OpenPurpose) throws {
        try #require(unsafe mkfifo(home("pipe"), 0o600) == 0)
        let reason = reason { _ = try files.open(home("pipe"), purpose) }
        #expect(reason == .notRegular)
    }

    @Test(arguments: ["/dev/null", "/dev/zero"])
    func `a device is refused`(path: String) {
        #expect(reason { _ = try files.open(path, .reading) } == .notRegular)
        #expect(reason { _ = try files.readFile(path, limit: 10) } == .notRegular)
    }

    @Test func `a file is no directory`() throws {
        try put("file")
        #expect(reason { _ = try files.open(home("file"), .directory) } == .notDirectory)
        #expect(reason { _ = try files.open(home("file/x"), .reading) } == .notDirectory)
    }

    /// The call is refused although the link leads to a directory where it would succeed.
    @Test(arguments: LinkedCall.allCases)
    func `no call goes through a link`(call: LinkedCall) throws {
        try files.makeDirectory(home("real"), .privateDirectory)
        try files.makeDirectory(home("real/empty"), .privateDirectory)
        try put("real/file")
        try put("outside")
        try files.makeSymbolicLink(home("real/link"), to: "nowhere")
        try files.makeSymbolicLink(home("way"), to: home("real"))
        let before = try files.list(home("real"))
        #expect(reason { try call.perform(files, home) } == .symbolicLink)
        #expect(try files.list(home("real")) == before)
    }

    // MARK: Bytes

    @Test func `what was written is read, part by part, to the end`() throws {
        try put("file", "abcdef")
        let file = try files.open(home("file"), .reading)
        #expect(try files.read(file, count: 4) == Array("abcd".utf8))
        #expect(try files.read(file, count: 4) == Array("ef".utf8))
        #expect(try files.read(file, count: 4).isEmpty)
        try files.close(file)
    }

    @Test func `appending makes a file and goes on at its end`() throws {
        for part in ["one,", "two"] {
            let file = try files.open(home("log"), .appending(.privateFile))
            try files.writeAll(file, Array(part.utf8))
            try files.sync(file)
            try files.close(file)
        }
        #expect(try text("log") == "one,two")
        #expect(try files.status(home("log"))?.mode == .privateFile)
    }

    @Test func `what is appended is read from the beginning`() throws {
        try put("log", "one")
        let file = try files.open(home("log"), .appending(.privateFile))
        #expect(try files.read(file, count: 9) == Array("one".utf8))
        try files.writeAll(file, Array(",two".utf8))
        try files.close(file)
        #expect(try text("log") == "one,two")
    }

    @Test func `a file is cut to a length`() throws {
        try put("file", "abcdef")
        let file = try files.open(home("file"), .appending(.privateFile))
        try files.truncate(file, to: 2)
        try files.close(file)
        #expect(try text("file") == "ab")
    }

    @Test func `an open file that fails is told with its path`() throws {
        let directory = try files.open(home.path, .directory)
        defer { files.closeQuietly(directory) }
        do {
            _ = try files.read(directory, count: 1)
            Issue.record("a directory was read")
        } catch {
            #expect(error.path == home.path)
            #expect(error.operation == "read")
            #expect(error.reason == .isDirectory)
        }
    }

    // MARK: Names

    @Test func `a rename replaces what is there`() throws {
        try put("old", "old")
        try put("new", "new")
        try files.rename(home("new"), to: home("old"), exclusive: false)
        #expect(try text("old") == "new")
        #expect(try files.status(home("new")) == nil)
    }

    @Test func `an exclusive rename replaces nothing`() throws {
        try put("old", "old")
        try put("new", "new")
        #expect(
            reason { try files.rename(home("new"), to: home("old"), exclusive: true) } == .exists
        )
        #expect(try text("old") == "old")
        #expect(try text("new") == "new")
    }

    @Test func `an exclusive rename moves to where nothing is`() throws {
        try put("new", "new")
        try files.rename(home("new"), to: home("place"), exclusive: true)
        #expect(try text("place") == "new")
    }

    @Test func `an exclusive rename replaces no empty directory either`() throws {
        try files.makeDirectory(home("a"), .privateDirectory)
        try files.makeDirectory(home("b"), .privateDirectory)
        #expect(reason { try files.rename(home("a"), to: home("b"), exclusive: true) } == .exists)
    }

    @Test(arguments: [0o700, 0o711, 0o755, 0o2750] as [UInt32])
    func `a directory has the mode that was asked for`(mode: UInt32) throws {
        try files.makeDirectory(home("dir"), FileMode(mode))
        let status = try files.status(home("dir"))
        #expect(status?.kind == .directory)
        #expect(status.map { $0.mode.bits & 0o777 } == mode & 0o777)
    }

    @Test func `a directory that exists is told`() throws {
        #expect(reason { try files.makeDirectory(home.path, .privateDirectory) } == .exists)
    }

    /// mkdir(2), inode(7): the set-group-ID bit.
    @Test func `a directory can be made to give its group on, and directories in it do so, too`()
        throws
    {
        try files.makeDirectory(home("groups"), .privateDirectory)
        let group = try #require(try files.status(home("groups"))).group
        let directory = try files.open(home("groups"), .directory)
        defer { files.closeQuietly(directory) }
        try files.setMode(directory, .groupsDirectory)
        #expect(try files.status(home("groups"))?.mode == .groupsDirectory)
        try files.makeDirectory(home("groups/one"), .groupDirectory)
        let one = try files.open(home("groups/one"), .directory)
        defer { files.closeQuietly(one) }
        try files.setOwner(one, geteuid(), group: group)
        try files.makeDirectory(home("groups/one/inner"), .groupDirectory)
        try files.writeNewFile(home("groups/one/inner/key"), [], .groupReadableFile)
        #expect(try files.status(home("groups/one"))?.mode == .groupDirectory)
        #expect(try files.status(home("groups/one/inner"))?.mode == .groupDirectory)
        #expect(try files.status(home("groups/one/inner/key"))?.mode == .groupReadableFile)
        for name in ["one", "one/inner", "one/inner/key"] {
            #expect(try files.status(home("groups/\(name)"))?.group == group)
        }
    }

    @Test func `a link keeps the text that it was given`() throws {
        try files.makeSymbolicLink(home("link"), to: "../gen/example.com/000042")
        #expect(try files.readSymbolicLink(home("link")) == "../gen/example.com/000042")
    }

    @Test func `a link is replaced by a rename and removed as itself`() throws {
        try put("target", "kept")
        try files.makeSymbolicLink(home("one"), to: "target")
        try files.makeSymbolicLink(home("two"), to: "elsewhere")
        try files.rename(home("two"), to: home("one"), exclusive: false)
        #expect(try files.readSymbolicLink(home("one")) == "elsewhere")
        try files.removeFile(home("one"))
        #expect(try text("target") == "kept")
    }

    @Test func `a directory is removed only when it is empty`() throws {
        try files.makeDirectory(home("dir"), .privateDirectory)
        try put("dir/file")
        #expect(reason { try files.removeDirectory(home("dir")) } == .notEmpty)
        try files.removeFile(home("dir/file"))
        try files.removeDirectory(home("dir"))
        #expect(try files.status(home("dir")) == nil)
    }

    @Test func `names are listed sorted, without those of the directory and its parent`() throws {
        for name in ["b", "a", ".hidden", "c"] {
            try put(name)
        }
        #expect(try files.list(home.path) == [".hidden", "a", "b", "c"])
    }

    @Test func `a directory that is missing has no list`() {
        #expect(reason { _ = try files.list(home("missing")) } == .notFound)
    }

    // MARK: Status

    @Test func `the status tells kind, size, mode and owner`() throws {
        try put("file", "abc")
        let status = FileStatus(
            kind: .file,
            mode: .publicFile,
            owner: geteuid(),
            group: getegid(),
            size: 3
        )
        #expect(try files.status(home("file")) == status)
    }

    @Test func `the status of a link is its own`() throws {
        try files.makeSymbolicLink(home("link"), to: "nowhere")
        #expect(try files.status(home("link"))?.kind == .symbolicLink)
    }

    @Test func `a pipe is neither file nor directory`() throws {
        #expect(unsafe mkfifo(home("pipe"), 0o600) == 0)
        #expect(try files.status(home("pipe"))?.kind == .other)
    }

    @Test func `nothing has no status, nor has what would be in it`() throws {
        #expect(try files.status(home("missing")) == nil)
        #expect(try files.status(home("missing/file")) == nil)
    }

    @Test func `the space of a disk is told`() throws {
        #expect(try files.space(home.path).bytes > 0)
    }

    // MARK: Locks

    @Test func `a lock is seen by whoever opens the file again`() throws {
        let one = try files.open(home("lock"), .appending(.privateFile))
        let other = try files.open(home("lock"), .appending(.privateFile))
        #expect(try files.lock(one))
        #expect(try !files.lock(other))
        try files.close(one)
        #expect(try files.lock(other))
        try files.close(other)
    }
}

/// The calls that take a path, each with a link in the middle of it.
enum LinkedCall: CaseIterable {
    case open
    case create
    case renameFrom
    case renameTo
    case makeDirectory
    case makeSymbolicLink
    case readSymbolicLink
    case removeFile
    case removeDirectory
    case status
    case list
    case space

    /// Makes the call on what `way`, a link to `real`, leads to.
    func perform(_ files: POSIXFileSystem, _ home: TemporaryDirectory) throws {
        switch self {
        case .open: _ = try files.open(home("way/file"), .reading)
        case .create: _ = try files.open(home("way/new"), .creating(.privateFile))
        case .renameFrom: try files.rename(home("way/file"), to: home("moved"), exclusive: false)
        case .renameTo: try files.rename(home("outside"), to: home("way/new"), exclusive: true)
        case .makeDirectory: try files.makeDirectory(home("way/new"), .privateDirectory)
        case .makeSymbolicLink: try files.makeSymbolicLink(home("way/new"), to: "x")
        case .readSymbolicLink: _ = try files.readSymbolicLink(home("way/link"))
        case .removeFile: try files.removeFile(home("way/file"))
        case .removeDirectory: try files.removeDirectory(home("way/empty"))
        case .status: _ = try files.status(home("way/file"))
        case .list: _ = try files.list(home("way/empty"))
        case .space: _ = try files.space(home("way/empty"))
        }
    }
}

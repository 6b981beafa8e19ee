import Platform
import TestSupport
import Testing

/// Case D01 and group K of the reliability catalogue: a file is the old one or the new one.
@Suite struct DurableFilesTests {
    private let files = MemoryFileSystem()
    private let old = [UInt8](repeating: 1, count: 2500)
    private let new = [UInt8](repeating: 2, count: 3500)

    private func replace() throws {
        try files.replaceFile("/d/file", new, .privateFile, temporary: "/d/file.new")
    }

    private func content(_ path: String = "/d/file") throws -> [UInt8] {
        try files.readFile(path, limit: 10_000)
    }

    @Test func `a file is put in the place of another, with its own mode`() throws {
        files.put("/d/file", old, mode: .publicFile)
        try replace()
        #expect(try content() == new)
        #expect(try files.status("/d/file")?.mode == .privateFile)
        #expect(try files.list("/d") == ["file"])
    }

    @Test func `a file is put where none was`() throws {
        files.put(directory: "/d")
        try replace()
        #expect(try content() == new)
    }

    @Test func `what a crash left in the temporary place is no hindrance`() throws {
        files.put("/d/file", old)
        files.put("/d/file.new", [9, 9])
        try replace()
        #expect(try content() == new)
        #expect(try files.list("/d") == ["file"])
    }

    @Test func `a file that was replaced outlives a power cut`() throws {
        files.put("/d/file", old)
        try replace()
        files.restartAfterPowerCut()
        #expect(try content() == new)
    }

    @Test(arguments: [100, 2500, 3500])
    func `a file that is overwritten has the new bytes and no others, and its own mode`(
        length: Int
    ) throws {
        files.put("/d/file", old, mode: .publicFile)
        let new = Array(new.prefix(length))
        try files.overwriteFile("/d/file", new)
        files.restartAfterPowerCut()
        #expect(try content() == new)
        #expect(try files.status("/d/file")?.mode == .publicFile)
    }

    @Test func `a file of people keeps its owner, its group and its mode`() throws {
        files.put("/d/file", old, mode: FileMode(0o640))
        let file = try files.open("/d/file", .reading)
        try files.setOwner(file, 7, group: 8)
        try files.replaceKeepingOwner("/d/file", new, temporary: "/d/file.new")
        let status = try #require(try files.status("/d/file"))
        #expect(status.owner == 7 && status.group == 8 && status.mode == FileMode(0o640))
        #expect(try content() == new)
    }

    @Test func `there has to be a file to be overwritten`() throws {
        files.put(directory: "/d")
        #expect(throws: FileSystemError.self) { try files.overwriteFile("/d/file", new) }
        #expect(try files.list("/d").isEmpty)
    }

    /// How many calls of `replace` change something: open, four writes, sync, rename, sync.
    private static let changes = 8

    @Test(arguments: 1...changes)
    func `wherever the process dies, the old file or the new one is there`(call: Int) throws {
        files.put("/d/file", old)
        files.plan(dying(at: call))
        #expect(throws: FileSystemError.self) { try replace() }
        files.restart()
        #expect(try [old, new].contains(content()))
        try replace()
        #expect(try content() == new)
    }

    @Test(arguments: 1...changes)
    func `wherever the power fails, the old file or the new one is there`(call: Int) throws {
        files.put("/d/file", old)
        files.plan(dying(at: call))
        #expect(throws: FileSystemError.self) { try replace() }
        files.restartAfterPowerCut()
        #expect(try [old, new].contains(content()))
    }

    @Test(arguments: 1...changes)
    func `a full disk leaves the old file, or is noticed after the new one is there`(
        call: Int
    ) throws {
        files.put("/d/file", old)
        var plan = MemoryFileSystem.Plan()
        plan.failsAt = (call, .noSpace)
        files.plan(plan)
        #expect(throws: FileSystemError.self) { try replace() }
        #expect(try content() == (call < Self.changes ? old : new))
    }

    private func dying(at call: Int) -> MemoryFileSystem.Plan {
        var plan = MemoryFileSystem.Plan()
        plan.diesAt = call
        return plan
    }

    @Test func `a new file never replaces one`() throws {
        files.put("/d/file", old)
        #expect(throws: FileSystemError.self) {
            try files.writeNewFile("/d/file", new, .privateFile)
        }
        #expect(try content() == old)
    }

    @Test func `a file may be as long as the limit, and no longer`() throws {
        files.put("/d/file", old)
        #expect(try files.readFile("/d/file", limit: 2500) == old)
        do {
            _ = try files.readFile("/d/file", limit: 2499)
            Issue.record("it was read")
        } catch {
            #expect(error.text == "the file is longer than 2499 bytes")
        }
    }

    @Test func `removing what is not there changes nothing`() throws {
        files.put(directory: "/d")
        try files.removeIfPresent("/d/file")
        files.put("/d/file", old)
        try files.removeIfPresent("/d/file")
        #expect(try files.list("/d").isEmpty)
    }

    @Test func `a tree is removed with its links, never with what they lead to`() throws {
        files.put("/kept/file", old)
        files.put("/d/tree/deep/file", old)
        files.put(link: "/d/tree/deep/link", to: "/kept")
        files.put(directory: "/d/tree/empty")
        try files.removeTree("/d/tree")
        #expect(try files.list("/d").isEmpty)
        #expect(try content("/kept/file") == old)
    }
}

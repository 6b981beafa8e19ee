import Platform
import TestSupport
import Testing

/// What most tests take for a disk remembers where directories are, and must not be wrong about it.
@Suite struct MemoryFileSystemTests {
    private let disk = MemoryFileSystem()

    init() {
        disk.put("/one/two/file", [1])
    }

    @Test func `a directory that was moved is found where it is, with all that is in it`() throws {
        #expect(try disk.status("/one/two/file") != nil)
        try disk.rename("/one", to: "/other", exclusive: true)
        #expect(try disk.status("/one/two/file") == nil)
        #expect(try disk.status("/one/two") == nil)
        #expect(try disk.readFile("/other/two/file", limit: 10) == [1])
        try disk.makeDirectory("/one", .privateDirectory)
        #expect(try disk.list("/one") == [])
        #expect(try disk.status("/one/two/file") == nil)
    }

    @Test func `a directory that was removed and made again is another one`() throws {
        try disk.removeFile("/one/two/file")
        try disk.removeDirectory("/one/two")
        #expect(throws: FileSystemError.self) { try disk.list("/one/two") }
        try disk.makeDirectory("/one/two", .privateDirectory)
        #expect(try disk.list("/one/two") == [])
    }

    @Test func `what was a directory and is a file has nothing in it`() throws {
        #expect(try disk.status("/one/two/file") != nil)
        disk.put("/one/two", [2])
        #expect(throws: FileSystemError.self) { try disk.status("/one/two/file") }
    }

    @Test func `what was put back is found as it was`() throws {
        let before = disk.copy()
        try disk.rename("/one", to: "/other", exclusive: true)
        #expect(try disk.readFile("/other/two/file", limit: 10) == [1])
        disk.restore(before)
        #expect(try disk.status("/other/two/file") == nil)
        #expect(try disk.readFile("/one/two/file", limit: 10) == [1])
    }

    @Test func `no file takes the place of a directory, nor the other way round`() throws {
        disk.put("/file", [])
        disk.put(directory: "/empty")
        disk.put(directory: "/full")
        disk.put("/full/file", [])
        for (path, target, reason) in [
            ("/file", "/empty", FileSystemError.Reason.isDirectory),
            ("/empty", "/file", .notDirectory), ("/empty", "/full", .notEmpty),
        ] {
            do {
                try disk.rename(path, to: target, exclusive: false)
                Issue.record("\(target) is replaced")
            } catch {
                #expect(error.reason == reason)
            }
        }
        try disk.rename("/full", to: "/empty", exclusive: false)
        #expect(try disk.list("/empty") == ["file"])
    }

    @Test func `a rename that a power cut takes back is taken back with all that is in it`() throws
    {
        try disk.rename("/one", to: "/other", exclusive: true)
        #expect(try disk.readFile("/other/two/file", limit: 10) == [1])
        disk.restartAfterPowerCut()
        #expect(try disk.status("/other/two/file") == nil)
        #expect(try disk.readFile("/one/two/file", limit: 10) == [1])
    }
}

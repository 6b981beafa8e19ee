import Platform
import TestSupport
import Testing

/// Cases D15 and D16 of the reliability catalogue.
@Suite struct FileLockTests {
    private let files = POSIXFileSystem()
    private let home: TemporaryDirectory

    init() throws {
        home = try TemporaryDirectory()
    }

    @Test func `a lock is had by one at a time`() throws {
        let lock = try #require(try FileLock(home("lock"), in: files))
        #expect(try FileLock(home("lock"), in: files) == nil)
        withExtendedLifetime(lock) {}
    }

    @Test func `a lock is free when its owner lets go of it`() throws {
        var lock = try FileLock(home("lock"), in: files)
        #expect(lock != nil)
        lock = nil
        #expect(try FileLock(home("lock"), in: files) != nil)
    }

    @Test func `a lock that is given back is free at once, and not given back twice`() throws {
        let lock = try #require(try FileLock(home("lock"), in: files))
        lock.release()
        let next = try FileLock(home("lock"), in: files)
        #expect(next != nil)
        lock.release()
        #expect(try FileLock(home("lock"), in: files) == nil)
        withExtendedLifetime((lock, next)) {}
    }

    @Test func `two locks have nothing to do with each other`() throws {
        let one = try #require(try FileLock(home("one"), in: files))
        #expect(try FileLock(home("other"), in: files) != nil)
        withExtendedLifetime(one) {}
    }

    @Test func `a file that is left without an owner is no lock`() throws {
        try files.writeNewFile(home("lock"), [1, 2, 3], .privateFile)
        #expect(try FileLock(home("lock"), in: files) != nil)
    }

    @Test func `the file is private and stays`() throws {
        _ = try FileLock(home("lock"), in: files)
        #expect(try files.status(home("lock"))?.mode == .privateFile)
    }

    @Test func `a lock is never taken through a link`() throws {
        try files.makeSymbolicLink(home("lock"), to: home("elsewhere"))
        #expect(throws: FileSystemError.self) { try FileLock(home("lock"), in: files) }
        #expect(try files.status(home("elsewhere")) == nil)
    }
}

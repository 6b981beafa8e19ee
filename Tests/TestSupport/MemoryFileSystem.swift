package import Platform
import Synchronization

/// A file system in memory that can die at any call, with or without losing what was not synced.
///
/// It is as strict as the real one: modes are kept, `O_EXCL` and exclusive renames fail where
/// something is, and no path leads through a symbolic link.
package final class MemoryFileSystem: FileSystem {
    /// What a test wants to happen, and what it wants to see.
    package struct Plan: Sendable {
        /// The changing call, counted from 1, at which the process dies; that call has no effect.
        package var diesAt: Int?
        /// The changing call that fails once with this reason.
        package var failsAt: (call: Int, reason: FileSystemError.Reason)?
        /// The files that the disk can no longer read, until others take their place.
        package var unreadable: Set<String> = []
        /// What can be written in all before the disk is full.
        package var room = UInt64(1) << 30

        package init() {}
    }

    let state: Mutex<MemoryDisk>
    /// Is called after every call that has changed something.
    private let observer: Mutex<(@Sendable (MemoryFileSystem) -> Void)?>

    /// Makes an empty file system of `user`.
    ///
    /// With `survivesPowerCuts` it is kept what a power cut would leave, and writes are cut short;
    /// without both it is quick enough for millions of certificates.
    package init(user: UInt32 = 1000, survivesPowerCuts: Bool = true) {
        state = Mutex(MemoryDisk(user: user, survivesPowerCuts: survivesPowerCuts))
        observer = Mutex(nil)
    }

    /// Lets `body` look at the file system after every change.
    package func observe(_ body: (@Sendable (MemoryFileSystem) -> Void)?) {
        observer.withLock { $0 = body }
    }

    package func plan(_ plan: Plan) {
        state.withLock { $0.plan = plan }
    }

    /// How many calls have changed something so far, the failed ones included.
    package var changes: Int { state.withLock { $0.changes } }

    /// Whether the call to die at has come.
    package var isDead: Bool { state.withLock { $0.isDead } }

    /// Lets what is made from now on belong to another user; what he may do is not looked at.
    package func act(as user: UInt32) {
        state.withLock { $0.user = user }
    }

    /// Starts anew after a death: descriptors and locks are gone, files are as they were.
    package func restart() {
        state.withLock { $0.restart() }
    }

    /// Starts anew after a power cut: what was not synced is gone too.
    package func restartAfterPowerCut() {
        state.withLock { disk in
            precondition(disk.survivesPowerCuts, "what a power cut leaves was not kept")
            disk.loseUnsynced()
            disk.restart()
        }
    }

    /// Puts something there without any rule.
    package func put(_ path: String, _ bytes: [UInt8], mode: FileMode = .privateFile) {
        state.withLock { $0.put(path, .file(bytes), mode: mode) }
    }

    package func put(link path: String, to target: String) {
        state.withLock { $0.put(path, .link(target), mode: FileMode(0o777)) }
    }

    package func put(directory path: String, mode: FileMode = .publicDirectory) {
        state.withLock { $0.put(path, .directory([:]), mode: mode) }
    }

    package func setMode(_ path: String, _ mode: FileMode) {
        state.withLock { $0.setMode(path, mode) }
    }

    package func setOwner(_ path: String, _ owner: UInt32) {
        state.withLock { $0.setOwner(path, owner) }
    }

    /// All files below `path` with their bytes, to compare before and after.
    package func contents(below path: String) -> [String: [UInt8]] {
        state.withLock { $0.contents(below: path) }
    }

    /// All that is on the disk at a moment.
    package struct Copy: Sendable {
        fileprivate let disk: MemoryDisk
    }

    /// Keeps all that is there.
    package func copy() -> Copy {
        state.withLock { Copy(disk: $0) }
    }

    /// Puts everything back as it was, which costs open files and locks.
    package func restore(_ copy: Copy) {
        state.withLock { disk in
            disk = copy.disk
            disk.restart()
        }
    }

    /// The bytes of a file; `nil` where there is none.
    package func bytes(of path: String) -> [UInt8]? {
        state.withLock { $0.bytes(of: path) }
    }

    /// Lets a group read keys, and makes this user a member of it, or of no group at all.
    package func setKeyGroup(_ group: UInt32?, isMember: Bool = true) {
        state.withLock { disk in
            disk.keyGroup = group
            disk.memberships = isMember ? nil : []
        }
    }

    package func setGroup(_ path: String, _ group: UInt32) {
        state.withLock { $0.setGroup(path, group) }
    }

    /// The files with key material in them that others could read, as seen at every change.
    package var exposedKeys: [String] { state.withLock { $0.exposedKeys } }

    private func change<Result>(
        _ body: (inout MemoryDisk) throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        let outcome: Swift.Result<Result, FileSystemError> = state.withLock { disk in
            do throws(FileSystemError) {
                try disk.count()
                return .success(try body(&disk))
            } catch {
                return .failure(error)
            }
        }
        let value = try outcome.get()
        observer.withLock { $0 }?(self)
        return value
    }

    private func look<Result>(
        _ body: (inout MemoryDisk) throws(FileSystemError) -> Result
    ) throws(FileSystemError) -> Result {
        let outcome: Swift.Result<Result, FileSystemError> = state.withLock { disk in
            do throws(FileSystemError) {
                try disk.checkAlive()
                return .success(try body(&disk))
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}

extension MemoryFileSystem {
    package func open(_ path: String, _ purpose: OpenPurpose) throws(FileSystemError) -> OpenFile {
        switch purpose {
        case .reading, .directory:
            try look { disk throws(FileSystemError) in try disk.open(path, purpose) }
        case .creating, .appending, .overwriting:
            try change { disk throws(FileSystemError) in try disk.open(path, purpose) }
        }
    }

    package func read(_ file: OpenFile, count: Int) throws(FileSystemError) -> [UInt8] {
        try look { disk throws(FileSystemError) in try disk.read(file, count: count) }
    }

    package func read(
        _ file: OpenFile,
        count: Int,
        at offset: Int
    ) throws(FileSystemError) -> [UInt8] {
        try look { disk throws(FileSystemError) in
            try disk.read(file, count: count, at: offset)
        }
    }

    package func write(_ file: OpenFile, _ bytes: ArraySlice<UInt8>) throws(FileSystemError) -> Int
    {
        try change { disk throws(FileSystemError) in try disk.write(file, bytes) }
    }

    package func truncate(_ file: OpenFile, to length: Int) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in try disk.truncate(file, to: length) }
    }

    package func setOwner(
        _ file: OpenFile,
        _ owner: UInt32,
        group: UInt32
    ) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in
            try disk.setOwner(file, owner, group: group)
        }
    }

    package func setMode(_ file: OpenFile, _ mode: FileMode) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in try disk.setMode(file, mode) }
    }

    package func sync(_ file: OpenFile) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in try disk.sync(file) }
    }

    package func close(_ file: OpenFile) throws(FileSystemError) {
        try look { disk throws(FileSystemError) in try disk.close(file) }
    }

    package func lock(_ file: OpenFile) throws(FileSystemError) -> Bool {
        try look { disk throws(FileSystemError) in try disk.lock(file) }
    }

    package func rename(
        _ path: String,
        to target: String,
        exclusive: Bool
    ) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in
            try disk.rename(path, to: target, exclusive: exclusive)
        }
    }

    package func makeDirectory(_ path: String, _ mode: FileMode) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in
            try disk.add(path, .directory([:]), mode: mode, "mkdir")
        }
    }

    package func makeSymbolicLink(_ path: String, to target: String) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in
            try disk.add(path, .link(target), mode: FileMode(0o777), "symlink")
        }
    }

    package func readSymbolicLink(_ path: String) throws(FileSystemError) -> String {
        try look { disk throws(FileSystemError) in try disk.readLink(path) }
    }

    package func removeFile(_ path: String) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in try disk.remove(path, isDirectory: false) }
    }

    package func removeDirectory(_ path: String) throws(FileSystemError) {
        try change { disk throws(FileSystemError) in try disk.remove(path, isDirectory: true) }
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        try look { disk throws(FileSystemError) in try disk.status(path) }
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        try look { disk throws(FileSystemError) in try disk.list(path) }
    }

    package func space(_ path: String) throws(FileSystemError) -> FreeSpace {
        try look { disk throws(FileSystemError) in
            FreeSpace(bytes: disk.plan.room, files: 1_000_000)
        }
    }
}

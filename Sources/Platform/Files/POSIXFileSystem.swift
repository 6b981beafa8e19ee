import CLinux
import Glibc

/// The real file system.
package struct POSIXFileSystem: FileSystem {
    /// The most that ``list(_:)`` returns.
    private static let mostEntries = 100_000

    package init() {}

    package func open(
        _ path: String,
        _ purpose: OpenPurpose
    ) throws(FileSystemError) -> OpenFile {
        let (flags, mode) = purpose.arguments
        // A pipe that somebody has put there would else be waited for.
        let number = unsafe certctl_open_no_symlinks(path, flags | O_NONBLOCK, mode)
        try check(number, "open", path)
        let file = OpenFile(number: number)
        do throws(FileSystemError) {
            try checkKind(file, path)
        } catch {
            closeQuietly(file)
            throw error
        }
        return file
    }

    /// Refuses what is neither a file nor a directory: reading it may take for ever, or do something.
    private func checkKind(_ file: OpenFile, _ path: String) throws(FileSystemError) {
        var status = stat()
        try check(unsafe fstat(file.number, &status), "fstat", path)
        guard FileStatus.Kind(status.st_mode) == .other else { return }
        throw FileSystemError(
            operation: "open",
            path: path,
            reason: .notRegular,
            text: "it is a pipe, a socket or a device"
        )
    }

    package func read(_ file: OpenFile, count: Int) throws(FileSystemError) -> [UInt8] {
        var result = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            result = retrying { unsafe Glibc.read(file.number, buffer.baseAddress, count) }
            initialized = max(0, result)
        }
        try check(result, "read", file)
        return bytes
    }

    package func read(
        _ file: OpenFile,
        count: Int,
        at offset: Int
    ) throws(FileSystemError) -> [UInt8] {
        var result = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            result = retrying { unsafe pread(file.number, buffer.baseAddress, count, offset) }
            initialized = max(0, result)
        }
        try check(result, "pread", file)
        return bytes
    }

    package func write(
        _ file: OpenFile,
        _ bytes: ArraySlice<UInt8>
    ) throws(FileSystemError) -> Int {
        let written = unsafe bytes.withUnsafeBytes { buffer in
            retrying { unsafe Glibc.write(file.number, buffer.baseAddress, buffer.count) }
        }
        try check(written, "write", file)
        return written
    }

    package func truncate(_ file: OpenFile, to length: Int) throws(FileSystemError) {
        try check(ftruncate(file.number, length), "ftruncate", file)
    }

    package func sync(_ file: OpenFile) throws(FileSystemError) {
        // Never tried again: after a failure the kernel may call lost pages clean.
        try check(fsync(file.number), "fsync", file)
    }

    package func close(_ file: OpenFile) throws(FileSystemError) {
        try check(Glibc.close(file.number), "close", file)
    }

    package func setOwner(
        _ file: OpenFile,
        _ owner: UInt32,
        group: UInt32
    ) throws(FileSystemError) {
        try check(fchown(file.number, owner, group), "fchown", file)
    }

    package func setMode(_ file: OpenFile, _ mode: FileMode) throws(FileSystemError) {
        try check(fchmod(file.number, mode.bits), "fchmod", file)
    }

    package func lock(_ file: OpenFile) throws(FileSystemError) -> Bool {
        if flock(file.number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno != EWOULDBLOCK else { return false }
        throw error("flock", path(of: file))
    }

    package func rename(
        _ path: String,
        to target: String,
        exclusive: Bool
    ) throws(FileSystemError) {
        let source = try parent(of: path, "rename")
        let destination = try parent(of: target, "rename")
        let (result, code) = source.perform { from, name in
            destination.perform { to, target in
                unsafe certctl_rename(from, name, to, target, exclusive ? 1 : 0)
            }.result
        }
        if result < 0 { throw error("rename", target, code) }
    }

    package func makeDirectory(_ path: String, _ mode: FileMode) throws(FileSystemError) {
        // The kernel takes no more than these, and a sandbox may forbid to ask for more.
        try perform("mkdir", path) { unsafe mkdirat($0, $1, mode.bits & 0o1777) }
    }

    package func makeSymbolicLink(
        _ path: String,
        to target: String
    ) throws(FileSystemError) {
        try perform("symlink", path) { unsafe symlinkat(target, $0, $1) }
    }

    package func readSymbolicLink(_ path: String) throws(FileSystemError) -> String {
        var target = ""
        try perform("readlink", path) { directory, name in
            let (result, text) = readLink(name, in: directory)
            target = text
            return result
        }
        return target
    }

    package func removeFile(_ path: String) throws(FileSystemError) {
        try perform("unlink", path) { unsafe unlinkat($0, $1, 0) }
    }

    package func removeDirectory(_ path: String) throws(FileSystemError) {
        try perform("rmdir", path) { unsafe unlinkat($0, $1, AT_REMOVEDIR) }
    }

    package func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        var status = stat()
        do throws(FileSystemError) {
            try perform("lstat", path) { unsafe fstatat($0, $1, &status, AT_SYMLINK_NOFOLLOW) }
        } catch {
            guard error.reason == .notFound else { throw error }
            return nil
        }
        return FileStatus(
            kind: FileStatus.Kind(status.st_mode),
            mode: FileMode(status.st_mode),
            owner: status.st_uid,
            group: status.st_gid,
            size: Int(status.st_size)
        )
    }

    package func list(_ path: String) throws(FileSystemError) -> [String] {
        let file = try open(path, .directory)
        guard let directory = unsafe fdopendir(file.number) else {
            let failure = error("opendir", path)
            try close(file)
            throw failure
        }
        // It owns the descriptor now.
        defer { unsafe closedir(directory) }
        var names: [String] = []
        errno = 0
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { characters in
                unsafe characters.withMemoryRebound(to: CChar.self, capacity: 256) { text in
                    unsafe String(cString: text)
                }
            }
            if name != ".", name != ".." { names.append(name) }
            // Whoever may write there may not be the one who reads.
            guard names.count <= Self.mostEntries else {
                throw FileSystemError(
                    operation: "readdir",
                    path: path,
                    reason: .other(0),
                    text: "there are more than \(Self.mostEntries) entries"
                )
            }
            errno = 0
        }
        // The end and a failure look alike but for this.
        guard errno == 0 else { throw error("readdir", path) }
        return names.sorted()
    }

    package func space(_ path: String) throws(FileSystemError) -> FreeSpace {
        let raw = unsafe certctl_open_place(path)
        try check(raw, "open", path)
        let place = OpenFile(number: raw)
        defer { closeQuietly(place) }
        var status = statvfs()
        try check(unsafe fstatvfs(raw, &status), "statvfs", path)
        return FreeSpace(
            bytes: UInt64(status.f_bavail) * UInt64(status.f_frsize),
            // Btrfs and others make inodes as needed and say 0 of 0.
            files: status.f_files == 0 ? nil : UInt64(status.f_favail)
        )
    }

    private func check(
        _ result: some SignedInteger,
        _ operation: String,
        _ path: String
    ) throws(FileSystemError) {
        guard result < 0 else { return }
        throw error(operation, path)
    }

    private func check(
        _ result: some SignedInteger,
        _ operation: String,
        _ file: OpenFile
    ) throws(FileSystemError) {
        guard result < 0 else { return }
        throw error(operation, path(of: file))
    }

    /// Makes a call on the name of `path` in its directory, which no link leads to.
    private func perform(
        _ operation: String,
        _ path: String,
        _ call: (_ directory: Int32, _ name: String) -> Int32
    ) throws(FileSystemError) {
        let (result, code) = try parent(of: path, operation).perform(call)
        if result < 0 { throw error(operation, path, code) }
    }

    private func parent(
        of path: String,
        _ operation: String
    ) throws(FileSystemError) -> ParentDirectory {
        do {
            return try ParentDirectory(of: path)
        } catch {
            throw self.error(operation, path, error.code)
        }
    }

    private func error(
        _ operation: String,
        _ path: String,
        _ code: Int32 = errno
    ) -> FileSystemError {
        FileSystemError(
            operation: operation,
            path: path,
            reason: FileSystemError.Reason(code),
            text: SystemCallError.reason(of: code)
        )
    }

    /// Looks up the path of an open file, for an error.
    private func path(of file: OpenFile) -> String {
        let saved = errno
        defer { errno = saved }
        let link = "/proc/self/fd/\(file.number)"
        let (result, path) = readLink(link, in: AT_FDCWD)
        // The number alone still tells something where /proc is not mounted.
        return result < 0 ? link : path
    }
}

/// Reads where a link points to; returns a negative number, and sets `errno`, where that fails.
private func readLink(_ name: String, in directory: Int32) -> (result: Int32, target: String) {
    var count = 0
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Int(PATH_MAX)) { buffer, initialized in
        count = unsafe buffer.withMemoryRebound(to: CChar.self) { characters in
            unsafe characters.baseAddress.map { start in
                unsafe readlinkat(directory, name, start, characters.count)
            } ?? -1
        }
        initialized = max(0, count)
    }
    return (Int32(count), String(decoding: bytes, as: UTF8.self))
}

/// Calls `body` again while a signal interrupts it.
private func retrying(_ body: () -> Int) -> Int {
    while true {
        let result = body()
        if result >= 0 || errno != EINTR { return result }
    }
}

extension OpenPurpose {
    fileprivate var arguments: (flags: Int32, mode: mode_t) {
        switch self {
        case .reading: (O_RDONLY, 0)
        case .creating(let mode): (O_WRONLY | O_CREAT | O_EXCL, mode.bits)
        case .appending(let mode): (O_RDWR | O_CREAT | O_APPEND, mode.bits)
        case .overwriting: (O_WRONLY, 0)
        case .directory: (O_RDONLY | O_DIRECTORY, 0)
        }
    }
}

extension FileStatus.Kind {
    fileprivate init(_ mode: mode_t) {
        switch mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .directory
        case S_IFLNK: self = .symbolicLink
        default: self = .other
        }
    }
}

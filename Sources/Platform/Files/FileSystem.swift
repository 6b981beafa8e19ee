/// The file system, one method a system call, so that a test can let any of them fail or be the
/// last one.
///
/// Paths are absolute. No method follows a symbolic link in any part of a path.
package protocol FileSystem: Sendable {
    /// Opens `path`, where a file or a directory is: nothing else is opened, or waited for.
    func open(_ path: String, _ purpose: OpenPurpose) throws(FileSystemError) -> OpenFile
    /// Reads up to `count` bytes from where the last read ended; no bytes at the end.
    func read(_ file: OpenFile, count: Int) throws(FileSystemError) -> [UInt8]
    /// Reads up to `count` bytes that stand `offset` bytes after the file's beginning.
    func read(_ file: OpenFile, count: Int, at offset: Int) throws(FileSystemError) -> [UInt8]
    /// Writes the beginning of `bytes` and returns how many of them.
    func write(_ file: OpenFile, _ bytes: ArraySlice<UInt8>) throws(FileSystemError) -> Int
    /// Cuts the file to `length` bytes.
    func truncate(_ file: OpenFile, to length: Int) throws(FileSystemError)
    /// Makes what was written to a file, or the entries of a directory, outlive a power cut.
    func sync(_ file: OpenFile) throws(FileSystemError)
    func close(_ file: OpenFile) throws(FileSystemError)
    /// Gives an open file to a user and a group, by number.
    func setOwner(_ file: OpenFile, _ owner: UInt32, group: UInt32) throws(FileSystemError)
    /// Gives an open file or directory another mode.
    func setMode(_ file: OpenFile, _ mode: FileMode) throws(FileSystemError)
    /// Takes the file's lock, which goes with the descriptor; `false` while another has it.
    func lock(_ file: OpenFile) throws(FileSystemError) -> Bool

    /// Moves `path`; replaces what is at `target` unless `exclusive`, where that is an error.
    func rename(_ path: String, to target: String, exclusive: Bool) throws(FileSystemError)
    func makeDirectory(_ path: String, _ mode: FileMode) throws(FileSystemError)
    func makeSymbolicLink(_ path: String, to target: String) throws(FileSystemError)
    func readSymbolicLink(_ path: String) throws(FileSystemError) -> String
    func removeFile(_ path: String) throws(FileSystemError)
    func removeDirectory(_ path: String) throws(FileSystemError)
    /// Describes what is at `path` itself, even if that is a link; `nil` when nothing is.
    func status(_ path: String) throws(FileSystemError) -> FileStatus?
    /// The names in a directory, sorted, without `.` and `..`.
    func list(_ path: String) throws(FileSystemError) -> [String]
    /// What is left on the file system that holds `path`.
    func space(_ path: String) throws(FileSystemError) -> FreeSpace
}

/// What a file is opened for.
package enum OpenPurpose: Equatable, Sendable {
    case reading
    /// A new file of that mode; one that exists is an error.
    case creating(FileMode)
    /// The end of a file, which is made with that mode where it is missing.
    case appending(FileMode)
    /// A file that is there, to be written over from its beginning.
    case overwriting
    /// The entries of a directory, to ``FileSystem/sync(_:)`` them.
    case directory
}

/// A file that has been opened; a number that only its file system can use.
package struct OpenFile: Hashable, Sendable {
    package let number: Int32

    package init(number: Int32) {
        self.number = number
    }
}

/// What `lstat` tells of a file.
package struct FileStatus: Equatable, Sendable {
    /// What a path leads to.
    package enum Kind: Sendable {
        case file
        case directory
        case symbolicLink
        case other
    }

    package var kind: Kind
    package var mode: FileMode
    /// The owner's user identifier.
    package var owner: UInt32
    /// The group's identifier.
    package var group: UInt32
    /// In bytes.
    package var size: Int

    package init(kind: Kind, mode: FileMode, owner: UInt32, group: UInt32, size: Int) {
        self.kind = kind
        self.mode = mode
        self.owner = owner
        self.group = group
        self.size = size
    }
}

/// What a file system has left for an unprivileged user.
package struct FreeSpace: Equatable, Sendable {
    package var bytes: UInt64
    /// How many more files can be made; `nil` where the file system makes them as needed.
    package var files: UInt64?

    package init(bytes: UInt64, files: UInt64?) {
        self.bytes = bytes
        self.files = files
    }
}

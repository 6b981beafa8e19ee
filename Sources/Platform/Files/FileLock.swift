import Synchronization

/// A lock that one process has until it gives it back or ends, however it ends.
///
/// The file stays for ever: one that is removed could be locked twice.
package final class FileLock: Sendable {
    /// `nil` once it is given back.
    private let file: Mutex<OpenFile?>
    private let fileSystem: any FileSystem

    /// Takes the lock on the file at `path`, which is made where it is missing.
    ///
    /// - Returns: `nil` while another process has it.
    package convenience init?(
        _ path: String,
        in fileSystem: any FileSystem
    ) throws(FileSystemError) {
        try self.init(path, .appending(.privateFile), fileSystem)
    }

    /// Takes the lock on a file that has to be there.
    ///
    /// - Returns: `nil` while another process has it.
    package convenience init?(
        existing path: String,
        in fileSystem: any FileSystem
    ) throws(FileSystemError) {
        try self.init(path, .reading, fileSystem)
    }

    private init?(
        _ path: String,
        _ purpose: OpenPurpose,
        _ fileSystem: any FileSystem
    ) throws(FileSystemError) {
        let file = try fileSystem.open(path, purpose)
        do throws(FileSystemError) {
            guard try fileSystem.lock(file) else {
                fileSystem.closeQuietly(file)
                return nil
            }
        } catch {
            fileSystem.closeQuietly(file)
            throw error
        }
        self.file = Mutex(file)
        self.fileSystem = fileSystem
    }

    deinit {
        release()
    }

    /// Gives it back now, whoever still has a part in it; more than once is no more than once.
    package func release() {
        let held = file.withLock { file in
            defer { file = nil }
            return file
        }
        if let held { fileSystem.closeQuietly(held) }
    }
}

import Glibc

/// Which file or directory it is, whatever its name: paths of one identity lead to the same.
package struct FileIdentity: Hashable, Sendable {
    /// The number of the file system.
    package let device: UInt64
    package let inode: UInt64
    package let isDirectory: Bool

    package init(device: UInt64, inode: UInt64, isDirectory: Bool) {
        self.device = device
        self.inode = inode
        self.isDirectory = isDirectory
    }

    /// Looks up where `path` leads, links followed.
    package static func of(_ path: String) throws(SystemCallError) -> FileIdentity {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else { throw SystemCallError("stat") }
        return FileIdentity(
            device: UInt64(status.st_dev),
            inode: UInt64(status.st_ino),
            isDirectory: status.st_mode & S_IFMT == S_IFDIR
        )
    }
}

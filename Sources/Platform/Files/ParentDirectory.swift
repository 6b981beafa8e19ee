import CLinux
import Glibc

/// The directory that holds what is at a path, held open, and the name that it has there.
///
/// Only `openat2` can refuse symbolic links on the way; every other call is made on the name alone,
/// in the directory that it has found.
struct ParentDirectory: ~Copyable {
    private let directory: Descriptor
    private let name: String

    /// Opens the directory of `path`; throws where a link stands in the way to it.
    init(of path: String) throws(SystemCallError) {
        let (parent, last) = Self.split(path)
        let raw = unsafe certctl_open_place(parent)
        guard raw >= 0 else { throw SystemCallError("open") }
        directory = Descriptor(owning: raw)
        name = last.isEmpty ? "." : last
    }

    /// Parts a path into its directory and the name there, which is empty after a last slash.
    private static func split(_ path: String) -> (parent: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        return (parent, String(path[path.index(after: slash)...]))
    }

    /// Makes a call on the name in the directory.
    ///
    /// - Returns: What the call returns, and the `errno` that it left.
    borrowing func perform<Result: SignedInteger>(
        _ call: (_ directory: Int32, _ name: String) -> Result
    ) -> (result: Result, code: Int32) {
        let result = call(directory.raw, name)
        return (result, errno)
    }
}

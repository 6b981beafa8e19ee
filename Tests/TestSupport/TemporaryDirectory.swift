import Glibc
import Platform

/// A directory of a test's own on the real disk, gone with the value.
package final class TemporaryDirectory: Sendable {
    /// An absolute path without symbolic links.
    package let path: String

    /// Makes an empty directory.
    package init() throws {
        var template = Array("/tmp/certctl-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp") }
        let made = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        guard let real = RealPath.of(made) else { throw SystemCallError("realpath") }
        path = real
        // As `LiveProcess.prepare` does: modes are given in full where files are made.
        umask(0)
    }

    deinit {
        // What is left in /tmp harms nobody.
        try? POSIXFileSystem().removeTree(path)
    }

    /// The path of something in it.
    package func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }
}

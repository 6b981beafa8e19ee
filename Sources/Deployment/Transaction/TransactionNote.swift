import FoundationEssentials
package import Nginx
import PKI
package import Platform

/// What stood in nginx's files before they were changed: kept on disk from before the first change
/// until the last one is proven or taken back.
///
/// As long as it is there, a deployment is under way, or was cut off.
package struct TransactionNote: Sendable {
    /// One file of the note.
    private struct Entry: Codable {
        let path: String
        let before: Data?
        let after: Data?
        let isInPlace: Bool
    }

    private static let mark = "certctl-transaction-1"
    private static let sizeLimit = 256 * 1024 * 1024

    private let path: String
    private let files: any FileSystem

    /// The note at `path`, in a directory that only the user who deploys can write to.
    package init(_ path: String, in files: any FileSystem) {
        self.path = path
        self.files = files
    }

    /// Puts the note there, durably.
    ///
    /// Throws ``FileSystemError``.
    package func write(_ changes: [FileChange]) throws(FileSystemError) {
        let body = Self.body(changes)
        let head = "\(Self.mark) \(Hexadecimal.digest(body))\n"
        try files.replaceFile(path, Array(head.utf8) + body, .privateFile, temporary: "\(path).new")
    }

    /// Reads the changes of a deployment that was cut off; `nil` where none was.
    ///
    /// Throws ``FileSystemError``, and ``TransactionFailure`` for a note that is damaged.
    package func read() throws -> [FileChange]? {
        guard try files.status(path) != nil else { return nil }
        let bytes = try files.readFile(path, limit: Self.sizeLimit)
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
            throw TransactionFailure.noteDamaged(path: path)
        }
        let body = Array(bytes[(end + 1)...])
        let head = "\(Self.mark) \(Hexadecimal.digest(body))"
        // Whatever is wrong with it: what it says must not be written anywhere.
        guard String(decoding: bytes[..<end], as: UTF8.self) == head,
            let entries = try? JSONDecoder().decode([Entry].self, from: Data(body))
        else { throw TransactionFailure.noteDamaged(path: path) }
        return entries.map { entry in
            FileChange(
                path: entry.path,
                before: entry.before.map { Array($0) },
                after: entry.after.map { Array($0) },
                isInPlace: entry.isInPlace
            )
        }
    }

    /// Takes the note away, durably.
    ///
    /// Throws ``FileSystemError``.
    package func remove() throws(FileSystemError) {
        try files.removeIfPresent(path)
        try files.syncDirectory(path.parentDirectory)
    }

    private static func body(_ changes: [FileChange]) -> [UInt8] {
        let entries = changes.map { change in
            Entry(
                path: change.path,
                before: change.before.map { Data($0) },
                after: change.after.map { Data($0) },
                isInPlace: change.isInPlace
            )
        }
        do {
            return Array(try JSONEncoder().encode(entries))
        } catch {
            preconditionFailure("strings and bytes cannot be encoded: \(error)")
        }
    }
}

package import Nginx
package import Platform

/// Making a change on disk, and taking it back.
extension FileChange {
    private static let sizeLimit = 64 * 1024 * 1024

    /// Makes the change; the file has to be as it was when the change was planned.
    ///
    /// Throws ``FileSystemError``, and ``TransactionFailure/changedMeanwhile(path:)``.
    package func make(in files: any FileSystem) throws {
        // Whoever has changed it since has not seen what this change is about to do.
        guard try standing(of: current(in: files)) == .before else {
            throw TransactionFailure.changedMeanwhile(path: path)
        }
        try put(after, over: before, in: files)
    }

    /// Takes the change back as far as it was made.
    ///
    /// Throws ``FileSystemError``, and ``TransactionFailure/changedMeanwhile(path:)`` where somebody
    /// else has changed the file: that is never overwritten.
    func takeBack(in files: any FileSystem) throws {
        switch try standing(of: current(in: files)) {
        case .before: break
        case .after, .between: try put(before, over: after, in: files)
        case .foreign: throw TransactionFailure.changedMeanwhile(path: path)
        }
    }

    /// How far it has come, for who finds it cut off; `nil` where nothing of it is to be taken back, since
    /// somebody has removed the file.
    func standingAfterCut(in files: any FileSystem) throws(FileSystemError) -> Standing? {
        do throws(FileSystemError) {
            let current = try current(in: files)
            let standing = standing(of: current)
            return current == nil && standing == .foreign ? nil : standing
        } catch {
            // A link, a folder or a pipe is of somebody else; the disk's own trouble is none's doing.
            let kinds: [FileSystemError.Reason] = [
                .symbolicLink, .isDirectory, .notRegular, .notDirectory,
            ]
            guard kinds.contains(error.reason) else { throw error }
            return .foreign
        }
    }

    private func current(in files: any FileSystem) throws(FileSystemError) -> [UInt8]? {
        guard try files.status(path) != nil else { return nil }
        return try files.readFile(path, limit: Self.sizeLimit)
    }

    private func put(
        _ bytes: [UInt8]?,
        over old: [UInt8]?,
        in files: any FileSystem
    ) throws(FileSystemError) {
        switch bytes {
        case nil:
            try files.removeIfPresent(path)
            try files.syncDirectory(path.parentDirectory)
        case .some(let bytes) where isInPlace && old != nil:
            try files.overwriteFile(path, bytes)
        case .some(let bytes):
            // nginx's `*.conf` must not find what is not whole yet.
            try files.replaceFile(path, bytes, .publicFile, temporary: "\(path)~new")
        }
    }
}

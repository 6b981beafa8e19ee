import ACME
import Diagnostics
package import Platform
import Synchronization

/// Answers by files that a web server serves.
package struct WebrootSolver: ChallengeSolver {
    private let directory: String
    private let fileSystem: any FileSystem
    private let door: FrontDoor

    /// Makes a solver for the web server whose root is `directory`, and which is seen at `door`.
    package init(directory: String, fileSystem: any FileSystem, door: FrontDoor) {
        self.directory = directory
        self.fileSystem = fileSystem
        self.door = door
    }

    package func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        // The operator's own links are followed, once; below them there are to be none.
        guard let root = RealPath.of(directory) else {
            throw HTTP01Error.webroot(directory: directory, reason: "there is no such directory")
        }
        let files = WebrootFiles(root: root, fileSystem)
        defer { files.removeAll() }
        try files.makeDirectories()
        return try await body(CheckingPresenter(files, at: door))
    }
}

/// The files of an order below a web server's root, each to be removed by whoever made it.
final class WebrootFiles: ChallengePresenter {
    private let root: String
    private let fileSystem: any FileSystem
    /// What was made, in that order.
    private let made = Mutex<[Entry]>([])

    private enum Entry {
        case file(String)
        case directory(String)
    }

    /// Makes nothing yet; `root` is an absolute path without symbolic links.
    init(root: String, _ fileSystem: any FileSystem) {
        self.root = root == "/" ? "" : root
        self.fileSystem = fileSystem
    }

    /// Makes the directories that answers are in, where they are missing.
    func makeDirectories() throws(HTTP01Error) {
        for path in ["\(root)/.well-known", "\(root)/.well-known/acme-challenge"] {
            try explaining { () throws(FileSystemError) in
                guard try fileSystem.status(path) == nil else { return }
                do throws(FileSystemError) {
                    try fileSystem.makeDirectory(path, .publicDirectory)
                    made.withLock { $0.append(.directory(path)) }
                } catch {
                    // Another order was quicker, and takes it away again.
                    guard error.reason == .exists else { throw error }
                }
            }
        }
    }

    func present(_ answers: [KeyAuthorization]) throws(HTTP01Error) {
        // Another order may have taken them away with its own answers.
        try makeDirectories()
        for answer in answers {
            let path = root + answer.path
            if try isThere(path, Array(answer.content.utf8)) {
                made.withLock { $0.append(.file(path)) }
                continue
            }
            try explaining { () throws(FileSystemError) in
                let file = try fileSystem.open(path, .creating(.publicFile))
                made.withLock { $0.append(.file(path)) }
                defer { fileSystem.closeQuietly(file) }
                try fileSystem.writeAll(file, Array(answer.content.utf8))
            }
        }
    }

    /// Whether the file of an answer stands there already, as an earlier run that was killed leaves
    /// it; throws where it is another file.
    private func isThere(_ path: String, _ content: [UInt8]) throws(HTTP01Error) -> Bool {
        let status = try explaining { () throws(FileSystemError) in try fileSystem.status(path) }
        guard let status else { return false }
        guard status.kind == .file, status.size == content.count,
            try explaining({ () throws(FileSystemError) in
                try fileSystem.readFile(path, limit: content.count)
            }) == content
        else { throw .webrootFileExists(path: path) }
        return true
    }

    /// Removes what was made, the last first; a directory that others use by now stays.
    func removeAll() {
        for entry in made.withLock({ $0 }).reversed() {
            // Nobody is helped by the failure of an order whose answers were given.
            switch entry {
            case .file(let path): try? fileSystem.removeFile(path)
            case .directory(let path): try? fileSystem.removeDirectory(path)
            }
        }
    }

    private func explaining<Value>(
        _ body: () throws(FileSystemError) -> Value
    ) throws(HTTP01Error) -> Value {
        do throws(FileSystemError) {
            return try body()
        } catch {
            throw .webroot(directory: root, reason: "\(error.path): \(error.text)")
        }
    }
}

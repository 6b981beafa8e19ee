package import Platform

/// Where the responder's Unix sockets are, and how they come to be there.
package struct RuntimeSockets: Sendable {
    /// The directories that hold them, from the outermost on.
    package let directories: [String]
    /// What a proxy passes challenges to.
    package let challenge: String
    /// What issuers hand answers in at.
    package let control: String
    private let fileSystem: any FileSystem
    /// The challenge socket, where another process has bound it for this one.
    private var inherited: ListeningSocket?

    /// Names the sockets; `directories` are made where they are missing.
    package init(
        directories: [String],
        challenge: String,
        control: String,
        fileSystem: any FileSystem
    ) {
        self.directories = directories
        self.challenge = challenge
        self.control = control
        self.fileSystem = fileSystem
    }

    /// Whether the responder's service is there to answer.
    package var isServed: Bool { ServiceLink.isServed(control) }

    /// The same sockets, of which another process has bound the challenge socket for this one.
    package func inheriting(_ challenge: ListeningSocket?) -> RuntimeSockets {
        var sockets = self
        sockets.inherited = challenge
        return sockets
    }

    /// Listens for a proxy, whichever user it runs as.
    package func listenForProxy() throws(HTTP01Error) -> LocalListeningSocket {
        if let inherited { return LocalListeningSocket(inherited, at: challenge) }
        return try listen(at: challenge, .stream, FileMode(0o666))
    }

    /// Listens for issuers of this user, and of root.
    package func listenForIssuers() throws(HTTP01Error) -> LocalListeningSocket {
        try listen(at: control, .messages, .privateFile)
    }

    private func listen(
        at path: String,
        _ kind: LocalListener.Kind,
        _ mode: FileMode
    ) throws(HTTP01Error) -> LocalListeningSocket {
        do throws(LocalListenError) {
            let lock = try lock(for: path)
            return try LocalListener().listen(at: path, kind, mode: mode, lock: lock)
        } catch {
            throw .socket(path: path, error)
        }
    }

    /// Takes the lock of a socket, beside the control socket: where no container looks in.
    private func lock(for path: String) throws(LocalListenError) -> FileLock {
        do throws(FileSystemError) {
            for directory in directories { try makeDirectory(directory) }
            let name = path == control ? "control.lock" : "challenge.lock"
            let place = "\(directory(of: control))/\(name)"
            if let lock = try FileLock(place, in: fileSystem) { return lock }
        } catch {
            throw .directory(error)
        }
        throw .inUse
    }

    private func makeDirectory(_ path: String) throws(FileSystemError) {
        guard try fileSystem.status(path) == nil else { return }
        do throws(FileSystemError) {
            try fileSystem.makeDirectory(path, .publicDirectory)
        } catch  where error.reason == .exists {
            // Another certctl was quicker.
        }
    }

    private func directory(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/"
    }
}

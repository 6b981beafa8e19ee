package import Platform

/// Keys, certificates and accounts on disk, so kept that no crash and no reader ever meets a
/// mismatched pair.
package struct CertificateStore: Sendable {
    /// Below these a run that has begun could be left without room for its key.
    private static let leastBytes: UInt64 = 4 * 1024 * 1024
    private static let leastFiles: UInt64 = 64

    package let layout: StoreLayout
    let fileSystem: any FileSystem
    /// Who runs certctl.
    let user: UInt32
    /// The group of an nginx whose master is not root; `nil` where keys are their owner's alone.
    package let keyGroup: UInt32?

    /// The store at `layout`, of `user` who runs certctl; nothing is touched yet.
    package init(
        _ layout: StoreLayout,
        in fileSystem: any FileSystem,
        user: UInt32,
        keyGroup: UInt32? = nil
    ) {
        self.layout = layout
        self.fileSystem = fileSystem
        self.user = user
        self.keyGroup = keyGroup
    }

    /// Makes the directories that are missing, and refuses those that cannot be trusted.
    ///
    /// Neither half of a store that has two makes what belongs to the other.
    package func prepare() throws {
        if let home = layout.home, try fileSystem.status(home) == nil {
            try makeDirectory(home, .publicDirectory)
        }
        let role = try role()
        for directory in layout.directories {
            if role.keeps(directory.half) {
                try makeDirectory(directory.path, directory.mode)
            } else {
                try checkTrust(directory: directory.path)
            }
        }
    }

    /// Makes the directory of certctl.conf where it is missing, and the home that it is in.
    package func prepareConfiguration() throws {
        for path in [layout.home, layout.configuration].compactMap(\.self)
        where try fileSystem.status(path) == nil {
            try makeDirectory(path, .publicDirectory)
        }
    }

    /// Makes a directory that outlives a power cut, or checks the one that is there.
    func makeDirectory(_ path: String, _ mode: FileMode) throws {
        guard try fileSystem.status(path) == nil else {
            try checkTrust(directory: path)
            return
        }
        do {
            try fileSystem.makeDirectory(path, mode)
        } catch let error where error.reason == .exists {
            // Another certctl was quicker.
            try checkTrust(directory: path)
        }
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            try fileSystem.syncDirectory(String(path[..<slash]))
        }
    }

    /// Refuses a directory that someone else could change.
    func checkTrust(directory path: String) throws {
        guard let status = try fileSystem.status(path) else { return }
        switch status.kind {
        case .directory: break
        case .symbolicLink: throw StoreError.distrusted(path: path, .symbolicLink)
        case .file, .other: throw StoreError.distrusted(path: path, .notDirectory)
        }
        try checkOwner(status, of: path)
        guard !status.mode.isWritableByOthers || layout.isShared(path, status) else {
            throw StoreError.distrusted(path: path, .writableByOthers("\(status.mode)"))
        }
    }

    /// Refuses a lineage whose directories someone else could change.
    package func checkTrust(_ name: LineageName) throws {
        try checkTrust(directory: layout.lineage(name))
        try checkTrust(directory: layout.generations(name))
    }

    /// Refuses a key that others could have read.
    func checkTrust(key path: String) throws {
        guard let status = try fileSystem.status(path) else { return }
        guard status.kind == .file else {
            throw StoreError.distrusted(
                path: path,
                status.kind == .symbolicLink ? .symbolicLink : .notFile
            )
        }
        guard !status.mode.isOpenToOthers else {
            throw StoreError.distrusted(path: path, .readableByOthers("\(status.mode)"))
        }
    }

    /// Refuses a certificate whose key others could have read.
    package func checkKey(of stored: StoredCertificate) throws {
        guard stored.manifest.hasKey else { return }
        try checkTrust(key: stored.files.privateKey)
    }

    /// Finds out whether anything could be saved, before a CA is asked for anything.
    package func checkRoom() throws {
        try checkSpace()
        try probe(layout.probe, layout.movedProbe)
    }

    /// Finds out whether a certificate could be saved, before a CA is asked for one.
    package func checkRoom(for name: LineageName) throws {
        try checkSpace()
        try probe(layout.temporary(name, "probe"), layout.movedProbe(name))
    }

    private func checkSpace() throws {
        let space = try fileSystem.space(layout.tls)
        guard space.bytes >= Self.leastBytes else {
            let (left, least) = (space.bytes / 1024, Self.leastBytes / 1024)
            throw StoreError.noRoom(
                path: layout.tls,
                "\(left) KiB are left of \(least) that are needed"
            )
        }
        if let files = space.files, files < Self.leastFiles {
            throw StoreError.noRoom(path: layout.tls, "\(files) more files can be made")
        }
    }

    /// Makes a file, moves it to where generations are and removes it: no rename leads from one file
    /// system to another.
    private func probe(_ path: String, _ target: String) throws {
        try fileSystem.removeIfPresent(path)
        try fileSystem.removeIfPresent(target)
        try fileSystem.writeNewFile(path, Array("certctl\n".utf8), .privateFile)
        do throws(FileSystemError) {
            try fileSystem.rename(path, to: target, exclusive: true)
        } catch {
            // What is left would only be in the way of whoever puts it right.
            try? fileSystem.removeFile(path)
            throw error
        }
        try fileSystem.removeFile(target)
    }

    /// Takes the lineage's lock, and makes its directory where it is missing.
    ///
    /// Where the lineage is somebody else's it has to have a lock: nothing is made there.
    ///
    /// - Returns: `nil` while another process has it.
    package func lock(_ name: LineageName) throws -> FileLock? {
        guard try role().keeps(.issuing) else { return try lockExisting(name) }
        try makeDirectory(layout.lineage(name), .privateDirectory)
        try checkTrust(directory: layout.generations(name))
        guard let lock = try FileLock(layout.lock(name), in: fileSystem) else { return nil }
        try removeLeftovers(of: name)
        return lock
    }

    /// Takes the lock of a lineage that is there, without making anything.
    ///
    /// - Returns: `nil` while another process has it.
    package func lockExisting(_ name: LineageName) throws -> FileLock? {
        try checkTrust(name)
        return try FileLock(existing: layout.lock(name), in: fileSystem)
    }

    /// Removes what a crash has left of files and directories that were on their way out.
    ///
    /// Keys may be among them. What is being staged stays: the order may go on with it.
    func removeLeftovers(of name: LineageName) throws {
        try fileSystem.removeIfPresent(layout.movedProbe(name))
        guard try fileSystem.status(layout.temporary) != nil else { return }
        for entry in try fileSystem.list(layout.temporary) where entry.hasPrefix("\(name)~") {
            let path = "\(layout.temporary)/\(entry)"
            if try fileSystem.status(path)?.kind == .directory {
                try fileSystem.removeTree(path)
            } else {
                try fileSystem.removeFile(path)
            }
        }
    }
}

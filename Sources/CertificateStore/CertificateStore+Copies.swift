import Diagnostics
import PKI
import Platform

/// Copies that readers are led to: for one group, that of an nginx whose master process is not root, or root's own.
///
/// What is issued is the issuing half's alone. It can give keys to nobody, and could put a link or a pipe
/// in the place of a file that root has looked at already. So whoever deploys copies the files to where
/// nobody else can write, with keys for that group or root alone, and leads readers there. Each reader has
/// a directory of its own: where another one is to read keys, nginx is led elsewhere, and what it reads is
/// never changed under its hands.
extension CertificateStore {
    /// Whose copies readers are led to; `nil` where they are led to what was issued.
    ///
    /// Those of the group of `tls_group`; without one root's own, where what was issued is another user's.
    var reader: CopyReader? {
        get throws {
            if let keyGroup { return .group(keyGroup) }
            return try role() == .deploying ? .root : nil
        }
    }

    /// The files that readers are led to.
    package func readable(
        _ stored: StoredCertificate,
        of name: LineageName
    ) throws -> GenerationFiles {
        try reader.map { layout.copy(stored.number, of: name, for: $0) } ?? stored.files
    }

    /// Makes the copy that readers are led to, where it is not there in the form that it has to have; nothing
    /// happens where readers are led to what was issued.
    ///
    /// Throws ``StoreError/groupRefused(_:_:)`` for a user who may not do that. Returns whether there is
    /// a new copy.
    @discardableResult
    package func handOver(_ stored: StoredCertificate, of name: LineageName) throws -> Bool {
        guard let reader = try reader else { return false }
        try makeDirectory(of: reader)
        let (home, copy) = (
            layout.copies(name, for: reader), layout.copy(stored.number, of: name, for: reader)
        )
        try makeDirectory(home, reader.directoryMode)
        try giveForm(home, reader)
        guard try missingCopy(of: stored, name) != nil else { return false }
        let new = GenerationFiles(directory: "\(copy.directory)~new")
        let old = grave(of: copy.directory)
        for leftover in [new.directory, old] { try removeWhatever(at: leftover) }
        let files = try contents(of: stored)
        // What is made in a directory of the group belongs to it from the first moment.
        try fileSystem.makeDirectory(new.directory, reader.directoryMode)
        for (file, bytes) in files {
            let mode = reader.fileMode(isKey: file == GenerationFiles.privateKeyName)
            try bytes.reveal {
                try fileSystem.writeNewFile("\(new.directory)/\(file)", $0, mode)
            }
        }
        try fileSystem.syncDirectory(new.directory)
        if try fileSystem.status(copy.directory) != nil {
            try fileSystem.rename(copy.directory, to: old, exclusive: true)
        }
        try fileSystem.rename(new.directory, to: copy.directory, exclusive: true)
        try fileSystem.syncDirectory(home)
        try removeWhatever(at: old)
        if let path = try missingCopy(of: stored, name) {
            throw StoreError.damaged(path: path, "the disk does not hold what was written")
        }
        return true
    }

    /// Removes copies that nginx is no longer led to: those for other groups, and those of generations
    /// that are old.
    ///
    /// `inUse` stays; with `nil` nothing does.
    package func takeBack(_ name: LineageName, but inUse: GenerationNumber? = nil) throws {
        let current = try reader
        for reader in try copyReaders() {
            let home = layout.copies(name, for: reader)
            try removeWhatever(at: grave(of: home))
            let isThere = try fileSystem.status(home) != nil
            if let inUse, reader == current {
                if isThere { try removeOldCopies(in: home, inUse) }
            } else {
                if isThere { try remove(home) }
                try removeIfEmpty(layout.copies(for: reader))
            }
        }
    }

    /// Whether anyone reads copies, or did.
    package var usesCopies: Bool {
        get throws { try reader != nil || !copyReaders().isEmpty }
    }

    /// Whether there are copies still for another reader than it is to be.
    package func hasCopiesForOthers(_ name: LineageName) throws -> Bool {
        let current = try reader
        for reader in try copyReaders() where reader != current {
            let home = layout.copies(name, for: reader)
            for path in [home, grave(of: home)] where try fileSystem.status(path) != nil {
                return true
            }
        }
        return false
    }

    /// The certificate that nginx is led to otherwise than it is to be now, or that another group can
    /// still read; `nil` where all is well, or nothing is in use.
    package func stray(_ name: LineageName) throws -> StoredCertificate? {
        guard let published = try published(of: name), published.manifest.hasKey else { return nil }
        let isWell =
            try publishedInclude(of: name) == include(of: published, name)
            && missingCopy(of: published, name) == nil && !hasCopiesForOthers(name)
        return isWell ? nil : published
    }

    /// Whose copies there are, or were.
    func copyReaders() throws -> [CopyReader] {
        guard try fileSystem.status(layout.groups) != nil else { return [] }
        return try fileSystem.list(layout.groups).compactMap(CopyReader.init(directory:))
    }

    private func removeOldCopies(in home: String, _ inUse: GenerationNumber) throws {
        let entries = try fileSystem.list(home)
        for entry in entries where GenerationNumber(directory: entry) == nil {
            try removeWhatever(at: "\(home)/\(entry)")
        }
        let old = entries.compactMap { GenerationNumber(directory: $0) }.sorted()
            .filter { $0 != inUse }.dropLast(Self.keptGenerations - 1)
        for number in old { try remove("\(home)/\(number)") }
    }

    /// Where something goes on its way out; no lineage's name has a tilde in it.
    private func grave(of path: String) -> String { "\(path)~old" }

    /// Removes a directory that a reader has to find whole or not at all.
    private func remove(_ path: String) throws {
        let grave = grave(of: path)
        try removeWhatever(at: grave)
        try fileSystem.rename(path, to: grave, exclusive: true)
        try removeWhatever(at: grave)
    }

    private func removeIfEmpty(_ directory: String) throws {
        guard try fileSystem.list(directory).isEmpty else { return }
        do throws(FileSystemError) {
            try fileSystem.removeDirectory(directory)
        } catch {
            // Somebody has come meanwhile.
            guard error.reason == .notEmpty else { throw error }
        }
    }

    /// Removes whatever is there.
    func removeWhatever(at path: String) throws {
        switch try fileSystem.status(path)?.kind {
        case .directory?: try fileSystem.removeTree(path)
        case .file?, .symbolicLink?, .other?: try fileSystem.removeFile(path)
        case nil: return
        }
    }
}

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
    private static let fileLimit = 256 * 1024

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
        for leftover in [new.directory, old] { try removeIfPresent(leftover) }
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
        try removeIfPresent(old)
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
            try removeIfPresent(grave(of: home))
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

    /// Where the copy is, or what is above it, that should be there and is not, or not in the form that it has
    /// to have; `nil` where all is well.
    func missingCopy(of stored: StoredCertificate, _ name: LineageName) throws -> String? {
        guard let reader = try reader else { return nil }
        let copy = layout.copy(stored.number, of: name, for: reader)
        let directories = [
            layout.copies(for: reader), layout.copies(name, for: reader), copy.directory,
        ]
        for path in directories where try !isForm(path, .directory, reader) { return path }
        for (file, digest) in stored.manifest.files {
            let path = "\(copy.directory)/\(file)"
            guard try isForm(path, .file, reader), try isWhole(path, digest) else {
                return copy.directory
            }
        }
        return nil
    }

    /// Whether the file holds what it should; one that the disk cannot read any more does not.
    private func isWhole(_ path: String, _ digest: String) throws -> Bool {
        do {
            return try Hexadecimal.digest(fileSystem.readFile(path, limit: Self.fileLimit))
                == digest
        } catch let error where [.notFound, .inputOutput].contains(error.reason) {
            return false
        }
    }

    /// Puts back what readers are led to, where it is gone or not this user's: copies, and the includes.
    ///
    /// Nothing else would, for what was committed is in use. Looks at no more than whether they are there and
    /// whose they are. Returns the lineages of which something was put back, and why others' could not be.
    package func mendReaders() throws -> (mended: [LineageName], failed: [(LineageName, any Error)])
    {
        guard let reader = try reader, try fileSystem.status(layout.live) != nil else {
            return ([], [])
        }
        var (mended, failed): ([LineageName], [(LineageName, any Error)]) = ([], [])
        for name in try fileSystem.list(layout.live).compactMap(LineageName.init) {
            do {
                if try mendReaders(of: name, reader) { mended.append(name) }
            } catch {
                failed.append((name, error))
            }
        }
        return (mended, failed)
    }

    private func mendReaders(of name: LineageName, _ reader: CopyReader) throws -> Bool {
        guard let number = try publishedGeneration(of: name) else { return false }
        let copy = layout.copy(number, of: name, for: reader)
        let isThere = try fileSystem.status(copy.fullChain) != nil
        guard try !isThere || !isOwnInclude(name),
            // Whoever is at work on it leads its readers himself, or takes all of it away.
            let lock = try lockExisting(name), let stored = try storedCertificate(number, of: name)
        else { return false }
        defer { withExtendedLifetime(lock) {} }
        let isNew = try handOver(stored, of: name)
        guard try !isOwnInclude(name) else { return isNew }
        try lead(to: stored, of: name)
        return true
    }

    /// Whose copies there are, or were.
    func copyReaders() throws -> [CopyReader] {
        guard try fileSystem.status(layout.groups) != nil else { return [] }
        return try fileSystem.list(layout.groups).compactMap(CopyReader.init(directory:))
    }

    /// Makes the directory of a reader's copies, which gives its group to all that is made in it.
    ///
    /// It gets its name once it is the group's, and until then nothing is in it.
    private func makeDirectory(of reader: CopyReader) throws {
        try makeGroups()
        let path = layout.copies(for: reader)
        guard try fileSystem.status(path) == nil else {
            try checkTrust(directory: path)
            return try giveForm(path, reader)
        }
        let new = "\(path)~new"
        try removeIfPresent(new)
        try fileSystem.makeDirectory(new, reader.directoryMode)
        do {
            try giveForm(new, reader)
        } catch {
            // What is left would only be in the way of whoever puts it right.
            try? fileSystem.removeDirectory(new)
            throw error
        }
        try fileSystem.rename(new, to: path, exclusive: true)
        try fileSystem.syncDirectory(layout.groups)
    }

    /// Gives a directory of copies its group and mode, which others may have changed.
    private func giveForm(_ path: String, _ reader: CopyReader) throws {
        guard try !isForm(path, .directory, reader) else { return }
        let directory = try fileSystem.open(path, .directory)
        defer { fileSystem.closeQuietly(directory) }
        do throws(FileSystemError) {
            try fileSystem.setOwner(directory, user, group: reader.group)
        } catch {
            guard error.reason == .notPermitted else { throw error }
            throw StoreError.groupRefused(reader.group, error.text)
        }
        try fileSystem.setMode(directory, reader.directoryMode)
        try fileSystem.sync(directory)
    }

    /// Makes the directory of all groups.
    ///
    /// No call makes a directory that gives its group on, but one that is made in such a directory is of
    /// that kind, too: so this one is made to, and no other ever changes its mode.
    private func makeGroups() throws {
        try makeDirectory(layout.groups, .publicDirectory)
        guard let status = try fileSystem.status(layout.groups), !status.mode.givesItsGroup else {
            return
        }
        let directory = try fileSystem.open(layout.groups, .directory)
        defer { fileSystem.closeQuietly(directory) }
        try fileSystem.setMode(directory, .groupsDirectory)
        try fileSystem.sync(directory)
    }

    /// Whether it is there, in the form in which this user makes it for a reader.
    private func isForm(
        _ path: String,
        _ kind: FileStatus.Kind,
        _ reader: CopyReader
    ) throws -> Bool {
        guard let status = try fileSystem.status(path), status.kind == kind else { return false }
        let isKey = path.hasSuffix("/\(GenerationFiles.privateKeyName)")
        let mode = kind == .directory ? reader.directoryMode : reader.fileMode(isKey: isKey)
        return (status.mode, status.owner, status.group) == (mode, user, reader.group)
    }

    /// All files as they are stored, by name, if a server can use them: whoever issued them need not be
    /// trusted with what root gives to others.
    private func contents(
        of stored: StoredCertificate
    ) throws -> [(name: String, bytes: Secret<[UInt8]>)] {
        let files = try stored.manifest.files.sorted { $0.key < $1.key }.map { name, digest in
            let path = "\(stored.files.directory)/\(name)"
            let bytes = try fileSystem.readFile(path, limit: Self.fileLimit)
            guard Hexadecimal.digest(bytes) == digest else {
                throw StoreError.damaged(path: path, "it is not what the manifest says")
            }
            return (name, Secret(bytes))
        }
        // Of what was read, and is copied: what is there by now may be something else.
        try check(Dictionary(uniqueKeysWithValues: files), of: stored)
        return files
    }

    /// Refuses what does not belong together.
    private func check(_ files: [String: Secret<[UInt8]>], of stored: StoredCertificate) throws {
        func bytes(_ name: String) -> [UInt8] { files[name]?.reveal { $0 } ?? [] }
        let all = bytes(GenerationFiles.fullChainName)
        let parts = bytes(GenerationFiles.certificateName) + bytes(GenerationFiles.chainName)
        guard all == parts else {
            throw StoreError.damaged(
                path: stored.files.fullChain,
                "it is not the certificate beside it with its issuers"
            )
        }
        var path = stored.files.fullChain
        do {
            let leaf = try CertificateChain(pem: all).leaf
            guard stored.manifest.hasKey else { return }
            path = stored.files.privateKey
            let key = try files[GenerationFiles.privateKeyName].map { try PrivateKey(pem: $0) }
            guard key?.publicKey == leaf.publicKey else {
                throw StoreError.damaged(
                    path: path,
                    "it is not the key of the certificate beside it"
                )
            }
        } catch let error as PKIError {
            throw StoreError.damaged(path: path, error.diagnosis.why)
        }
    }

    private func removeOldCopies(in home: String, _ inUse: GenerationNumber) throws {
        let entries = try fileSystem.list(home)
        for entry in entries where GenerationNumber(directory: entry) == nil {
            try removeIfPresent("\(home)/\(entry)")
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
        try removeIfPresent(grave)
        try fileSystem.rename(path, to: grave, exclusive: true)
        try removeIfPresent(grave)
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
    private func removeIfPresent(_ path: String) throws {
        switch try fileSystem.status(path)?.kind {
        case .directory?: try fileSystem.removeTree(path)
        case .file?, .symbolicLink?, .other?: try fileSystem.removeFile(path)
        case nil: return
        }
    }
}

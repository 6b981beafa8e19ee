import Diagnostics
import PKI
import Platform

/// Copies that readers are led to: for one group, that of an nginx whose master process is not root, or root's own.
///
/// What is issued is the issuing half's alone. It can give keys to nobody, and could put a link or a pipe
/// in the place of a file that root has looked at already. So whoever deploys copies the files to where
/// nobody else can write, with keys for that group or root alone, and leads readers there. Each group has a directory of its own:
/// where another group is to read keys, nginx is led elsewhere, and what it reads is never changed under
/// its hands.
extension CertificateStore {
    private static let fileLimit = 256 * 1024

    /// The group whose copies readers are led to; `nil` where they are led to what was issued.
    ///
    /// That of `tls_group`; without one root's own, where what was issued is another user's.
    var readers: UInt32? {
        get throws {
            if let keyGroup { return keyGroup }
            return try role() == .deploying ? 0 : nil
        }
    }

    /// The files that readers are led to.
    package func readable(
        _ stored: StoredCertificate,
        of name: LineageName
    ) throws -> GenerationFiles {
        try readers.map { layout.copy(stored.number, of: name, for: $0) } ?? stored.files
    }

    /// Makes the copy that readers are led to; nothing happens without a group, or where the copy is there.
    ///
    /// Throws ``StoreError/groupRefused(_:_:)`` for a user who may not do that. Returns whether there is
    /// a new copy.
    @discardableResult
    package func handOver(_ stored: StoredCertificate, of name: LineageName) throws -> Bool {
        guard let group = try readers else { return false }
        try makeGroup(group)
        let (home, copy) = (
            layout.copies(name, for: group), layout.copy(stored.number, of: name, for: group)
        )
        try makeDirectory(home, directoryMode)
        guard try missingCopy(of: stored, name) != nil else { return false }
        let new = GenerationFiles(directory: "\(copy.directory)~new")
        let old = grave(of: copy.directory)
        for leftover in [new.directory, old] { try removeTreeIfPresent(leftover) }
        let files = try contents(of: stored)
        // What is made in a directory of the group belongs to it from the first moment.
        try fileSystem.makeDirectory(new.directory, directoryMode)
        for (file, bytes) in files {
            let path = "\(new.directory)/\(file)"
            try bytes.reveal { try fileSystem.writeNewFile(path, $0, fileMode(path)) }
        }
        try fileSystem.syncDirectory(new.directory)
        if try fileSystem.status(copy.directory) != nil {
            try fileSystem.rename(copy.directory, to: old, exclusive: true)
        }
        try fileSystem.rename(new.directory, to: copy.directory, exclusive: true)
        try fileSystem.syncDirectory(home)
        try removeTreeIfPresent(old)
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
        let readers = try readers
        for group in try groups() {
            let home = layout.copies(name, for: group)
            try removeTreeIfPresent(grave(of: home))
            let isThere = try fileSystem.status(home) != nil
            if let inUse, group == readers {
                if isThere { try removeOldCopies(in: home, inUse) }
            } else {
                if isThere { try remove(home) }
                try removeIfEmpty(layout.group(group))
            }
        }
    }

    /// Whether any key is for a group, or was.
    package var usesGroups: Bool {
        get throws { try readers != nil || !groups().isEmpty }
    }

    /// Whether another group than it is to be has copies still.
    package func hasCopiesForOthers(_ name: LineageName) throws -> Bool {
        let readers = try readers
        for group in try groups() where group != readers {
            let home = layout.copies(name, for: group)
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

    /// Where the copy is, or what is above it, that should be there and is not; `nil` where all is well.
    ///
    /// Throws ``StoreError/distrusted(path:_:)`` for a copy that others may have, too.
    func missingCopy(of stored: StoredCertificate, _ name: LineageName) throws -> String? {
        guard let group = try readers else { return nil }
        let copy = layout.copy(stored.number, of: name, for: group)
        let directories = [layout.group(group), layout.copies(name, for: group), copy.directory]
        for path in directories where try !isForm(path, .directory, group) { return path }
        for (file, digest) in stored.manifest.files {
            let path = "\(copy.directory)/\(file)"
            guard try isForm(path, .file, group), try isWhole(path, digest) else {
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

    /// Makes the copies that are gone though readers are led there.
    ///
    /// Nothing else would bring them back, since all that was committed is in use. Looks at no more than
    /// whether they are there.
    package func mendCopies() throws {
        guard let group = try readers, try fileSystem.status(layout.live) != nil else { return }
        for name in try fileSystem.list(layout.live).compactMap(LineageName.init) {
            guard let number = try publishedGeneration(of: name),
                try fileSystem.status(layout.copy(number, of: name, for: group).fullChain) == nil,
                let stored = try storedCertificate(number, of: name)
            else { continue }
            try handOver(stored, of: name)
        }
    }

    /// The groups that have or had copies.
    func groups() throws -> [UInt32] {
        guard try fileSystem.status(layout.groups) != nil else { return [] }
        return try fileSystem.list(layout.groups).compactMap { UInt32($0) }
    }

    /// Makes the directory of a group, which gives its group to all that is made in it.
    ///
    /// It gets its name once it is the group's, and until then nothing is in it.
    private func makeGroup(_ group: UInt32) throws {
        try makeGroups()
        let path = layout.group(group)
        guard try !isForm(path, .directory, group) else { return }
        let new = "\(path)~new"
        try removeTreeIfPresent(new)
        try fileSystem.makeDirectory(new, directoryMode)
        do throws(FileSystemError) {
            let directory = try fileSystem.open(new, .directory)
            defer { fileSystem.closeQuietly(directory) }
            try fileSystem.setOwner(directory, user, group: group)
            try fileSystem.sync(directory)
        } catch {
            // What is left would only be in the way of whoever puts it right.
            try? fileSystem.removeDirectory(new)
            guard error.reason == .notPermitted else { throw error }
            throw StoreError.groupRefused(group, error.text)
        }
        try fileSystem.rename(new, to: path, exclusive: true)
        try fileSystem.syncDirectory(layout.groups)
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

    /// Root's own copies are kept as what was issued is: what is no secret may be read by all.
    private var directoryMode: FileMode {
        keyGroup == nil ? FileMode(0o2711) : .groupDirectory
    }

    private func fileMode(_ path: String) -> FileMode {
        guard keyGroup == nil else { return .groupReadableFile }
        return path.hasSuffix("/\(GenerationFiles.privateKeyName)") ? .privateFile : .publicFile
    }

    /// Whether it is there, in the form in which this user makes it for the group.
    private func isForm(
        _ path: String,
        _ kind: FileStatus.Kind,
        _ group: UInt32
    ) throws -> Bool {
        guard let status = try fileSystem.status(path) else { return false }
        let mode = kind == .directory ? directoryMode : fileMode(path)
        guard status.kind == kind else {
            let other: StoreError.Distrust = kind == .directory ? .notDirectory : .notFile
            throw StoreError.distrusted(
                path: path,
                status.kind == .symbolicLink ? .symbolicLink : other
            )
        }
        guard (status.mode, status.owner, status.group) == (mode, user, group) else {
            let form = "mode \(status.mode), user \(status.owner), group \(status.group)"
            throw StoreError.distrusted(path: path, .notForGroup(group, form))
        }
        return true
    }

    /// All files as they are stored, by name, with a key that fits: whoever issued them need not be trusted
    /// with what root gives to others.
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
        guard
            try !stored.manifest.hasKey
                || privateKey(of: stored)?.publicKey == certificate(of: stored).publicKey
        else {
            throw StoreError.damaged(
                path: stored.files.privateKey,
                "it is not the key of the certificate beside it"
            )
        }
        return files
    }

    private func removeOldCopies(in home: String, _ inUse: GenerationNumber) throws {
        let entries = try fileSystem.list(home)
        for entry in entries where GenerationNumber(directory: entry) == nil {
            try fileSystem.removeTree("\(home)/\(entry)")
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
        try removeTreeIfPresent(grave)
        try fileSystem.rename(path, to: grave, exclusive: true)
        try fileSystem.removeTree(grave)
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

    private func removeTreeIfPresent(_ path: String) throws {
        guard try fileSystem.status(path) != nil else { return }
        try fileSystem.removeTree(path)
    }
}

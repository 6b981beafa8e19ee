import Diagnostics
import PKI
import Platform

/// What copies for readers hold, and in which form.
extension CertificateStore {
    private static let fileLimit = 256 * 1024

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

    /// Whether the file holds what it should; one that cannot be read any more does not.
    private func isWhole(_ path: String, _ digest: String) throws -> Bool {
        do {
            return try Hexadecimal.digest(fileSystem.readFile(path, limit: Self.fileLimit))
                == digest
        } catch let error where error.isOfWhatIsThere {
            return false
        }
    }

    /// Makes the directory of a reader's copies, which gives its group to all that is made in it.
    ///
    /// It gets its name once it is the group's, and until then nothing is in it.
    func makeDirectory(of reader: CopyReader) throws {
        try makeGroups()
        let path = layout.copies(for: reader)
        guard try fileSystem.status(path) == nil else {
            try checkTrust(directory: path)
            return try giveForm(path, reader)
        }
        let new = "\(path)~new"
        try removeWhatever(at: new)
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
    func giveForm(_ path: String, _ reader: CopyReader) throws {
        guard try !isForm(path, .directory, reader) else { return }
        let directory = try fileSystem.open(path, .directory)
        defer { fileSystem.closeQuietly(directory) }
        do throws(FileSystemError) {
            try fileSystem.setOwner(directory, user, group: reader.group)
            // Only where it has to be: the deploy unit may set no mode that gives a group on.
            if try fileSystem.status(path).map({ reader.accepts($0.mode) }) != true {
                try fileSystem.setMode(directory, reader.mendedMode)
            }
        } catch {
            guard error.reason == .notPermitted else { throw error }
            throw StoreError.groupRefused(reader.group, error.text)
        }
        try fileSystem.sync(directory)
    }

    /// Makes the directory of all groups.
    ///
    /// No call makes a directory that gives its group on, but one that is made in such a directory is of
    /// that kind, too: so this one is made to, and no other has to be.
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
        let hasMode =
            kind == .directory
            ? reader.accepts(status.mode) : status.mode == reader.fileMode(isKey: isKey)
        return hasMode && (status.owner, status.group) == (user, reader.group)
    }

    /// All files as they are stored, by name, if a server can use them: whoever issued them need not be
    /// trusted with what root gives to others.
    func contents(
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
}

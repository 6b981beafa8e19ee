import Diagnostics
import FoundationEssentials
package import PKI
import Platform

/// The commit protocol: a generation is put together in the staging directory, every file synced,
/// and gets its final name by one rename.
extension CertificateStore {
    private static let keyLimit = 64 * 1024
    /// Some two certificates: every look at a lineage reads all of its journal.
    private static let journalSize = 1024

    /// Makes a key durable, and the request made with it, before there is an order for them.
    ///
    /// `key` is `nil` for a request whose key somebody else keeps.
    package func stage(
        _ key: PrivateKey?,
        request: CertificateSigningRequest,
        settings: LineageSettings,
        for name: LineageName
    ) throws {
        try stage(key, for: name)
        try compactJournal(name)
        try journal(name).append(
            .key(
                certificateSigningRequest: Data(request.der),
                publicKey: Hexadecimal.text(request.publicKey.fingerprint),
                settings: settings
            )
        )
    }

    /// The key that waits for its certificate.
    ///
    /// Returns `nil` when it is gone, or is not the one that the journal names.
    package func stagedKey(
        _ pending: LineageProgress.Pending,
        of name: LineageName
    ) throws -> PrivateKey? {
        let path = GenerationFiles(directory: layout.staging(name)).privateKey
        guard try fileSystem.status(path) != nil else { return nil }
        try checkTrust(key: path)
        let pem = Secret(try fileSystem.readFile(path, limit: Self.keyLimit))
        // A crash may have torn it; the journal then names another one.
        guard let key = try? PrivateKey(pem: pem) else { return nil }
        return Hexadecimal.text(key.publicKey.fingerprint) == pending.publicKey ? key : nil
    }

    /// The key of a generation; `nil` where somebody else keeps it.
    package func privateKey(of stored: StoredCertificate) throws -> PrivateKey? {
        guard stored.manifest.hasKey else { return nil }
        let path = stored.files.privateKey
        try checkTrust(key: path)
        let pem = Secret(try fileSystem.readFile(path, limit: Self.keyLimit))
        do {
            return try PrivateKey(pem: pem)
        } catch {
            throw StoreError.damaged(path: path, error.diagnosis.why)
        }
    }

    /// The certificate of a generation.
    package func certificate(of stored: StoredCertificate) throws -> Certificate {
        try certificate(at: stored.files.certificate)
    }

    /// The certificate in a file of the store.
    package func certificate(at path: String) throws -> Certificate {
        do {
            return try CertificateChain(pem: fileSystem.readFile(path, limit: Self.keyLimit)).leaf
        } catch let error as PKIError {
            throw StoreError.damaged(path: path, error.diagnosis.why)
        }
    }

    /// Whether the manifest of a lineage's current generation tells what its certificate says.
    ///
    /// A manifest guards all other files, and the journal the manifest: where one bit of it has flipped, a
    /// certificate could seem to be valid for another thousand years. What the journal does not know is
    /// held against the certificate itself.
    package func isTrue(_ stored: StoredCertificate, _ progress: LineageProgress) throws -> Bool {
        if stored.number == progress.committed, stored.manifestDigest == progress.committedManifest
        {
            return true
        }
        let manifest = stored.manifest
        return try manifest
            == Manifest(
                kind: manifest.kind,
                leaf: certificate(of: stored),
                keyType: KeyType(rawValue: manifest.keyType),
                files: manifest.files
            )
    }

    /// Whether the last certificate that was committed is gone, or its files are not what they were.
    package func isLost(_ lineage: Lineage) throws -> Bool {
        guard !lineage.isCurrentLost else { return true }
        do {
            return try lineage.current.map { try !isTrue($0, lineage.progress) } ?? false
        } catch is StoreError {
            return true
        }
    }

    /// Whether the staging directory waits for the certificate of a key that somebody else keeps.
    package func isStagedWithoutKey(
        _ pending: LineageProgress.Pending,
        of name: LineageName
    ) throws -> Bool {
        let staging = GenerationFiles(directory: layout.staging(name))
        return try pending.settings.certificateSigningRequest != nil
            && fileSystem.status(staging.directory) != nil
            && fileSystem.status(staging.privateKey) == nil
    }

    /// Finishes what is staged and gives it its name; `keyType` is `nil` where somebody else keeps
    /// the key.
    ///
    /// `chain` has to be validated: from here on it counts as the lineage's certificate.
    package func commit(
        _ chain: CertificateChain,
        keyType: KeyType?,
        for name: LineageName
    ) throws -> StoredCertificate {
        let manifest = try complete(chain, kind: .certificate, keyType: keyType, for: name)
        // A directory that somebody has removed gives its number to none: who has read a path once
        // may never find something else there.
        let committed = try LineageProgress(journal(name).records()).committed
        let last = try [generationNumbers(name).last, committed].compactMap(\.self).max()
        let number = last?.next ?? GenerationNumber(1)
        let stored = try moveIntoPlace(number, of: name, manifest: manifest)
        try journal(name).append(.committed(number, manifest: manifest))
        return stored
    }

    /// Finds the generation that was committed when a crash kept its record from being written.
    ///
    /// A generation that has its record, up to `committed`, is none of those: with a key that is kept
    /// it may be for the same key.
    package func recoverCommit(
        _ pending: LineageProgress.Pending,
        of name: LineageName,
        after committed: GenerationNumber?
    ) throws -> StoredCertificate? {
        guard let number = try generationNumbers(name).last, number > committed ?? .bootstrap,
            let stored = try storedCertificate(number, of: name),
            stored.manifest.kind == .certificate, stored.manifest.publicKey == pending.publicKey
        else { return nil }
        // The crash may have come before these.
        try fileSystem.syncDirectory(layout.generations(name))
        try journal(name).append(.committed(number, manifest: nil))
        return stored
    }

    /// The self-signed pair that an earlier run has made; `nil` where there is none that is whole.
    package func bootstrap(of name: LineageName) throws -> StoredCertificate? {
        try storedCertificate(.bootstrap, of: name)
    }

    /// Stores a self-signed pair as generation 0, so that nginx can start before there is a
    /// certificate.
    package func commitBootstrap(
        _ key: PrivateKey,
        _ certificate: Certificate,
        for name: LineageName
    ) throws -> StoredCertificate {
        let damaged = layout.generation(.bootstrap, of: name).directory
        if try fileSystem.status(damaged) != nil { try fileSystem.removeTree(damaged) }
        try stage(key, for: name)
        let chain = CertificateChain(leaf: certificate)
        let manifest = try complete(chain, kind: .bootstrap, keyType: key.type, for: name)
        return try moveIntoPlace(.bootstrap, of: name, manifest: manifest)
    }

    private func stage(_ key: PrivateKey?, for name: LineageName) throws {
        let staging = GenerationFiles(directory: layout.staging(name))
        if try fileSystem.status(staging.directory) != nil {
            try fileSystem.removeTree(staging.directory)
        }
        try fileSystem.makeDirectory(staging.directory, .passageDirectory)
        if let key {
            try key.pem().reveal { pem in
                try fileSystem.writeNewFile(staging.privateKey, pem, .privateFile)
            }
        }
        try fileSystem.syncDirectory(staging.directory)
        try fileSystem.syncDirectory(layout.temporary)
    }

    /// Writes the files of what is staged; returns the SHA-256 of the manifest, hexadecimal.
    private func complete(
        _ chain: CertificateChain,
        kind: Manifest.Kind,
        keyType: KeyType?,
        for name: LineageName
    ) throws -> String {
        let staging = GenerationFiles(directory: layout.staging(name))
        let leaf = PEM.encode(chain.leaf.der, label: "CERTIFICATE")
        let issuers = chain.issuers.flatMap { PEM.encode($0.der, label: "CERTIFICATE") }
        let files = [
            (staging.certificate, leaf), (staging.chain, issuers), (staging.fullChain, chain.pem),
        ]
        var digests: [String: String] = [:]
        if keyType != nil {
            let key = try fileSystem.readFile(staging.privateKey, limit: Self.keyLimit)
            digests[GenerationFiles.privateKeyName] = Hexadecimal.digest(key)
        }
        for (path, bytes) in files {
            // A crash may have left it there half-written.
            try fileSystem.removeIfPresent(path)
            try fileSystem.writeNewFile(path, bytes, .publicFile)
            digests[path.lastComponent] = Hexadecimal.digest(bytes)
        }
        let manifest = Manifest(kind: kind, leaf: chain.leaf, keyType: keyType, files: digests)
        try fileSystem.removeIfPresent(staging.manifest)
        let json = StoreJSON.encode(manifest)
        try fileSystem.writeNewFile(staging.manifest, json, .publicFile)
        try fileSystem.syncDirectory(staging.directory)
        return Hexadecimal.digest(json)
    }

    private func moveIntoPlace(
        _ number: GenerationNumber,
        of name: LineageName,
        manifest: String
    ) throws -> StoredCertificate {
        try makeDirectory(layout.generations(name), .passageDirectory)
        let files = layout.generation(number, of: name)
        try fileSystem.rename(layout.staging(name), to: files.directory, exclusive: true)
        try fileSystem.syncDirectory(layout.generations(name))
        guard let stored = try storedCertificate(number, of: name),
            stored.manifestDigest == manifest
        else {
            throw StoreError.damaged(
                path: files.directory,
                "the disk does not hold what was written"
            )
        }
        return stored
    }

    /// Forgets what lies behind the last commit once the journal has grown.
    private func compactJournal(_ name: LineageName) throws {
        let journal = journal(name)
        guard try journal.size > Self.journalSize else { return }
        let records = try journal.records()
        guard let commit = records.lastIndex(where: \.isCommit) else { return }
        // The settings of a certificate stand in the record of its key.
        let key = records[..<commit].last(where: \.isKey)
        let revoked = records[commit...].filter(\.isRevocation)
        let kept = (key.map { [$0] } ?? []) + [records[commit]] + revoked
        try journal.replace(with: kept, temporary: layout.journal(name) + ".new")
    }
}

extension LineageRecord {
    fileprivate var isCommit: Bool {
        if case .committed = self { true } else { false }
    }

    fileprivate var isRevocation: Bool {
        if case .revoked = self { true } else { false }
    }

    fileprivate var isKey: Bool {
        if case .key = self { true } else { false }
    }
}

extension String {
    fileprivate var lastComponent: String {
        lastIndex(of: "/").map { String(self[index(after: $0)...]) } ?? self
    }
}

import FoundationEssentials
import PKI
import Platform

/// A lineage as it stands on disk.
package struct Lineage: Equatable, Sendable {
    package let name: LineageName
    /// How it was asked for; `nil` before its first certificate.
    package let settings: LineageSettings?
    /// The last generation, and what it holds; `nil` before the first certificate.
    package let current: StoredCertificate?
    package let progress: LineageProgress

    /// Whether the last certificate that was committed is gone, or is not what it was.
    package var isCurrentLost: Bool {
        guard let committed = progress.committed else { return false }
        return current.map { $0.number < committed } ?? true
    }

    /// Whether the CA has called the current certificate back.
    package var isRevoked: Bool {
        guard let current else { return false }
        return progress.revoked.contains(current.number)
    }
}

/// A generation that was committed.
package struct StoredCertificate: Equatable, Sendable {
    package let number: GenerationNumber
    package let files: GenerationFiles
    package let manifest: Manifest
    /// The SHA-256 of the manifest's file, hexadecimal.
    let manifestDigest: String
}

extension CertificateStore {
    private static let smallFileLimit = 256 * 1024

    /// The names of all lineages, sorted.
    package func lineageNames() throws -> [LineageName] {
        guard try fileSystem.status(layout.lineages) != nil else { return [] }
        try checkTrust(directory: layout.lineages)
        return try fileSystem.list(layout.lineages).compactMap(LineageName.init).filter(isThere)
    }

    /// Whether there is a lineage of that name.
    ///
    /// A deleted lineage leaves its lock behind, and one half deleted has to be found again.
    package func isThere(_ name: LineageName) throws -> Bool {
        try [layout.generations(name), layout.journal(name), layout.settings(name)].contains {
            try fileSystem.status($0) != nil
        }
    }

    /// Reads a lineage.
    ///
    /// Returns one without settings and certificate where nothing is stored yet.
    package func lineage(_ name: LineageName) throws -> Lineage {
        let progress = LineageProgress(try journal(name).records())
        return Lineage(
            name: name,
            settings: try settings(name) ?? progress.committedSettings
                ?? progress.pending?.settings,
            current: try latestCertificate(name),
            progress: progress
        )
    }

    /// Reads a lineage that has to be there.
    ///
    /// Throws ``StoreError/unknownLineage(_:known:)``.
    package func existingLineage(_ text: String) throws -> Lineage {
        let names = try lineageNames()
        guard let name = LineageName(text.lowercased()), names.contains(name) else {
            throw StoreError.unknownLineage(text, known: names.map(\.description))
        }
        return try lineage(name)
    }

    /// What has happened to a lineage since its last compaction.
    package func journal(_ name: LineageName) -> Journal<LineageRecord> {
        Journal(layout.journal(name), in: fileSystem)
    }

    /// The settings; `nil` where there are none, or where the file is damaged: the journal has
    /// those of the last certificate.
    private func settings(_ name: LineageName) throws -> LineageSettings? {
        let path = layout.settings(name)
        guard try fileSystem.status(path) != nil else { return nil }
        do {
            return try decode(LineageSettings.self, path)
        } catch is StoreError {
            return nil
        }
    }

    /// What is wrong with a lineage that has a certificate and no settings.
    package func missingSettings(_ name: LineageName) -> StoreError {
        .damaged(
            path: layout.settings(name),
            "neither it nor the journal tells how the certificate was asked for"
        )
    }

    /// Remembers how the lineage was asked for; writes nothing when that is what is remembered.
    package func save(_ settings: LineageSettings, of name: LineageName) throws {
        guard try self.settings(name) != settings else { return }
        try fileSystem.replaceFile(
            layout.settings(name),
            StoreJSON.encode(settings),
            .privateFile,
            temporary: layout.settings(name) + ".new"
        )
    }

    /// Finds the newest generation whose files are what its manifest says.
    package func latestCertificate(_ name: LineageName) throws -> StoredCertificate? {
        for number in try generationNumbers(name).reversed() where number != .bootstrap {
            if let certificate = try storedCertificate(number, of: name) { return certificate }
        }
        return nil
    }

    /// Finds the certificate that a generation takes the place of; `nil` where there is none any more.
    package func predecessor(
        of generation: GenerationNumber,
        _ name: LineageName
    ) throws -> StoredCertificate? {
        for number in try generationNumbers(name).reversed() where number < generation {
            guard number != .bootstrap else { continue }
            if let certificate = try storedCertificate(number, of: name) { return certificate }
        }
        return nil
    }

    func generationNumbers(_ name: LineageName) throws -> [GenerationNumber] {
        guard try fileSystem.status(layout.generations(name)) != nil else { return [] }
        return try fileSystem.list(layout.generations(name))
            .compactMap(GenerationNumber.init(directory:)).sorted()
    }

    /// Reads a generation; `nil` when it is not whole.
    package func storedCertificate(
        _ number: GenerationNumber,
        of name: LineageName
    ) throws -> StoredCertificate? {
        let files = layout.generation(number, of: name)
        do {
            let json = try fileSystem.readFile(files.manifest, limit: Self.smallFileLimit)
            let manifest = try decode(Manifest.self, json, of: files.manifest)
            // Never a path that stands in a file: whoever deploys may be root, and the store not.
            guard manifest.hasOwnFilesOnly, manifest.isPlain else { return nil }
            for (file, digest) in manifest.files {
                let path = "\(files.directory)/\(file)"
                let bytes = try fileSystem.readFile(path, limit: Self.smallFileLimit)
                guard Hexadecimal.digest(bytes) == digest else { return nil }
            }
            return StoredCertificate(
                number: number,
                files: files,
                manifest: manifest,
                manifestDigest: Hexadecimal.digest(json)
            )
        } catch is StoreError {
            return nil
        } catch let error as FileSystemError where error.isOfWhatIsThere {
            // What cannot be read here, nginx cannot read either: another one has to take its place.
            return nil
        }
    }

    func decode<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        try decode(type, fileSystem.readFile(path, limit: Self.smallFileLimit), of: path)
    }

    private func decode<Value: Decodable>(
        _ type: Value.Type,
        _ bytes: [UInt8],
        of path: String
    ) throws -> Value {
        do {
            return try StoreJSON.decode(type, bytes)
        } catch {
            throw StoreError.damaged(path: path, "it is not the JSON that certctl writes")
        }
    }
}

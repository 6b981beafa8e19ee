package import FoundationEssentials
package import PKI
package import Platform

/// What `watch` keeps, in a directory of its own that everyone may read.
extension CertificateStore {
    /// Ten thousand lineages take some 6 MB.
    private static let statusLimit = 64 * 1024 * 1024
    private static let chainLimit = 256 * 1024
    private static let readEvents = 2000

    /// Whether there is a store to watch.
    package var isPresent: Bool {
        get throws { try fileSystem.status(layout.state) != nil }
    }

    /// Makes the directory, or checks the one that is there.
    package func prepareWatch() throws {
        try makeDirectory(layout.watch, .publicDirectory)
    }

    /// Takes the lock under which the status is changed; `nil` while another process has it.
    package func lockWatch() throws -> FileLock? {
        try FileLock(layout.watchLock, in: fileSystem)
    }

    /// What was seen last; a file that is damaged, or of another version, counts as none.
    package func watchStatus() throws -> WatchStatus? {
        guard try fileSystem.status(layout.watchStatus)?.kind == .file else { return nil }
        let bytes = try fileSystem.readFile(layout.watchStatus, limit: Self.statusLimit)
        // Then all that is found is new.
        guard let status = try? StoreJSON.decode(WatchStatus.self, bytes),
            status.schema == WatchStatus.currentSchema
        else { return nil }
        return status
    }

    /// Keeps what was seen; the caller has the lock.
    package func save(_ status: WatchStatus) throws {
        try replacePublic(layout.watchStatus, StoreJSON.encode(status))
    }

    /// Keeps what was seen as metrics; the caller has the lock.
    package func saveMetrics(_ text: String) throws {
        try replacePublic(layout.watchMetrics, Array(text.utf8))
    }

    private func replacePublic(_ path: String, _ bytes: [UInt8]) throws {
        try fileSystem.replaceFile(path, bytes, .publicFile, temporary: "\(path).new")
    }

    /// Adds a line to the history of alarms.
    package func writeAlert(_ event: Event) throws {
        try watchEvents.write(event)
    }

    /// The generation that has this leaf; `nil` for a stranger's, and for one that is no longer kept.
    package func generation(
        of leaf: Certificate,
        _ name: LineageName
    ) throws -> GenerationNumber? {
        let digest = Hexadecimal.digest(CertificateChain(leaf: leaf).pem)
        return try generationNumbers(name).last { number in
            let path = layout.generation(number, of: name).manifest
            guard try fileSystem.status(path)?.kind == .file else { return false }
            // One that is damaged cannot be told from a stranger's.
            let manifest = try? decode(Manifest.self, path)
            return manifest?.files[GenerationFiles.certificateName] == digest
        }
    }

    /// The certificates that are stored with a generation to vouch for it; none where the file is
    /// damaged.
    package func issuers(of number: GenerationNumber, _ name: LineageName) throws -> [Certificate] {
        let path = layout.generation(number, of: name).chain
        guard try fileSystem.status(path)?.kind == .file else { return [] }
        let pem = try fileSystem.readFile(path, limit: Self.chainLimit)
        // A CA of one's own may have none, and what is damaged vouches for nothing.
        return (try? CertificateChain(pem: pem))?.certificates ?? []
    }

    /// When each lineage got its last certificate, as far as the end of the history tells.
    package func issueTimes() throws -> [String: Date] {
        var lines = try events.lines()
        defer { lines.close() }
        var times: [String: Date] = [:]
        for _ in 0..<Self.readEvents {
            guard let line = try lines.next() else { break }
            guard let event = try? StoreJSON.decode(Event.self, line), let name = event.lineage,
                event.event == .issued || event.event == .renewed, times["\(name)"] == nil
            else { continue }
            times["\(name)"] = event.time
        }
        return times
    }
}

import FoundationEssentials
import Platform

/// Bringing a generation before its readers, and clearing away those that nobody reads.
extension CertificateStore {
    /// Older generations than these are removed, unless they are in use.
    static let keptGenerations = 3

    /// Points `tls/nginx/NAME.conf` and `tls/live/NAME` at a generation.
    ///
    /// nginx opens certificate and key one after the other. The include names both paths of one
    /// generation and is replaced by one rename, so whoever reads through it gets a pair that
    /// fits, which a link to follow twice could not promise.
    ///
    /// Returns whether readers were pointed elsewhere before.
    @discardableResult
    package func publish(_ stored: StoredCertificate, of name: LineageName) throws -> Bool {
        try handOver(stored, of: name)
        // nginx can do nothing with a certificate whose key somebody else keeps.
        let isNew = try stored.manifest.hasKey && publishInclude(stored, of: name)
        let target = try target(stored.number, of: name)
        guard try currentLink(name) != target else { return isNew }
        let temporary = temporary(layout.live(name))
        try fileSystem.removeIfPresent(temporary)
        try fileSystem.makeSymbolicLink(temporary, to: target)
        try fileSystem.rename(temporary, to: layout.live(name), exclusive: false)
        try fileSystem.syncDirectory(layout.live)
        return true
    }

    /// Points `tls/nginx/NAME.conf` alone at a generation, by the files that nginx is to read.
    package func lead(to stored: StoredCertificate, of name: LineageName) throws {
        guard stored.manifest.hasKey else { return }
        _ = try publishInclude(stored, of: name)
    }

    /// What is made beside `path` before it gets that name.
    ///
    /// In the same directory: where that is root's alone, nobody else can put anything in between. No
    /// lineage's name has a tilde in it, and nginx's `*.conf` does not match.
    func temporary(_ path: String) -> String { "\(path)~new" }

    /// Returns whether the include named another pair before.
    private func publishInclude(
        _ stored: StoredCertificate,
        of name: LineageName
    ) throws -> Bool {
        let include = try include(of: stored, name)
        let isRight = try currentInclude(name) == include
        guard try !isRight || !isOwnInclude(name) else { return false }
        try fileSystem.replaceFile(
            layout.include(name),
            include,
            .publicFile,
            temporary: temporary(layout.include(name))
        )
        return !isRight
    }

    /// Whether what nginx includes is there and can be changed by nobody but this user: it may have been given
    /// away with all that is in the store, and whoever can write there says what nginx does.
    func isOwnInclude(_ name: LineageName) throws -> Bool {
        guard let status = try fileSystem.status(layout.include(name)) else { return false }
        return status.kind == .file && [0, user].contains(status.owner)
            && !status.mode.isWritableByOthers
    }

    /// Finds what readers are pointed at, or would read, that is not as it was published.
    ///
    /// Returns its path; `nil` where all is as it should be.
    package func firstDifference(
        from stored: StoredCertificate,
        of name: LineageName
    ) throws -> String? {
        if stored.manifest.hasKey {
            guard try currentInclude(name) == include(of: stored, name), try isOwnInclude(name)
            else {
                return layout.include(name)
            }
        }
        if let copy = try missingCopy(of: stored, name) { return copy }
        guard try currentLink(name) == target(stored.number, of: name) else {
            return layout.live(name)
        }
        return try storedCertificate(stored.number, of: name) == stored
            ? nil : stored.files.directory
    }

    /// What the file says that nginx includes, once it is pointed at `stored`.
    package func include(of stored: StoredCertificate, _ name: LineageName) throws -> [UInt8] {
        Self.include(try readable(stored, of: name))
    }

    /// What the file says that nginx includes; `nil` where there is none.
    package func publishedInclude(of name: LineageName) throws -> [UInt8]? {
        try currentInclude(name)
    }

    /// The certificate that nginx is pointed at; `nil` for none, or one that is gone.
    package func published(of name: LineageName) throws -> StoredCertificate? {
        guard let include = try currentInclude(name) else { return nil }
        let readers = try copyReaders()
        for number in try generationNumbers(name).reversed() {
            let copies = readers.map { layout.copy(number, of: name, for: $0) }
            let places = [layout.generation(number, of: name)] + copies
            guard places.contains(where: { Self.include($0) == include }) else { continue }
            return try storedCertificate(number, of: name)
        }
        return nil
    }

    /// Where the files of a lineage are that somebody's configuration may name.
    package func places(of name: LineageName) throws -> [String] {
        try [layout.include(name), layout.live(name), layout.generations(name)]
            + copyReaders().map { layout.copies(name, for: $0) }
    }

    /// Whether nginx is led to files that are not there, or to none.
    package func leadsNowhere(_ name: LineageName) throws -> Bool {
        guard let include = try currentInclude(name) else { return true }
        let paths = String(decoding: include, as: UTF8.self).split(separator: "\"")
            .filter { $0.hasPrefix("\(layout.tls)/") }
        return try paths.contains { try fileSystem.status(String($0)) == nil }
    }

    /// Whether readers are pointed at anything yet.
    package func isPublished(_ name: LineageName) throws -> Bool {
        try fileSystem.status(layout.include(name)) != nil
    }

    /// The generation that readers are led to; `nil` where they are led to none.
    package func publishedGeneration(of name: LineageName) throws -> GenerationNumber? {
        let parts = try currentLink(name)?.split(separator: "/") ?? []
        let isOurs =
            parts.count == 4 && parts.starts(with: ["..", "gen"])
            || parts.count == 5 && parts.starts(with: ["..", "group"])
        guard isOurs, parts.dropLast().last == "\(name)" else { return nil }
        return parts.last.flatMap { GenerationNumber(directory: String($0)) }
    }

    /// Where the link leads, from its own directory: to what was issued, and where that is another user's
    /// than who deploys, to the copy.
    func target(_ number: GenerationNumber, of name: LineageName) throws -> String {
        guard let reader = try reader, try role() == .deploying else {
            return "../gen/\(name)/\(number)"
        }
        return "../group/\(reader.directory)/\(name)/\(number)"
    }

    static func include(_ files: GenerationFiles) -> [UInt8] {
        let text = """
            ssl_certificate     "\(files.fullChain)";
            ssl_certificate_key "\(files.privateKey)";

            """
        return Array(text.utf8)
    }

    func currentInclude(_ name: LineageName) throws -> [UInt8]? {
        guard try fileSystem.status(layout.include(name))?.kind == .file else { return nil }
        return try fileSystem.readFile(layout.include(name), limit: 64 * 1024)
    }

    func currentLink(_ name: LineageName) throws -> String? {
        guard try fileSystem.status(layout.live(name))?.kind == .symbolicLink else { return nil }
        return try fileSystem.readSymbolicLink(layout.live(name))
    }

    /// Removes generations that are older than the three newest.
    ///
    /// `inUse` stays whatever its age. Each is moved out of sight first: a reader never finds half
    /// of one. Those in the store of somebody else are left to him.
    package func removeOldGenerations(of name: LineageName, inUse: GenerationNumber) throws {
        guard try role().keeps(.issuing) else { return }
        let old = try generationNumbers(name).filter { $0 != inUse }.dropLast(
            Self.keptGenerations - 1
        )
        for number in old {
            let grave = layout.temporary(name, "old-\(number)")
            let directory = layout.generation(number, of: name).directory
            try fileSystem.rename(directory, to: grave, exclusive: true)
            try fileSystem.removeTree(grave)
        }
    }

    /// Removes a lineage with its keys; what remains is its lock, which is never unlinked.
    package func delete(_ name: LineageName) throws {
        try removeLeftovers(of: name)
        for path in [layout.include(name), layout.live(name), layout.failure(name)] {
            try fileSystem.removeIfPresent(path)
            try fileSystem.removeIfPresent(temporary(path))
        }
        // Nothing may come back that names files which are gone.
        try fileSystem.syncDirectory(layout.nginx)
        try fileSystem.syncDirectory(layout.live)
        try takeBack(name)
        let grave = layout.temporary(name, "deleted")
        if try fileSystem.status(layout.staging(name)) != nil {
            try fileSystem.removeTree(layout.staging(name))
        }
        if try fileSystem.status(layout.generations(name)) != nil {
            try fileSystem.rename(layout.generations(name), to: grave, exclusive: true)
            try fileSystem.syncDirectory(layout.generations)
            try fileSystem.removeTree(grave)
        }
        try fileSystem.removeIfPresent(layout.settings(name))
        try fileSystem.removeIfPresent(layout.renewalState(name))
        try fileSystem.removeIfPresent(layout.journal(name))
        try fileSystem.syncDirectory(layout.lineage(name))
    }
}

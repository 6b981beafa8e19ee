import CertificateStore
import Deployment
import Nginx
import PKI
import Platform
import Sites

/// What puts right an nginx that refuses its configuration for the sake of certctl's own files.
struct Mending {
    /// The directory of managed files on this host.
    let directory: String
    /// What certctl's files are missing, by path on this host.
    let missing: [String]
    /// What becomes of files: what is included comes first.
    let changes: [FileChange]
    /// The copies of certificates that nginx is led to and that are missing, by directory.
    let copies: [String]
    /// The certificates that ``changes`` lead nginx to again, and those of ``copies``.
    private let pairs: [ProxyPlan.Pair]

    /// Gathers what makes managed files and pairs whole.
    ///
    /// A pair of which nothing is stored cannot come back: the managed files that name it go, to be
    /// written anew as certctl.conf asks for them.
    ///
    /// - Parameters:
    ///   - directory: Where managed files are, on this host.
    ///   - files: Managed files that are to be written.
    ///   - present: Managed files that are there, by path from there.
    ///   - named: The path that nginx misses, if that is what it says.
    ///   - isRunning: Whether that nginx runs, by files that it has read before.
    ///   - services: The store.
    /// - Throws: What keeps the store from being read.
    init(
        in directory: String,
        files: [ManagedFile],
        present: [String: [UInt8]],
        named: String?,
        isRunning: Bool,
        _ services: Services
    ) throws {
        let names = try Self.unled(present, named, services)
        let lead = try Lead(names, isRunning: isRunning, services)
        let writes = files.map { file in
            FileChange(
                path: "\(directory)/\(file.path)",
                before: present[file.path],
                after: file.bytes
            )
        }
        let deletions = present.sorted { $0.key < $1.key }.filter { path, bytes in
            ManagedFile.state(of: bytes, at: path) == .intact
                && !lead.lost.isDisjoint(with: Self.pairs(in: bytes, services.layout))
        }
        .map { FileChange(path: "\(directory)/\($0.key)", before: $0.value, after: nil) }
        self.init(
            directory: directory,
            missing: lead.includes.map(\.path)
                + writes.filter { $0.before?.isEmpty ?? true }.map(\.path) + lead.copies
                + (deletions.isEmpty ? [] : lead.lost.sorted().map(services.layout.include)),
            changes: lead.includes + writes + deletions,
            copies: lead.copies,
            pairs: lead.pairs
        )
    }

    /// Writes one file, of which nothing is missing.
    init(writing file: ManagedFile, over old: [UInt8]?, in directory: String) {
        self.init(
            directory: directory,
            missing: [],
            changes: [
                FileChange(path: "\(directory)/\(file.path)", before: old, after: file.bytes)
            ]
        )
    }

    private init(
        directory: String,
        missing: [String],
        changes: [FileChange],
        copies: [String] = [],
        pairs: [ProxyPlan.Pair] = []
    ) {
        self.directory = directory
        self.missing = missing
        self.changes = changes
        self.copies = copies
        self.pairs = pairs
    }

    /// There is nothing to mend.
    static func nothing(in directory: String) -> Mending {
        Mending(directory: directory, missing: [], changes: [])
    }

    /// Makes what the changes need: directories, and keys that nginx may read.
    func prepare(_ services: Services) throws {
        guard !pairs.isEmpty else { return }
        try services.store.prepareDeployment()
        for pair in pairs { try services.handOver(pair.certificate, of: pair.name) }
    }

    /// There is nothing to mend.
    var isNothing: Bool { changes.isEmpty && pairs.isEmpty }

    /// The lineages whose file for nginx is not there, though something includes it or did so, or names files
    /// that are not there.
    private static func unled(
        _ present: [String: [UInt8]],
        _ named: String?,
        _ services: Services
    ) throws -> [LineageName] {
        let (store, layout) = (services.store, services.layout)
        var names = EditRecords(services).names
        if let named { names.formUnion(pairs(in: Array(named.utf8), layout)) }
        for (path, bytes) in present where ManagedFile.isManaged(path) {
            names.formUnion(pairs(in: bytes, layout))
        }
        // nginx names one after the other, and a person's files may include any of them.
        if try store.isPresent {
            for name in try store.lineageNames()
            where try store.publishedGeneration(of: name) != nil {
                names.insert(name)
            }
        }
        return try names.sorted().filter(store.leadsNowhere)
    }

    /// The lineages whose file for nginx a text names.
    private static func pairs(in bytes: [UInt8], _ layout: StoreLayout) -> Set<LineageName> {
        var names: Set<LineageName> = []
        var rest = String(decoding: bytes, as: UTF8.self)[...]
        while let start = rest.firstRange(of: "\(layout.nginx)/") {
            rest = rest[start.upperBound...]
            let file = rest.prefix { !$0.isWhitespace && !"\"';/".contains($0) }
            guard file.hasSuffix(".conf") else { continue }
            if let name = LineageName(String(file.dropLast(5))) { names.insert(name) }
        }
        return names
    }
}

/// Where nginx is led to again.
private struct Lead {
    var pairs: [ProxyPlan.Pair] = []
    var includes: [FileChange] = []
    var copies: [String] = []
    /// What there is nothing of to lead it to.
    var lost: Set<LineageName> = []

    init(_ names: [LineageName], isRunning: Bool, _ services: Services) throws {
        let store = services.store
        for name in names {
            let isIncludeThere =
                try services.fileSystem.status(services.layout.include(name)) != nil
            // What an nginx that runs has in memory is better than nothing, and than what only lets it start
            // or has expired.
            let isInMemory = isRunning && isIncludeThere
            guard let certificate = try Self.stored(name, store) else {
                if !isInMemory { lost.insert(name) }
                continue
            }
            let isWorse =
                certificate.number == .bootstrap
                || certificate.manifest.notAfter <= services.clock.now
            let pair = ProxyPlan.Pair(name: name, certificate: certificate)
            if let change = try ProxyPlan.change(to: pair, store) {
                guard !isInMemory || !isWorse else { continue }
                includes.append(change)
            } else {
                // All that was issued is there: it is the copy that is not.
                copies.append(try store.readable(certificate, of: name).directory)
            }
            pairs.append(pair)
        }
    }

    /// The newest that nginx can use: a certificate, or what only lets it start.
    private static func stored(
        _ name: LineageName,
        _ store: CertificateStore
    ) throws -> StoredCertificate? {
        guard try store.isPresent else { return nil }
        if let latest = try store.latestCertificate(name), latest.manifest.hasKey { return latest }
        return try store.bootstrap(of: name)
    }
}

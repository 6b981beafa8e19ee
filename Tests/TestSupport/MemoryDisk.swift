import Platform

/// The inodes of a ``MemoryFileSystem``, each with what is in memory and what is on the platter.
struct MemoryDisk: Sendable {
    enum Content: Sendable {
        case file([UInt8])
        /// The entries by name, as inode numbers.
        case directory([String: Int])
        case link(String)
    }

    struct Inode: Sendable {
        var content: Content
        /// What a power cut leaves; `nil` for a file that was never synced.
        var durable: Content?
        /// The number of the change at which it was last synced.
        var syncedAt = 0
        var mode: FileMode
        var owner: UInt32
        var group: UInt32 = 0
    }

    struct Descriptor: Sendable {
        let inode: Int
        let path: String
        var isOverwriting = false
        var offset = 0
    }

    var plan = MemoryFileSystem.Plan()
    private(set) var changes = 0
    private(set) var isDead = false
    var exposedKeys: [String] = []
    /// Who owns what is made.
    var user: UInt32
    let survivesPowerCuts: Bool
    var inodes: [Int: Inode] = [:]
    var nextInode = 1
    var descriptors: [Int32: Descriptor] = [:]
    var nextDescriptor: Int32 = 3
    var locks: [Int: Int32] = [:]
    /// Where directories are that were found before, by path: most paths lead through the same few.
    private var directories: [String: Int] = [:]

    init(user: UInt32, survivesPowerCuts: Bool) {
        self.user = user
        self.survivesPowerCuts = survivesPowerCuts
        inodes[0] = Inode(
            content: .directory([:]),
            durable: .directory([:]),
            mode: .publicDirectory,
            owner: 0
        )
    }

    // MARK: Life and death

    mutating func count() throws(FileSystemError) {
        try checkAlive()
        changes += 1
        if changes == plan.diesAt {
            isDead = true
            try checkAlive()
        }
        if let failure = plan.failsAt, failure.call == changes {
            throw error("call \(changes)", "", failure.reason)
        }
    }

    func checkAlive() throws(FileSystemError) {
        if isDead { throw error("killed", "", .other(0)) }
    }

    mutating func restart() {
        isDead = false
        plan.diesAt = nil
        plan.failsAt = nil
        descriptors = [:]
        locks = [:]
    }

    mutating func loseUnsynced() {
        directories = [:]
        forgetOldPlaces()
        for (number, inode) in inodes {
            // Half of an unsynced file is the worst that can be found.
            var lost = inode
            switch (inode.content, inode.durable) {
            case (.file(let bytes), nil): lost.content = .file(Array(bytes.prefix(bytes.count / 2)))
            case (.directory, nil): lost.content = .directory([:])
            case (_, let durable?): lost.content = durable
            case (.link, nil): break
            }
            inodes[number] = lost
        }
    }

    /// Journaling file systems make a rename last as a whole: once the new directory is synced,
    /// the old one no longer has the entry either.
    private mutating func forgetOldPlaces() {
        var newest: [Int: Int] = [:]
        let directories = inodes.sorted {
            ($0.value.syncedAt, $0.key) > ($1.value.syncedAt, $1.key)
        }
        for (number, inode) in directories {
            guard case .directory(let entries)? = inode.durable else { continue }
            let kept = entries.filter { newest[$0.value] == nil }
            for entry in kept.values {
                newest[entry] = number
            }
            inodes[number]?.durable = .directory(kept)
        }
    }

    // MARK: Paths

    func error(
        _ operation: String,
        _ path: String,
        _ reason: FileSystemError.Reason
    ) -> FileSystemError {
        FileSystemError(operation: operation, path: path, reason: reason, text: "\(reason)")
    }

    static func split(_ path: String) -> (parent: String, name: String) {
        // Bytes are quicker to look through than characters.
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) ?? path.startIndex
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }

    /// Follows `path` through directories alone.
    mutating func find(_ path: String, _ operation: String) throws(FileSystemError) -> Int? {
        guard !path.isEmpty else { return 0 }
        let (parent, name) = Self.split(path)
        // The root, and what ends in a slash.
        guard !name.isEmpty else { return try findDirectory(parent, operation) }
        guard let number = try findDirectory(parent, operation) else { return nil }
        switch inodes[number]?.content {
        case .directory(let entries): return entries[name]
        case .link: throw error(operation, path, .symbolicLink)
        case .file, nil: throw error(operation, path, .notDirectory)
        }
    }

    /// Finds what should be a directory, and remembers where it is if it is one.
    private mutating func findDirectory(
        _ path: String,
        _ operation: String
    ) throws(FileSystemError) -> Int? {
        if let number = directories[path] { return number }
        guard let number = try find(path, operation) else { return nil }
        if case .directory? = inodes[number]?.content { directories[path] = number }
        return number
    }

    /// Forgets where a directory was that gets another name or none, and those in it.
    private mutating func forgetDirectory(_ path: String) {
        // Whoever was found was found through those above.
        guard let number = directories.removeValue(forKey: path),
            case .directory(let entries)? = inodes[number]?.content
        else { return }
        for name in entries.keys { forgetDirectory("\(path)/\(name)") }
    }

    mutating func require(_ path: String, _ operation: String) throws(FileSystemError) -> Int {
        guard let number = try find(path, operation) else {
            throw error(operation, path, .notFound)
        }
        return number
    }

    mutating func setEntry(
        _ path: String,
        _ inode: Int?,
        _ operation: String
    ) throws(FileSystemError) {
        let (parent, name) = Self.split(path)
        let number = try require(parent, operation)
        guard case .directory(var entries)? = inodes[number]?.content else {
            throw error(operation, path, .notDirectory)
        }
        if entries[name] != inode { forgetDirectory(path) }
        // Nobody else holds the entries then: a change of one does not copy ten thousand.
        inodes[number]?.content = .directory([:])
        entries[name] = inode
        inodes[number]?.content = .directory(entries)
    }
}

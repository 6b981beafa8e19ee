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

        /// Whether anyone may do anything with it but its owner, and the group that may read it.
        func isOpen(beyond reader: UInt32?) -> Bool {
            mode.isOpenToOthers && !(mode == .groupReadableFile && group == reader)
        }
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
    /// The group that may read keys.
    var keyGroup: UInt32?
    /// The groups that this user may give files to; `nil` for all.
    var memberships: Set<UInt32>?
    /// Who owns what is made.
    var user: UInt32
    let survivesPowerCuts: Bool
    var inodes: [Int: Inode] = [:]
    var nextInode = 1
    var descriptors: [Int32: Descriptor] = [:]
    var nextDescriptor: Int32 = 3
    var locks: [Int: Int32] = [:]

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
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// Follows `path` through directories alone.
    func find(_ path: String, _ operation: String) throws(FileSystemError) -> Int? {
        var number = 0
        // Bytes are quicker to look through than characters.
        for name in path.utf8.split(separator: UInt8(ascii: "/")) {
            switch inodes[number]?.content {
            case .directory(let entries):
                guard let next = entries[String(Substring(name))] else { return nil }
                number = next
            case .link: throw error(operation, path, .symbolicLink)
            case .file, nil: throw error(operation, path, .notDirectory)
            }
        }
        return number
    }

    func require(_ path: String, _ operation: String) throws(FileSystemError) -> Int {
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
        // Nobody else holds the entries then: a change of one does not copy ten thousand.
        inodes[number]?.content = .directory([:])
        entries[name] = inode
        inodes[number]?.content = .directory(entries)
    }
}

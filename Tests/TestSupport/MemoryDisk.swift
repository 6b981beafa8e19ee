import Platform

/// The inodes of a ``MemoryFileSystem``, each with what is in memory and what is on the platter.
struct MemoryDisk {
    enum Content {
        case file([UInt8])
        /// The entries by name, as inode numbers.
        case directory([String: Int])
        case link(String)
    }

    struct Inode {
        var content: Content
        /// What a power cut leaves; `nil` for a file that was never synced.
        var durable: Content?
        /// The number of the change at which it was last synced.
        var syncedAt = 0
        var mode: FileMode
        var owner: UInt32
    }

    struct Descriptor {
        let inode: Int
        let path: String
        var offset = 0
    }

    var plan = MemoryFileSystem.Plan()
    private(set) var changes = 0
    private(set) var isDead = false
    private(set) var exposedKeys: [String] = []
    private let user: UInt32
    private var inodes: [Int: Inode] = [:]
    private var nextInode = 1
    private var descriptors: [Int32: Descriptor] = [:]
    private var nextDescriptor: Int32 = 3
    private var locks: [Int: Int32] = [:]

    init(user: UInt32) {
        self.user = user
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

    private func error(
        _ operation: String,
        _ path: String,
        _ reason: FileSystemError.Reason
    ) -> FileSystemError {
        FileSystemError(operation: operation, path: path, reason: reason, text: "\(reason)")
    }

    private static func split(_ path: String) -> (parent: String, name: String) {
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }

    /// Follows `path` through directories alone.
    private func find(_ path: String, _ operation: String) throws(FileSystemError) -> Int? {
        var number = 0
        for name in path.split(separator: "/") {
            switch inodes[number]?.content {
            case .directory(let entries):
                guard let next = entries[String(name)] else { return nil }
                number = next
            case .link: throw error(operation, path, .symbolicLink)
            case .file, nil: throw error(operation, path, .notDirectory)
            }
        }
        return number
    }

    private func require(_ path: String, _ operation: String) throws(FileSystemError) -> Int {
        guard let number = try find(path, operation) else {
            throw error(operation, path, .notFound)
        }
        return number
    }

    private mutating func setEntry(
        _ path: String,
        _ inode: Int?,
        _ operation: String
    ) throws(FileSystemError) {
        let (parent, name) = Self.split(path)
        let number = try require(parent, operation)
        guard case .directory(var entries)? = inodes[number]?.content else {
            throw error(operation, path, .notDirectory)
        }
        entries[name] = inode
        inodes[number]?.content = .directory(entries)
    }

    // MARK: Calls

    mutating func add(
        _ path: String,
        _ content: Content,
        mode: FileMode,
        _ operation: String
    ) throws(FileSystemError) {
        guard try find(path, operation) == nil else { throw error(operation, path, .exists) }
        let number = nextInode
        nextInode += 1
        inodes[number] = Inode(content: content, durable: nil, mode: mode, owner: user)
        try setEntry(path, number, operation)
    }

    mutating func open(_ path: String, _ purpose: OpenPurpose) throws(FileSystemError) -> OpenFile {
        switch purpose {
        case .creating(let mode):
            try add(path, .file([]), mode: mode, "open")
        case .appending(let mode) where try find(path, "open") == nil:
            try add(path, .file([]), mode: mode, "open")
        case .appending, .reading, .directory:
            break
        }
        let number = try require(path, "open")
        if case .link? = inodes[number]?.content { throw error("open", path, .symbolicLink) }
        nextDescriptor += 1
        descriptors[nextDescriptor] = Descriptor(inode: number, path: path)
        return OpenFile(number: nextDescriptor)
    }

    private func descriptor(_ file: OpenFile) throws(FileSystemError) -> Descriptor {
        guard let descriptor = descriptors[file.number] else {
            throw error("descriptor", "\(file.number)", .other(9))
        }
        return descriptor
    }

    private func bytes(_ descriptor: Descriptor) throws(FileSystemError) -> [UInt8] {
        guard case .file(let bytes)? = inodes[descriptor.inode]?.content else {
            throw error("read", descriptor.path, .other(21))
        }
        return bytes
    }

    mutating func read(_ file: OpenFile, count: Int) throws(FileSystemError) -> [UInt8] {
        let descriptor = try descriptor(file)
        let part = Array(try bytes(descriptor).dropFirst(descriptor.offset).prefix(count))
        descriptors[file.number]?.offset += part.count
        return part
    }

    /// Writes at most 1000 bytes a call, so that every caller has to loop.
    mutating func write(
        _ file: OpenFile,
        _ bytes: ArraySlice<UInt8>
    ) throws(FileSystemError) -> Int {
        let descriptor = try descriptor(file)
        let part = bytes.prefix(1000)
        guard UInt64(part.count) <= plan.room else {
            throw error("write", descriptor.path, .noSpace)
        }
        plan.room -= UInt64(part.count)
        let all = try self.bytes(descriptor) + part
        inodes[descriptor.inode]?.content = .file(all)
        noteExposure(descriptor, all)
        return part.count
    }

    private mutating func noteExposure(_ descriptor: Descriptor, _ bytes: [UInt8]) {
        guard let mode = inodes[descriptor.inode]?.mode, mode.isOpenToOthers,
            String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY")
        else { return }
        exposedKeys.append(descriptor.path)
    }

    mutating func truncate(_ file: OpenFile, to length: Int) throws(FileSystemError) {
        let descriptor = try descriptor(file)
        let kept = Array(try bytes(descriptor).prefix(length))
        inodes[descriptor.inode]?.content = .file(kept)
    }

    mutating func sync(_ file: OpenFile) throws(FileSystemError) {
        let number = try descriptor(file).inode
        flush(number)
        // Links have no descriptor; they reach the platter with the directory that names them.
        guard case .directory(let entries)? = inodes[number]?.content else { return }
        for entry in entries.values {
            if case .link? = inodes[entry]?.content { flush(entry) }
        }
    }

    private mutating func flush(_ number: Int) {
        let content = inodes[number]?.content
        inodes[number]?.durable = content
        inodes[number]?.syncedAt = changes
    }

    mutating func close(_ file: OpenFile) throws(FileSystemError) {
        let number = try descriptor(file).inode
        if locks[number] == file.number { locks[number] = nil }
        descriptors[file.number] = nil
    }

    mutating func lock(_ file: OpenFile) throws(FileSystemError) -> Bool {
        let number = try descriptor(file).inode
        guard locks[number] == nil || locks[number] == file.number else { return false }
        locks[number] = file.number
        return true
    }

    mutating func rename(
        _ path: String,
        to target: String,
        exclusive: Bool
    ) throws(FileSystemError) {
        let number = try require(path, "rename")
        if exclusive, try find(target, "rename") != nil { throw error("rename", target, .exists) }
        try setEntry(target, number, "rename")
        try setEntry(path, nil, "rename")
    }

    func readLink(_ path: String) throws(FileSystemError) -> String {
        guard case .link(let target)? = inodes[try require(path, "readlink")]?.content else {
            throw error("readlink", path, .other(22))
        }
        return target
    }

    mutating func remove(_ path: String, isDirectory: Bool) throws(FileSystemError) {
        let number = try require(path, "remove")
        if case .directory(let entries)? = inodes[number]?.content {
            guard isDirectory else { throw error("unlink", path, .other(21)) }
            guard entries.isEmpty else { throw error("rmdir", path, .notEmpty) }
        } else if isDirectory {
            throw error("rmdir", path, .notDirectory)
        }
        try setEntry(path, nil, "remove")
    }

    func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        guard let number = try find(path, "lstat"), let inode = inodes[number] else { return nil }
        let (kind, size): (FileStatus.Kind, Int) =
            switch inode.content {
            case .file(let bytes): (.file, bytes.count)
            case .directory: (.directory, 0)
            case .link(let target): (.symbolicLink, target.utf8.count)
            }
        return FileStatus(kind: kind, mode: inode.mode, owner: inode.owner, size: size)
    }

    func list(_ path: String) throws(FileSystemError) -> [String] {
        guard case .directory(let entries)? = inodes[try require(path, "readdir")]?.content else {
            throw error("readdir", path, .notDirectory)
        }
        return entries.keys.sorted()
    }

    // MARK: What tests put there and look at

    mutating func put(_ path: String, _ content: Content, mode: FileMode) {
        let parts = path.split(separator: "/").map(String.init)
        for count in 1..<max(1, parts.count) {
            let parent = "/" + parts.prefix(count).joined(separator: "/")
            // Only what is missing is made.
            try? add(parent, .directory([:]), mode: .publicDirectory, "put")
        }
        // A file that is there is replaced.
        try? setEntry(path, nil, "put")
        do {
            try add(path, content, mode: mode, "put")
        } catch {
            preconditionFailure("the test cannot put \(path): \(error)")
        }
        for number in Array(inodes.keys) {
            flush(number)
        }
    }

    mutating func setMode(_ path: String, _ mode: FileMode) {
        guard let number = try? find(path, "chmod") else { preconditionFailure("no \(path)") }
        inodes[number]?.mode = mode
    }

    mutating func setOwner(_ path: String, _ owner: UInt32) {
        guard let number = try? find(path, "chown") else { preconditionFailure("no \(path)") }
        inodes[number]?.owner = owner
    }

    func contents(below path: String) -> [String: [UInt8]] {
        guard let number = try? find(path, "look"), let inode = inodes[number] else { return [:] }
        switch inode.content {
        case .file(let bytes): return [path: bytes]
        case .link(let target): return [path: Array(target.utf8)]
        case .directory(let entries):
            return entries.keys.reduce(into: [:]) { all, name in
                all.merge(contents(below: "\(path)/\(name)")) { one, _ in one }
            }
        }
    }
}

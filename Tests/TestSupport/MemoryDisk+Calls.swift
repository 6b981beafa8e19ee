import Platform

/// The system calls of a ``MemoryFileSystem``, as strict as the real ones.
extension MemoryDisk {
    mutating func add(
        _ path: String,
        _ content: Content,
        mode: FileMode,
        _ operation: String
    ) throws(FileSystemError) {
        guard try find(path, operation) == nil else { throw error(operation, path, .exists) }
        let number = nextInode
        nextInode += 1
        var inode = Inode(content: content, durable: nil, mode: mode, owner: user)
        try inherit(&inode, in: Self.split(path).parent, operation)
        inodes[number] = inode
        try setEntry(path, number, operation)
    }

    /// Gives what is made the group of its directory where that says so; a directory then says so, too,
    /// and never because of how it is made.
    ///
    /// Source: inode(7), the set-group-ID bit; mkdir(2).
    private mutating func inherit(
        _ inode: inout Inode,
        in parent: String,
        _ operation: String
    ) throws(FileSystemError) {
        let isDirectory = if case .directory = inode.content { true } else { false }
        if isDirectory { inode.mode = FileMode(inode.mode.bits & 0o1777) }
        guard let directory = inodes[try require(parent, operation)],
            directory.mode.givesItsGroup
        else { return }
        inode.group = directory.group
        if isDirectory { inode.mode = FileMode(inode.mode.bits | 0o2000) }
    }

    mutating func open(_ path: String, _ purpose: OpenPurpose) throws(FileSystemError) -> OpenFile {
        switch purpose {
        case .creating(let mode):
            try add(path, .file([]), mode: mode, "open")
        case .appending(let mode) where try find(path, "open") == nil:
            try add(path, .file([]), mode: mode, "open")
        case .appending, .overwriting, .reading, .directory:
            break
        }
        let number = try require(path, "open")
        if case .appending = purpose { try checkProtection(of: number, path) }
        if case .link? = inodes[number]?.content { throw error("open", path, .symbolicLink) }
        nextDescriptor += 1
        descriptors[nextDescriptor] = Descriptor(
            inode: number,
            path: path,
            isOverwriting: purpose == .overwriting
        )
        return OpenFile(number: nextDescriptor)
    }

    /// Refuses to open with `O_CREAT` what is somebody else's in a sticky directory, as Debian's kernel
    /// does, and be it root who asks.
    ///
    /// Source: proc_sys_fs(5), `protected_regular`.
    private mutating func checkProtection(of number: Int, _ path: String) throws(FileSystemError) {
        let parent = try require(Self.split(path).parent, "open")
        guard let file = inodes[number], let directory = inodes[parent] else { return }
        guard directory.mode.isSticky, directory.mode.isWritableByOthers, file.owner != user,
            file.owner != directory.owner
        else { return }
        throw error("open", path, .notPermitted)
    }

    private func descriptor(_ file: OpenFile) throws(FileSystemError) -> Descriptor {
        guard let descriptor = descriptors[file.number] else {
            throw error("descriptor", "\(file.number)", .other(9))
        }
        return descriptor
    }

    private func bytes(_ descriptor: Descriptor) throws(FileSystemError) -> [UInt8] {
        guard !plan.unreadable.contains(descriptor.path) else {
            throw error("read", descriptor.path, .inputOutput)
        }
        guard case .file(let bytes)? = inodes[descriptor.inode]?.content else {
            throw error("read", descriptor.path, .isDirectory)
        }
        return bytes
    }

    mutating func read(_ file: OpenFile, count: Int) throws(FileSystemError) -> [UInt8] {
        let descriptor = try descriptor(file)
        let bytes = try bytes(descriptor)
        // Most files are read whole, and then need no copy.
        let isWhole = descriptor.offset == 0 && bytes.count <= count
        let part = isWhole ? bytes : Array(bytes.dropFirst(descriptor.offset).prefix(count))
        descriptors[file.number]?.offset += part.count
        return part
    }

    func read(_ file: OpenFile, count: Int, at offset: Int) throws(FileSystemError) -> [UInt8] {
        Array(try bytes(try descriptor(file)).dropFirst(offset).prefix(count))
    }

    /// Writes at most 1000 bytes a call, so that every caller has to loop; all of them where it has to
    /// be quick.
    mutating func write(
        _ file: OpenFile,
        _ bytes: ArraySlice<UInt8>
    ) throws(FileSystemError) -> Int {
        let descriptor = try descriptor(file)
        let part = survivesPowerCuts ? bytes.prefix(1000) : bytes
        guard UInt64(part.count) <= plan.room else {
            throw error("write", descriptor.path, .noSpace)
        }
        plan.room -= UInt64(part.count)
        var all = try self.bytes(descriptor)
        inodes[descriptor.inode]?.content = .file([])
        if descriptor.isOverwriting {
            let end = min(all.count, descriptor.offset + part.count)
            all.replaceSubrange(descriptor.offset..<end, with: part)
            descriptors[file.number]?.offset += part.count
        } else {
            all += part
        }
        inodes[descriptor.inode]?.content = .file(all)
        if survivesPowerCuts { noteExposure(descriptor, all) }
        return part.count
    }

    private mutating func noteExposure(_ descriptor: Descriptor, _ bytes: [UInt8]) {
        guard let inode = inodes[descriptor.inode], inode.isOpen(beyond: keyGroup),
            String(decoding: bytes, as: UTF8.self).contains("PRIVATE KEY")
        else { return }
        exposedKeys.append(descriptor.path)
    }

    mutating func setMode(_ file: OpenFile, _ mode: FileMode) throws(FileSystemError) {
        inodes[try descriptor(file).inode]?.mode = mode
    }

    mutating func setOwner(
        _ file: OpenFile,
        _ owner: UInt32,
        group: UInt32
    ) throws(FileSystemError) {
        let descriptor = try descriptor(file)
        if let memberships, !memberships.contains(group) {
            throw error("fchown", descriptor.path, .notPermitted)
        }
        inodes[descriptor.inode]?.owner = owner
        inodes[descriptor.inode]?.group = group
    }

    mutating func truncate(_ file: OpenFile, to length: Int) throws(FileSystemError) {
        let descriptor = try descriptor(file)
        let kept = Array(try bytes(descriptor).prefix(length))
        inodes[descriptor.inode]?.content = .file(kept)
    }

    mutating func sync(_ file: OpenFile) throws(FileSystemError) {
        let number = try descriptor(file).inode
        guard survivesPowerCuts else { return }
        flush(number)
        // Links have no descriptor; they reach the platter with the directory that names them.
        guard case .directory(let entries)? = inodes[number]?.content else { return }
        for entry in entries.values {
            if case .link? = inodes[entry]?.content { flush(entry) }
        }
    }

    mutating func flush(_ number: Int) {
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
        let replaced = try find(target, "rename")
        if exclusive, replaced != nil { throw error("rename", target, .exists) }
        if let replaced, replaced != number { try checkReplacing(replaced, by: number, target) }
        try setEntry(target, number, "rename")
        try setEntry(path, nil, "rename")
        // It lies elsewhere on the disk.
        plan.unreadable.remove(target)
        if let replaced, replaced != number { free(replaced) }
    }

    /// Refuses to put a file in the place of a directory, or the other way round.
    private func checkReplacing(
        _ replaced: Int,
        by number: Int,
        _ target: String
    ) throws(FileSystemError) {
        let isDirectory = if case .directory? = inodes[number]?.content { true } else { false }
        guard case .directory(let entries)? = inodes[replaced]?.content else {
            if isDirectory { throw error("rename", target, .notDirectory) }
            return
        }
        guard isDirectory else { throw error("rename", target, .isDirectory) }
        guard entries.isEmpty else { throw error("rename", target, .notEmpty) }
    }

    mutating func readLink(_ path: String) throws(FileSystemError) -> String {
        guard case .link(let target)? = inodes[try require(path, "readlink")]?.content else {
            throw error("readlink", path, .other(22))
        }
        return target
    }

    mutating func remove(_ path: String, isDirectory: Bool) throws(FileSystemError) {
        let number = try require(path, "remove")
        if case .directory(let entries)? = inodes[number]?.content {
            guard isDirectory else { throw error("unlink", path, .isDirectory) }
            guard entries.isEmpty else { throw error("rmdir", path, .notEmpty) }
        } else if isDirectory {
            throw error("rmdir", path, .notDirectory)
        }
        try setEntry(path, nil, "remove")
        free(number)
    }

    /// Forgets what no name leads to any more; a power cut could bring it back.
    private mutating func free(_ number: Int) {
        guard !survivesPowerCuts, !descriptors.values.contains(where: { $0.inode == number })
        else { return }
        inodes[number] = nil
    }

    mutating func status(_ path: String) throws(FileSystemError) -> FileStatus? {
        guard let number = try find(path, "lstat"), let inode = inodes[number] else { return nil }
        let (kind, size): (FileStatus.Kind, Int) =
            switch inode.content {
            case .file(let bytes): (.file, bytes.count)
            case .directory: (.directory, 0)
            case .link(let target): (.symbolicLink, target.utf8.count)
            }
        return FileStatus(
            kind: kind,
            mode: inode.mode,
            owner: inode.owner,
            group: inode.group,
            size: size
        )
    }

    mutating func list(_ path: String) throws(FileSystemError) -> [String] {
        guard case .directory(let entries)? = inodes[try require(path, "readdir")]?.content else {
            throw error("readdir", path, .notDirectory)
        }
        return entries.keys.sorted()
    }
}

import Platform

/// What tests put on the disk and look at, without any rule.
extension MemoryDisk {
    mutating func put(_ path: String, _ content: Content, mode: FileMode) {
        place(path, content, mode: mode)
        guard survivesPowerCuts else { return }
        for number in Array(inodes.keys) {
            flush(number)
        }
    }

    private mutating func place(_ path: String, _ content: Content, mode: FileMode) {
        let parts = path.split(separator: "/").map(String.init)
        for count in 1..<max(1, parts.count) {
            let parent = "/" + parts.prefix(count).joined(separator: "/")
            // Only what is missing is made.
            try? add(parent, .directory([:]), mode: .publicDirectory, "put")
        }
        // A file that is there is replaced, and gone where nobody has it open.
        let replaced = (try? find(path, "put")) ?? nil
        try? setEntry(path, nil, "put")
        if let replaced, !descriptors.values.contains(where: { $0.inode == replaced }) {
            inodes[replaced] = nil
        }
        do {
            try add(path, content, mode: mode, "put")
        } catch {
            preconditionFailure("the test cannot put \(path): \(error)")
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

    mutating func bytes(of path: String) -> [UInt8]? {
        guard let number = try? find(path, "look"), case .file(let bytes)? = inodes[number]?.content
        else { return nil }
        return bytes
    }

    mutating func contents(below path: String) -> [String: [UInt8]] {
        guard let number = try? find(path, "look"), let inode = inodes[number] else { return [:] }
        switch inode.content {
        case .file(let bytes): return [path: bytes]
        case .link(let target): return [path: Array(target.utf8)]
        case .directory(let entries):
            var all: [String: [UInt8]] = [:]
            for name in entries.keys {
                all.merge(contents(below: "\(path)/\(name)")) { one, _ in one }
            }
            return all
        }
    }
}

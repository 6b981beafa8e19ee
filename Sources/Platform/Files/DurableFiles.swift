/// Whole files, written so that a crash leaves the old one or the new one.
extension FileSystem {
    /// Reads a whole file; one of more than `limit` bytes is an error.
    package func readFile(_ path: String, limit: Int) throws(FileSystemError) -> [UInt8] {
        let file = try open(path, .reading)
        defer { closeQuietly(file) }
        return try readAll(file, path, limit: limit)
    }

    /// Reads what is left of an open file.
    package func readAll(
        _ file: OpenFile,
        _ path: String,
        limit: Int
    ) throws(FileSystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        while true {
            let part = try read(file, count: 65_536)
            guard !part.isEmpty else { return bytes }
            bytes = bytes.isEmpty ? part : bytes + part
            guard bytes.count <= limit else {
                throw FileSystemError(
                    operation: "read",
                    path: path,
                    reason: .other(0),
                    text: "the file is longer than \(limit) bytes"
                )
            }
        }
    }

    /// Makes a new file that outlives a power cut once its directory has been synced too.
    package func writeNewFile(
        _ path: String,
        _ bytes: [UInt8],
        _ mode: FileMode
    ) throws(FileSystemError) {
        let file = try open(path, .creating(mode))
        do throws(FileSystemError) {
            try writeAll(file, bytes)
            try sync(file)
        } catch {
            closeQuietly(file)
            throw error
        }
        try close(file)
    }

    /// Puts a file in the place of another, or where none is, and makes that last.
    ///
    /// `temporary` is a path on the same file system; what a crash left there is removed.
    package func replaceFile(
        _ path: String,
        _ bytes: [UInt8],
        _ mode: FileMode,
        temporary: String
    ) throws(FileSystemError) {
        try removeIfPresent(temporary)
        do throws(FileSystemError) {
            try writeNewFile(temporary, bytes, mode)
            try rename(temporary, to: path, exclusive: false)
        } catch {
            clearAway(temporary)
            throw error
        }
        try syncDirectory(path.parentDirectory)
    }

    /// Removes what could not be written whole, as on a full disk; the next run does it where this
    /// one cannot.
    private func clearAway(_ temporary: String) {
        // What has failed before is what there is to tell.
        try? removeIfPresent(temporary)
    }

    /// Puts a file in the place of another that belongs to people, and leaves its owner, its group and
    /// its mode as they were; where none was, it belongs to the group of its directory.
    ///
    /// `temporary` is a path on the same file system; what a crash left there is removed.
    package func replaceKeepingOwner(
        _ path: String,
        _ bytes: [UInt8],
        temporary: String
    ) throws(FileSystemError) {
        let directory = path.parentDirectory
        let old = try status(path)
        var group = old?.group
        if group == nil { group = try status(directory)?.group }
        try removeIfPresent(temporary)
        let file = try open(temporary, .creating(old?.mode ?? .groupReadableFile))
        do throws(FileSystemError) {
            try writeAll(file, bytes)
            if let group, let own = try status(temporary),
                own.group != group || own.owner != old?.owner ?? own.owner
            {
                try setOwner(file, old?.owner ?? own.owner, group: group)
            }
            try sync(file)
        } catch {
            closeQuietly(file)
            clearAway(temporary)
            throw error
        }
        try close(file)
        try rename(temporary, to: path, exclusive: false)
        try syncDirectory(directory)
    }

    /// Gives a file that is there other bytes and leaves it the same file: its owner, its mode and
    /// whoever has mounted it stay as they are.
    ///
    /// A crash leaves any mixture of both; the caller has to have kept what was there.
    package func overwriteFile(_ path: String, _ bytes: [UInt8]) throws(FileSystemError) {
        let file = try open(path, .overwriting)
        do throws(FileSystemError) {
            try writeAll(file, bytes)
            try truncate(file, to: bytes.count)
            try sync(file)
        } catch {
            closeQuietly(file)
            throw error
        }
        try close(file)
    }

    /// Writes all bytes, however many calls that takes.
    package func writeAll(_ file: OpenFile, _ bytes: [UInt8]) throws(FileSystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            rest = rest.dropFirst(try write(file, rest))
        }
    }

    /// Makes the entries of a directory outlive a power cut.
    package func syncDirectory(_ path: String) throws(FileSystemError) {
        let directory = try open(path, .directory)
        defer { closeQuietly(directory) }
        try sync(directory)
    }

    /// Removes a file; nothing happens where none is.
    package func removeIfPresent(_ path: String) throws(FileSystemError) {
        guard try status(path) != nil else { return }
        try removeFile(path)
    }

    /// Removes a directory with all that is in it; links are removed, never followed.
    package func removeTree(_ path: String) throws(FileSystemError) {
        for name in try list(path) {
            let entry = "\(path)/\(name)"
            if try status(entry)?.kind == .directory {
                try removeTree(entry)
            } else {
                try removeFile(entry)
            }
        }
        try removeDirectory(path)
    }

    /// Closes a file of which nothing more is to be known: it was only read, or has failed.
    package func closeQuietly(_ file: OpenFile) {
        // There is no one to tell: whatever matters was synced or has failed before.
        try? close(file)
    }
}

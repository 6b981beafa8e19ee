import Platform

/// What readers are led to and somebody has taken away, or given away.
extension CertificateStore {
    /// Puts back what readers are led to, where it is gone or not this user's: links, includes and copies.
    ///
    /// Nothing else would, for what was committed is in use. Of copies it is looked at no more than whether they
    /// are there. Returns the lineages of which something was put back, and why others' could not be.
    package func mendReaders() throws -> (
        mended: [LineageName], failed: [(name: LineageName, error: any Error)]
    ) {
        let records = try deployRecords()
        let led =
            try fileSystem.status(layout.live) == nil
            ? [] : fileSystem.list(layout.live).compactMap(LineageName.init)
        var (mended, failed): ([LineageName], [(LineageName, any Error)]) = ([], [])
        for name in Set(led).union(records.keys).sorted() {
            do {
                if try mendReaders(of: name, records[name]) { mended.append(name) }
            } catch {
                failed.append((name, error))
            }
        }
        return (mended, failed)
    }

    private func mendReaders(of name: LineageName, _ record: DeployRecord?) throws -> Bool {
        let link = try currentLink(name)
        // Where there is no link, what was brought into use last is what readers were led to.
        let last =
            link == nil ? record.flatMap { $0.isDone($0.generation) ? $0.generation : nil } : nil
        guard let number = try last ?? publishedGeneration(of: name),
            // Where readers are led elsewhere still, the next deployment leads them here.
            try last != nil || link == target(number, of: name)
        else { return false }
        let files = layout.generation(number, of: name)
        let read = try reader.map { layout.copy(number, of: name, for: $0) } ?? files
        let include = try currentInclude(name)
        guard try include == nil || role() == .deploying || include == Self.include(read) else {
            return false
        }
        let isWhole =
            try fileSystem.status(read.fullChain) != nil
            && (include == nil || fileSystem.status(read.privateKey) != nil)
        let isIncludeRight =
            try include.map {
                try isOwnInclude(name) && ($0 == Self.include(read) || published(of: name) != nil)
            }
            // There is none of a certificate whose key somebody else keeps.
            ?? (fileSystem.status(files.privateKey) == nil)
        guard !isWhole || !isIncludeRight || last != nil, try last == nil || isThere(name),
            // Whoever is at work on it leads its readers himself, or takes all of it away.
            let lock = try lockExisting(name)
        else { return false }
        defer { withExtendedLifetime(lock) {} }
        guard let stored = try storedCertificate(number, of: name) else {
            // Of one that was deleted nothing is led anywhere, and the pair that only lets nginx start is no copy.
            guard !isWhole, last == nil, number != .bootstrap else { return false }
            throw StoreError.damaged(
                path: files.directory,
                "it is not whole, and what readers are led to is gone"
            )
        }
        try handOver(stored, of: name)
        if last != nil { return try publish(stored, of: name) }
        guard !isWhole || stored.manifest.hasKey else { return false }
        if !isIncludeRight { try lead(to: stored, of: name) }
        return true
    }
}

import Platform

/// What readers are led to and somebody has taken away, or given away.
extension CertificateStore {
    /// Puts back what readers are led to, where it is gone or not this user's: copies, and the includes.
    ///
    /// Nothing else would, for what was committed is in use. Of copies it is looked at no more than whether they
    /// are there. Returns the lineages of which something was put back, and why others' could not be.
    package func mendReaders() throws -> (mended: [LineageName], failed: [(LineageName, any Error)])
    {
        guard let reader = try reader, try fileSystem.status(layout.live) != nil else {
            return ([], [])
        }
        var (mended, failed): ([LineageName], [(LineageName, any Error)]) = ([], [])
        for name in try fileSystem.list(layout.live).compactMap(LineageName.init) {
            do {
                if try mendReaders(of: name, reader) { mended.append(name) }
            } catch {
                failed.append((name, error))
            }
        }
        return (mended, failed)
    }

    private func mendReaders(of name: LineageName, _ reader: CopyReader) throws -> Bool {
        // Where readers are led elsewhere still, the next deployment leads them here.
        guard let number = try publishedGeneration(of: name) else { return false }
        let copy = layout.copy(number, of: name, for: reader)
        let include = try currentInclude(name)
        let isLedHere = try currentLink(name) == target(number, of: name)
        guard try isLedHere && (role() == .deploying || include == Self.include(copy)) else {
            return false
        }
        let isWhole =
            try fileSystem.status(copy.fullChain) != nil
            && (include == nil || fileSystem.status(copy.privateKey) != nil)
        let isIncludeRight =
            try isOwnInclude(name)
            && (include == Self.include(copy) || published(of: name) != nil)
        guard !isWhole || !isIncludeRight, let stored = try storedCertificate(number, of: name),
            // nginx includes nothing of a certificate whose key somebody else keeps.
            !isWhole || stored.manifest.hasKey,
            // Whoever is at work on it leads its readers himself, or takes all of it away.
            let lock = try lockExisting(name)
        else { return false }
        defer { withExtendedLifetime(lock) {} }
        try handOver(stored, of: name)
        if !isIncludeRight { try lead(to: stored, of: name) }
        return true
    }
}

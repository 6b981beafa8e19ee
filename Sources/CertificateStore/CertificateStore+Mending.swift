import Platform

/// What readers are led to and somebody has taken away, or given away.
extension CertificateStore {
    /// Puts back what readers are led to, where it is gone or not this user's: copies, and the includes.
    ///
    /// Nothing else would, for what was committed is in use. Looks at no more than whether they are there and
    /// whose they are. Returns the lineages of which something was put back, and why others' could not be.
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
        guard let number = try publishedGeneration(of: name) else { return false }
        let copy = layout.copy(number, of: name, for: reader)
        let isThere = try fileSystem.status(copy.fullChain) != nil
        guard try !isThere || !isOwnInclude(name),
            // Whoever is at work on it leads its readers himself, or takes all of it away.
            let lock = try lockExisting(name), let stored = try storedCertificate(number, of: name)
        else { return false }
        defer { withExtendedLifetime(lock) {} }
        let isNew = try handOver(stored, of: name)
        guard try !isOwnInclude(name) else { return isNew }
        try lead(to: stored, of: name)
        return true
    }
}

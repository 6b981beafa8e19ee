import Settings

/// The managed files that can be made without knowing what else nginx reads.
extension SiteRenderer {
    /// Makes those of the common files that are missing or empty, and that others of certctl's need.
    ///
    /// - Parameters:
    ///   - sites: All of certctl.conf.
    ///   - present: The managed files that are there, by path from the configuration directory.
    ///   - named: The path from there that nginx misses, whichever file needs it.
    /// - Returns: What is included comes first.
    /// - Throws: ``SitesError``.
    package func lacking(
        of sites: [Site],
        present: [String: [UInt8]],
        named: String?
    ) throws(SitesError) -> [ManagedFile] {
        var texts = present.filter { ManagedFile.isManaged($0.key) }
            .map { String(decoding: $0.value, as: UTF8.self) }
        var files: [ManagedFile] = []
        let snippets = Snippets(surroundings: surroundings)
        for snippet in Snippet.allCases {
            let path = "\(surroundings.configuration)/\(snippet.path)"
            let isUsed = snippet.path == named || texts.contains { $0.contains(path) }
            guard isUsed else { continue }
            let body = Typesetter.text(of: try snippets.items(of: snippet))
            files.append(ManagedFile(path: snippet.path, body: body))
            texts.append(String(decoding: body, as: UTF8.self))
        }
        if texts.contains(where: { $0.contains("$certctl_") }) {
            let isCached = sites.contains { site in
                site.settings.isCached && surroundings.cacheDirectory != nil
            }
            let shared = SharedFiles(surroundings: surroundings, sites: sites, isCached: isCached)
            let body = Typesetter.text(of: try shared.common())
            files.append(ManagedFile(path: Self.commonPath, body: body))
        }
        return files.filter { ManagedFile.state(of: present[$0.path], at: $0.path) == .absent }
    }
}

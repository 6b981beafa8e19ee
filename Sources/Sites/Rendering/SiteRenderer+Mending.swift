import Settings

/// The managed files that can be made without knowing what else nginx reads.
extension SiteRenderer {
    /// The directive for the room for names, of which nginx takes one.
    package static let roomDirective = "server_names_hash_bucket_size"

    /// Makes the file that all sites share without the room for names; `nil` where it has none, or a
    /// person has changed it.
    package static func withoutRoom(_ present: [String: [UInt8]]) -> ManagedFile? {
        guard let bytes = present[commonPath],
            let body = ManagedFile.body(of: bytes, at: commonPath),
            let end = body.firstRange(of: Array("\n# \(SharedFiles.roomNote)\n".utf8))?.lowerBound
        else { return nil }
        return ManagedFile(path: commonPath, body: Array(body[..<end]))
    }

    /// Makes the file that all sites share with the room for their names; `nil` where that is there, or
    /// needs none, or a person has changed the file.
    package static func withRoom(
        for sites: [Site],
        _ present: [String: [UInt8]]
    ) throws(SitesError) -> ManagedFile? {
        let room = Typesetter.text(of: try SharedFiles.room(for: sites))
        guard !room.isEmpty, withoutRoom(present) == nil, let bytes = present[commonPath],
            let body = ManagedFile.body(of: bytes, at: commonPath)
        else { return nil }
        return ManagedFile(path: commonPath, body: body + room)
    }

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

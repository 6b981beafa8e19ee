package import FoundationEssentials
import Nginx
import Settings

/// Makes the files that have an nginx serve sites.
package struct SiteRenderer: Sendable {
    /// What was made.
    package struct Rendering: Equatable, Sendable {
        /// What is included comes first.
        package let files: [ManagedFile]
        /// What an operator should know of them.
        package let notes: [SiteNote]

        package init(files: [ManagedFile], notes: [SiteNote]) {
            self.files = files
            self.notes = notes
        }
    }

    static let commonPath = "certctl-00-http.conf"
    /// The file with the servers for names that no site has.
    package static let defaultPath = "certctl-01-default.conf"

    package let surroundings: Surroundings

    package init(for surroundings: Surroundings) {
        self.surroundings = surroundings
    }

    /// Makes the files of `sites`.
    ///
    /// Without any there are still servers that answer the CA for all names; where nothing is to
    /// be served or answered, no files are wanted at all.
    ///
    /// - Parameters:
    ///   - sites: In the order of certctl.conf.
    ///   - present: The files that are there, by path from the configuration directory: how long
    ///     there has been a site is read from its file.
    ///   - now: The moment, for sites that there have not been yet.
    /// - Returns: The same for the same arguments, byte by byte.
    /// - Throws: ``SitesError`` for what nginx would refuse, or would serve otherwise than said.
    package func rendering(
        of sites: [Site],
        present: [String: [UInt8]],
        at now: Date
    ) throws(SitesError) -> Rendering {
        try check(sites)
        var notes = try checkOthers(sites)
        var files: [ManagedFile] = []
        var allItems: [Item] = []
        for site in sites {
            let text = try serverText(of: site, present: present, at: now)
            let items = try text.items()
            files.append(
                ManagedFile(
                    path: Self.path(of: site),
                    body: Typesetter.text(of: items),
                    since: since(of: site, in: present, at: now)
                )
            )
            allItems += items
            notes += self.notes(on: text)
        }
        let isCached = sites.contains { self.isCached($0) }
        let shared = SharedFiles(surroundings: surroundings, sites: sites, isCached: isCached)
        notes += self.notes(on: shared)
        let common = try shared.common()
        let defaults = try shared.defaults()
        if !defaults.isEmpty {
            files.insert(.init(path: Self.defaultPath, body: Typesetter.text(of: defaults)), at: 0)
        }
        files.insert(.init(path: Self.commonPath, body: Typesetter.text(of: common)), at: 0)
        let snippets = try snippets(includedBy: allItems + defaults)
        return Rendering(files: snippets + files, notes: notes)
    }

    /// The path of a site's file; no two sites have one.
    package static func path(of site: Site) -> String {
        let path = "certctl-\(site.lineage).conf"
        // No lineage's name begins so.
        return [commonPath, defaultPath].contains(path) ? "certctl-_\(site.lineage).conf" : path
    }

    private func snippets(includedBy items: [Item]) throws(SitesError) -> [ManagedFile] {
        let snippets = Snippets(surroundings: surroundings)
        var files: [ManagedFile] = []
        for snippet in Snippet.allCases {
            let include = try snippets.include(snippet)
            guard items.contains(where: { $0.contains(include) }) else { continue }
            let text = Typesetter.text(of: try snippets.items(of: snippet))
            files.append(ManagedFile(path: snippet.path, body: text))
        }
        return files
    }

    private func since(of site: Site, in present: [String: [UInt8]], at now: Date) -> Date {
        let second = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))
        let since = present[Self.path(of: site)].flatMap(ManagedFile.since)
        // A moment that is still to come was a clock's mistake.
        return since.map { min($0, second) } ?? second
    }

    private func serverText(
        of site: Site,
        present: [String: [UInt8]],
        at now: Date
    ) throws(SitesError) -> ServerText {
        let raw: RawBlock?
        do throws(SyntaxError) {
            raw = try site.settings.raw.flatMap { bytes throws(SyntaxError) in try RawBlock(bytes) }
        } catch {
            throw .raw(site: site.lineage, error)
        }
        let age = since(of: site, in: present, at: now)
        return ServerText(
            site: site,
            surroundings: surroundings,
            raw: raw,
            routes: try routes(of: site, raw),
            transportSecurity: try transportSecurity(of: site, raw, since: age, at: now),
            isCached: isCached(site)
        )
    }

    private func routes(
        of site: Site,
        _ raw: RawBlock?
    ) throws(SitesError) -> [(path: String, pool: Pool)] {
        let settings = site.settings
        var targets = settings.locations.map { ($0.path, $0.upstreams) }
        if case .upstreams(let upstreams) = settings.destination {
            targets.insert(("/", upstreams), at: 0)
        }
        let hasOther =
            if case .redirect = settings.destination { true } else { settings.raw != nil }
        guard !targets.isEmpty || hasOther, targets.allSatisfy({ !$0.1.isEmpty }) else {
            throw .withoutDestination(site: site.lineage)
        }
        let routes = targets.enumerated().map { number, target in
            let pool = Pool(
                target.1,
                number: number,
                lineage: site.lineage,
                surroundings: surroundings
            )
            return (path: target.0, pool: pool)
        }
        let own = settings.kind == .registry ? ["/v2/", "/"] : routes.map(\.path)
        let isRedirect = routes.isEmpty && settings.kind == .redirect
        if let path = (isRedirect ? ["/"] : own).first(where: { raw?.hasLocation($0) == true }) {
            throw .repeatedLocation(path, site: site.lineage)
        }
        if surroundings.resolvers.isEmpty, let host = routes.flatMap(\.pool.names).first {
            throw .unresolvable(host: host, site: site.lineage)
        }
        return routes
    }

    private func transportSecurity(
        of site: Site,
        _ raw: RawBlock?,
        since: Date,
        at now: Date
    ) throws(SitesError) -> Item? {
        let name: Term = "Strict-Transport-Security"
        let value: String
        switch site.settings.transportSecurity {
        case .off: return nil
        case .on(let seconds, let includesSubdomains, let isPreloaded):
            value =
                "max-age=\(seconds)" + (includesSubdomains ? "; includeSubDomains" : "")
                + (isPreloaded ? "; preload" : "")
        case nil:
            value = "max-age=\(TransportSecuritySteps.seconds(since: since, at: now))"
        }
        guard raw?.headers(setBy: "add_header").contains("strict-transport-security") != true
        else { return nil }
        return .line("add_header", name, try Term(quoting: value), "always")
    }

    private func isCached(_ site: Site) -> Bool {
        site.settings.isCached && surroundings.cacheDirectory != nil
    }

    private func notes(on text: ServerText) -> [SiteNote] {
        let site = text.site.lineage
        let chances = text.routes.filter(\.pool.isDividedByChance)
            .map { SiteNote.dividedByChance(site: site, path: $0.path) }
        let isUncached = text.site.settings.isCached && !text.isCached
        return chances + (isUncached ? [.notCached(site: site)] : [])
    }

    private func notes(on shared: SharedFiles) -> [SiteNote] {
        var notes: [SiteNote] = []
        if shared.hasSecureDefault, let site = shared.shownSite {
            notes.append(.showsCertificate(site: site.lineage))
        }
        for site in shared.sites.filter(\.hasAddress).dropFirst() {
            notes.append(.addressOfMany(site: site.lineage))
        }
        if let bucket = surroundings.namesBucket, let needed = shared.bucketSize,
            let name = shared.sites.flatMap(\.serverNames).filter({ !bucket.holds($0) })
                .max(by: { $0.utf8.count < $1.utf8.count })
        {
            notes.append(.longName(name, in: bucket, needed: needed))
        }
        return notes
    }
}

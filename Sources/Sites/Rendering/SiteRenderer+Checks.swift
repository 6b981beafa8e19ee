import Nginx
import Settings

/// What nginx would refuse, or take without a word and serve otherwise than meant.
extension SiteRenderer {
    /// Checks the sites and the surroundings by themselves.
    func check(_ sites: [Site]) throws(SitesError) {
        guard surroundings.build.has("http_ssl_module") else { throw .withoutTLS }
        try checkPaths(sites)
        var lineages: Set<String> = []
        var names: Set<String> = []
        for site in sites {
            guard site.isNamedWell else { throw .unusableLineage(site.lineage) }
            guard lineages.insert(site.lineage).inserted else {
                throw .repeatedLineage(site.lineage)
            }
            for name in site.serverNames where !names.insert(name).inserted {
                throw .repeatedName(name)
            }
            try checkGuards(of: site)
        }
    }

    /// Checks the sites against what others serve.
    func checkOthers(_ sites: [Site]) throws(SitesError) -> [SiteNote] {
        let names = Set(sites.flatMap(\.serverNames))
        var notes: [SiteNote] = []
        for port: UInt16 in [80, 443] {
            let others = surroundings.others.filter { $0.listens.contains { $0.port == port } }
            for other in others {
                let clash = other.names.first { names.contains($0.lowercased()) }
                if let clash { throw .clash(name: clash, port: port, file: other.file) }
                notes += other.listens.filter { $0.port == port && !$0.isWildcard }
                    .map { .ownAddress($0.address, port: port, file: other.file) }
            }
            var defaults: [SiteNote] = []
            for (address, _) in ServerText.places(port, surroundings) {
                let note = try defaultServer(address, port, among: others)
                if let note, !defaults.contains(note) { defaults.append(note) }
            }
            notes += defaults
        }
        return notes
    }

    /// What becomes of the server that has taken what no other took.
    private func defaultServer(
        _ address: String,
        _ port: UInt16,
        among others: [OtherServer]
    ) throws(SitesError) -> SiteNote? {
        let here = others.filter { other in
            other.listens.contains { $0.port == port && $0.address == address }
        }
        let named = here.first { other in
            other.listens.contains { $0.port == port && $0.address == address && $0.isDefault }
        }
        if let named { return .keepsDefault(port: port, file: named.file) }
        guard let first = here.first else { return nil }
        guard !first.isNameless else { throw .hiddenDefault(port: port, file: first.file) }
        return .replacesDefault(port: port, file: first.file)
    }

    private func checkPaths(_ sites: [Site]) throws(SitesError) {
        for path in [surroundings.pairs, surroundings.configuration] {
            try check(path, without: "*?[", .pattern)
        }
        switch surroundings.challenge {
        case .socket(let path):
            try check(path, without: "$", .variable)
            try check(path, without: ":", .colon)
        case .webroot(let path): try check(path, without: "$", .variable)
        }
        if let path = surroundings.cacheDirectory { try check(path, without: "", .relative) }
        for path in sites.compactMap(\.settings.passwordFile) {
            try check(path, without: "$", .variable)
        }
    }

    private func check(
        _ path: String,
        without characters: String,
        _ fault: SitesError.PathFault
    ) throws(SitesError) {
        guard path.hasPrefix("/") else { throw .unusablePath(path, .relative) }
        guard !path.contains(where: { characters.contains($0) }) else {
            throw .unusablePath(path, fault)
        }
    }

    /// certctl.conf cannot say it otherwise; a command could.
    private func checkGuards(of site: Site) throws(SitesError) {
        let settings = site.settings
        guard settings.kind == .registry, !settings.isPublic, settings.passwordFile == nil else {
            return
        }
        // nginx lets in whom no rule names.
        let last = settings.access.first { $0.clients == .all }
        guard last?.isAllowed == false else { throw .unguardedRegistry(site: site.lineage) }
    }
}

extension OtherServer.Listen {
    /// Whether it is at all addresses of one family.
    fileprivate var isWildcard: Bool { address == "*" || address == "[::]" }
}

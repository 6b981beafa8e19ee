import ACME
import Nginx
import PKI
import Settings
import Sites

/// Files of sites that are in certctl.conf no more, while their names are wanted by others.
///
/// What is served by https stays so until whoever takes it over has a certificate: a new first name
/// must not take a site down that works.
struct ReplacedFiles: Sendable {
    /// A file that certctl has written, and the names that it serves by https.
    private struct Served {
        let path: String
        let names: Set<String>
    }

    /// The paths that stay for now, from the directory of managed files.
    let kept: Set<String>
    private let served: [Served]
    /// By lineage, the names that its certificate is for.
    private let covered: [String: Set<String>]

    /// Looks for what serves names of `sites` and is a file of none of them.
    ///
    /// `covered` has by lineage the names for which there is a certificate.
    init(_ view: ProxyView, _ sites: [Site], covered: [String: Set<String>]) {
        self.covered = covered
        let wanted = Set(sites.map(SiteRenderer.path(of:)))
        let prefix = "\(view.surroundings.configuration)/"
        var names: [String: Set<String>] = [:]
        for server in view.configuration.servers where server.file.hasPrefix(prefix) {
            let path = String(server.file.dropFirst(prefix.count))
            guard view.present[path] != nil, ManagedFile.isManaged(path), !wanted.contains(path),
                server.listens.contains(where: { $0.ports.contains(443) })
            else { continue }
            names[path, default: []].formUnion(server.names.compactMap(\.host))
        }
        let served = names.map { Served(path: $0.key, names: $0.value) }
        self.served = served
        var (waiting, ready): (Set<String>, Set<String>) = ([], [])
        for site in sites {
            for name in site.settings.certificate.names {
                let isReady = covered[site.lineage]?.contains(name.value) ?? false
                if isReady { ready.insert(name.host) } else { waiting.insert(name.host) }
            }
        }
        // Two files for one name would be heeded by their order: who has a certificate goes before.
        kept = Set(
            served.filter {
                !$0.names.isDisjoint(with: waiting) && $0.names.isDisjoint(with: ready)
            }
            .map(\.path)
        )
    }

    /// Whether a file is not to go while others stay: it is one of them, or they include it, or it
    /// may show a certificate of theirs to who names no site.
    func stays(_ path: String) -> Bool {
        kept.contains(path) || path.hasPrefix("certctl/") || path == SiteRenderer.defaultPath
    }

    /// The site as far as no file that stays answers for it already; `nil` where nothing is left.
    func remainder(of site: Site) -> Site? {
        guard !kept.isEmpty else { return site }
        let answered = served.filter { kept.contains($0.path) }
            .reduce(into: Set<String>()) { $0.formUnion($1.names) }
        let all = site.settings.certificate.names
        let names = all.filter { !answered.contains($0.host) }
        guard names.count < all.count else { return site }
        guard !names.isEmpty else { return nil }
        var settings = site.settings
        settings.certificate.names = names
        return Site(settings, lineage: site.lineage, pair: site.pair)
    }

    /// The files that sites of `lineages` take the place of, now that they have certificates.
    func replaced(by lineages: Set<String>, of sites: [Site]) -> Set<String> {
        var names: Set<String> = []
        for site in sites where lineages.contains(site.lineage) {
            let own = site.settings.certificate.names
            let ready = own.filter { covered[site.lineage]?.contains($0.value) ?? false }
            names.formUnion(ready.map(\.host))
        }
        return Set(served.filter { !$0.names.isDisjoint(with: names) }.map(\.path))
            .subtracting(kept)
    }
}

extension Identifier {
    /// As `server_name` has it: an address of IPv6 has brackets there.
    fileprivate var host: String {
        if case .ip(let address) = self, address.isIPv6 { "[\(value)]" } else { value }
    }
}

extension ServerName {
    /// A name as certctl writes it; `nil` for a pattern, which it never writes.
    fileprivate var host: String? {
        switch self {
        case .exact(let name): name
        case .leading(let domain): "*.\(domain)"
        case .suffix, .trailing, .regex, .hostname: nil
        }
    }
}

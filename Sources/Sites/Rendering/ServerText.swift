import Nginx
import PKI
import Settings

/// Makes the two servers of a site: one for http, which knows only the way to the other.
struct ServerText {
    /// What stands above a copy of `raw { }`.
    static let rawNote = "As it stands in raw { } of certctl.conf."

    let site: Site
    let surroundings: Surroundings
    let raw: RawBlock?
    /// In the order of nginx's search: it makes none.
    let routes: [(path: String, pool: Pool)]
    /// What browsers are told of https, if anything.
    let transportSecurity: Item?
    let isCached: Bool

    private var settings: SiteSettings { site.settings }
    private var snippets: Snippets { Snippets(surroundings: surroundings) }

    /// All of the site's file.
    func items() throws(SitesError) -> [Item] {
        guard site.hasPair else { return [.block(["server"], try plainServer())] }
        var items: [Item] = []
        for route in routes { items += try route.pool.definition(resolver: resolver()) }
        items += [.block(["server"], try plainServer()), .blank]
        items.append(.block(["server"], try secureServer()))
        return items
    }

    /// Where a server listens: an address as others write it, and what `listen` says.
    static func places(_ port: UInt16, _ surroundings: Surroundings) -> [(String, Term)] {
        let isHTTP = port == 80
        let plain: Term = isHTTP ? "80" : "443"
        let six: Term = isHTTP ? "[::]:80" : "[::]:443"
        return [("*", plain)] + (surroundings.hasIPv6 ? [("[::]", six)] : [])
    }

    /// Whether HTTP/2 is a word of `listen` and no directive yet.
    static func isHTTP2Flag(_ build: NginxBuild) -> Bool {
        build.has("http_v2_module") && !build.isAtLeast(1, 25, 1)
    }

    /// What names key and certificate: always of one generation.
    static func pair(of site: Site, _ surroundings: Surroundings) throws(SitesError) -> Item {
        .line(
            "include",
            try Term(quoting: "\(surroundings.pairs)/\(site.pair ?? site.lineage).conf")
        )
    }

    private func names() throws(SitesError) -> [Item] {
        var words: [Term] = []
        for name in site.serverNames { words.append(try Term(quoting: name)) }
        return [.directive("server_name", words, note: nil), .line("server_tokens", "off")]
    }

    private func plainServer() throws(SitesError) -> [Item] {
        let listens = Self.places(80, surroundings).map { Item.line("listen", $0.1) }
        let port = surroundings.httpsPort == 443 ? "" : ":\(surroundings.httpsPort)"
        let target = try Term(quoting: "https://$host\(port)$request_uri")
        let rest: [Item] =
            site.hasPair
            ? [.line("return", "308", target)]
            : [.comment("There is no certificate yet."), .line("return", "503")]
        return listens + (try names()) + [
            .blank, try snippets.include(.challenge), .blank, .location("/", items: rest),
        ]
    }

    private func secureServer() throws(SitesError) -> [Item] {
        let isFlag = Self.isHTTP2Flag(surroundings.build)
        var head: [Item] = Self.places(443, surroundings).map { place in
            .directive("listen", [place.1, "ssl"] + (isFlag ? ["http2"] : []), note: nil)
        }
        if surroundings.build.has("http_v2_module"), !isFlag { head.append(.line("http2", "on")) }
        head += try names()
        let parts = [
            head, try security(), try proxying(), try access(), try compression(),
            raw.map { [.comment(Self.rawNote), .verbatim($0.bytes)] }
                ?? [],
        ]
        var items: [Item] = []
        for part in parts.map(withoutRaw) where !part.isEmpty {
            items += items.isEmpty ? part : [.blank] + part
        }
        for location in try locations() { items += [.blank, location] }
        return items
    }

    private func security() throws(SitesError) -> [Item] {
        try [Self.pair(of: site, surroundings)] + included(.tls) + headers()
    }

    /// The headers of every answer.
    ///
    /// A level that has one of its own inherits none: so a location
    /// with `add_header` needs them again.
    private func headers() throws(SitesError) -> [Item] {
        [try snippets.include(.headers)] + (transportSecurity.map { [$0] } ?? [])
    }

    private func proxying() throws(SitesError) -> [Item] {
        var items: [Item] = []
        if routes.contains(where: \.pool.needsResolver) { items += try resolver() }
        switch settings.kind {
        case _ where routes.isEmpty: break
        case .app, .websocket: items.append(.line("client_max_body_size", "10m"))
        // Images, layers, stacks and backups are as long as they are.
        case .portainer, .registry: items.append(.line("client_max_body_size", "0"))
        case .static, .redirect: break
        }
        if surroundings.httpsPort != 443 {
            // nginx knows its own port, not the one that the world sees.
            items.append(.line("absolute_redirect", "off"))
        }
        return items
    }

    /// What nginx asks for addresses while it runs.
    private func resolver() throws(SitesError) -> [Item] {
        guard !surroundings.resolvers.isEmpty else { return [] }
        var words: [Term] = []
        for address in surroundings.resolvers {
            words.append(try Term(quoting: address.isIPv6 ? "[\(address)]" : "\(address)"))
        }
        words.append("valid=10s")
        if !surroundings.hasIPv6 { words.append("ipv6=off") }
        return [.directive("resolver", words, note: nil), .line("resolver_timeout", "3s")]
    }

    private func access() throws(SitesError) -> [Item] {
        var items: [Item] = []
        for rule in settings.access {
            let clients: Term =
                switch rule.clients {
                case .all: "all"
                case .network(let range): try Term(quoting: range.description)
                }
            items.append(.line(rule.isAllowed ? "allow" : "deny", clients))
        }
        if let file = settings.passwordFile {
            items.append(.line("auth_basic", try Term(quoting: site.serverNames[0])))
            items.append(.line("auth_basic_user_file", try Term(quoting: file)))
        }
        return items
    }

    private func compression() throws(SitesError) -> [Item] {
        // Files hold no secrets that a length could give away.
        settings.isCompressed && settings.kind == .static ? try included(.compression) : []
    }

    /// Includes a snippet; where `raw` says a part of it itself, what it says is inlined, to be
    /// had without that part.
    private func included(_ snippet: Snippet) throws(SitesError) -> [Item] {
        let items = try snippets.items(of: snippet)
        let isTouched = items.contains { item in item.name.map { raw?.has($0) == true } ?? false }
        return isTouched ? [.blank] + items + [.blank] : [try snippets.include(snippet)]
    }

    private func locations() throws(SitesError) -> [Item] {
        if case .redirect(let host) = settings.destination {
            let target = try Term(quoting: "https://\(host)$request_uri")
            return [.location("/", items: [.line("return", "308", target)])]
        }
        let text = LocationText(
            settings: settings,
            snippets: snippets,
            raw: raw,
            headers: try headers() + (raw?.items(named: "add_header") ?? []),
            isCached: isCached
        )
        var locations: [Item] = []
        for route in routes {
            let path = settings.kind == .registry ? "/v2/" : try Term(quoting: route.path)
            locations.append(.location(path, items: try text.items(for: route.pool)))
        }
        if settings.kind == .registry {
            locations.append(.location("/", items: [.line("return", "404")]))
        }
        return locations
    }

    /// Takes away what `raw` says itself: nginx takes such directives only once.
    private func withoutRaw(_ items: [Item]) -> [Item] {
        guard let raw else { return items }
        let repeatable: [Term] = [
            "listen", "server_name", "include", "add_header", "allow", "deny",
        ]
        return items.filter { item in
            guard let name = item.name else { return true }
            return repeatable.contains(name) || !raw.has(name)
        }
    }
}

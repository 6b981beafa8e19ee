import Settings

/// Makes what a location does with its requests.
struct LocationText {
    let settings: SiteSettings
    let snippets: Snippets
    let raw: RawBlock?
    /// What every answer has; see ``ServerText``.
    let headers: [Item]
    let isCached: Bool

    private static let assets: Term =
        "\\.(?:css|js|mjs|woff2?|ttf|otf|svg|png|jpe?g|gif|webp|avif|ico)$"

    /// The directives of a location whose requests go to `pool`.
    func items(for pool: Pool) throws(SitesError) -> [Item] {
        var items = try registryHeaders + pool.setting + proxyHeaders() + [pool.pass]
        for part in [try secure(pool), balance(pool), patience].map(withoutRaw)
        where !part.isEmpty { items += [.blank] + part }
        let hasAssets = isCached || (settings.isCompressed && settings.kind != .static)
        return hasAssets ? items + [.blank, try assets(of: pool)] : items
    }

    /// Takes away what `raw` says of all locations.
    private func withoutRaw(_ items: [Item]) -> [Item] {
        items.filter { item in item.name.map { raw?.has($0) != true } ?? true }
    }

    /// The headers of requests.
    ///
    /// The location has some of its own, and so inherits none from `raw`.
    private func proxyHeaders() throws(SitesError) -> [Item] {
        let name: Term = "proxy_set_header"
        guard let raw, raw.has(name) else { return [try snippets.include(.proxy)] }
        let replaced = raw.headers(setBy: name)
        let items = try snippets.items(of: .proxy).filter { item in
            guard case .directive(name, let words, _) = item, let header = words.first else {
                return true
            }
            return !replaced.contains(String(decoding: header.bytes, as: UTF8.self).lowercased())
        }
        return items + raw.items(named: name) + [.blank]
    }

    private var registryHeaders: [Item] {
        guard settings.kind == .registry else { return [] }
        let header: Item = .line(
            "add_header",
            "Docker-Distribution-Api-Version",
            "$certctl_registry_api_version",
            "always"
        )
        return headers + [header, .blank]
    }

    private func secure(_ pool: Pool) throws(SitesError) -> [Item] {
        guard pool.upstreams[0].isSecure else { return [] }
        // A group's own name is none that a server has.
        let host = pool.upstreams[0].host
        let name: [Item] = pool.isGroup ? [.line("proxy_ssl_name", try Term(quoting: host))] : []
        return [
            .comment("Its certificate is not looked at: such a server made it itself."),
            .line("proxy_ssl_server_name", "on"),
        ] + name + [.line("proxy_ssl_protocols", "TLSv1.2", "TLSv1.3")]
    }

    private func balance(_ pool: Pool) -> [Item] {
        guard pool.isGroup else { return [] }
        return [
            .line("proxy_connect_timeout", "3s"),
            .line("proxy_next_upstream", "error", "timeout", "http_502", "http_503"),
            .line("proxy_next_upstream_tries", "2"),
            .line("proxy_next_upstream_timeout", "10s"),
        ]
    }

    /// How long nginx waits, and what it does not collect before it goes on.
    private var patience: [Item] {
        let hour: [Item] = [
            .line("proxy_read_timeout", "1h"), .line("proxy_send_timeout", "1h"),
        ]
        let streamed: [Item] = [.line("proxy_buffering", "off")]
        let unspooled: [Item] = [.line("proxy_request_buffering", "off")]
        switch settings.kind {
        case .app, .static, .redirect: return []
        case .websocket: return hour + streamed
        case .portainer: return hour + streamed + unspooled
        case .registry:
            return [.line("proxy_read_timeout", "900s"), .line("proxy_send_timeout", "900s")]
                + streamed + unspooled + [.line("gzip", "off")]
        }
    }

    /// Files by how their names end: within the location, so that its requests stay its own.
    private func assets(of pool: Pool) throws(SitesError) -> Item {
        var items = try pool.setting + [pool.pass]
        if settings.isCompressed, settings.kind != .static {
            items += [
                .blank,
                .comment("Only files: of a page with secrets the length would tell them (BREACH)."),
                try snippets.include(.compression),
            ]
        }
        if isCached {
            items += [.blank, try snippets.include(.cache)] + notCached + [.blank] + headers
        }
        return .location("~*", Self.assets, items: items)
    }

    /// What may be one person's alone is neither kept nor taken from what was.
    private var notCached: [Item] {
        // nginx has asked for the password itself where the site has one.
        let isGuarded = settings.passwordFile != nil && settings.kind == .static
        let mayBePersonal: [Term] =
            (isGuarded ? [] : ["$http_authorization"])
            + (settings.kind == .static ? [] : ["$http_cookie"])
        guard !mayBePersonal.isEmpty else { return [] }
        return [
            .directive("proxy_cache_bypass", mayBePersonal, note: nil),
            .directive("proxy_no_cache", mayBePersonal, note: nil),
        ]
    }
}

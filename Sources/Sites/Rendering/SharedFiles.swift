import Nginx
import Settings

/// The files that all sites need, beside the snippets.
struct SharedFiles {
    let surroundings: Surroundings
    let sites: [Site]
    /// Whether nginx keeps files of a site.
    let isCached: Bool

    /// What stands above the room for names, behind all else.
    static let roomNote = "For names as long as the longest here."

    private static let http: UInt16 = 80
    private static let https: UInt16 = 443

    /// What stands in `http` once.
    func common() throws(SitesError) -> [Item] {
        var items: [Item] = [
            .comment(
                "Clients may ask for WebSocket and its like. HTTP/2 in clear text (h2c) is not"
            ),
            .comment("passed on: behind it access rules would not be looked at."),
            .block(
                ["map", "$http_upgrade", "$certctl_upgrade"],
                [.line("default", "$http_upgrade"), .line("~*h2c", "\"\"")]
            ),
            .block(
                ["map", "$certctl_upgrade", "$certctl_connection"],
                [.line("default", "upgrade"), .line("\"\"", "\"\"")]
            ),
        ]
        if sites.contains(where: { $0.settings.kind == .registry }) {
            items += [
                .blank,
                .comment(
                    "A registry sends this header itself; nginx sends it where it answers alone."
                ),
                .block(
                    [
                        "map", "$upstream_http_docker_distribution_api_version",
                        "$certctl_registry_api_version",
                    ],
                    [.line("\"\"", "registry/2.0")]
                ),
            ]
        }
        if isCached, let directory = surroundings.cacheDirectory {
            items += [
                .blank,
                .line(
                    "proxy_cache_path",
                    try Term(quoting: directory),
                    "levels=1:2",
                    "keys_zone=certctl_assets:10m",
                    "max_size=512m",
                    "inactive=7d",
                    "use_temp_path=off"
                ),
            ]
        }
        if surroundings.namesBucket == nil { items += try Self.room(for: sites) }
        return items
    }

    /// What gives nginx room for the names of `sites`; nothing where any default does.
    static func room(for sites: [Site]) throws(SitesError) -> [Item] {
        guard let size = bucketSize(for: sites) else { return [] }
        return [
            .blank, .comment(roomNote),
            .line("server_names_hash_bucket_size", try Term(quoting: "\(size)")),
        ]
    }

    /// What the names here need of `server_names_hash_bucket_size`; `nil` where any default does.
    var bucketSize: Int? { Self.bucketSize(for: sites) }

    private static func bucketSize(for sites: [Site]) -> Int? {
        let longest = sites.flatMap(\.serverNames).map(\.utf8.count).max() ?? 0
        let size = bytes(forNameOf: longest)
        // Processors have cache lines of 64 bytes and more, and that is the default.
        return [128, 256, 512].first { size > 64 && size <= $0 }
    }

    /// The bytes that nginx takes to keep a name: 18 around it, rounded up to 8.
    ///
    /// Source: ngx_hash.c.
    static func bytes(forNameOf length: Int) -> Int { (length + 2 + 7) / 8 * 8 + 16 }

    /// Servers for names that no site has; none where others have such.
    func defaults() throws(SitesError) -> [Item] {
        let plain = listens(on: Self.http).map {
            Item.directive("listen", [$0, "default_server"], note: nil)
        }
        let secure = listens(on: Self.https).map { place -> Item in
            let flags: [Term] =
                ServerText.isHTTP2Flag(surroundings.build) ? ["ssl", "http2"] : ["ssl"]
            return .directive("listen", [place] + flags + ["default_server"], note: nil)
        }
        var items: [Item] = []
        if !plain.isEmpty {
            let challenge = try Snippets(surroundings: surroundings).include(.challenge)
            items += [
                .comment("Names that no site has: nothing is served but answers to the CA."),
                .block(
                    ["server"],
                    plain + [
                        .line("server_name", "_"), .blank, challenge, .blank,
                        .location("/", items: [.line("return", "444")]),
                    ]
                ),
            ]
        }
        if !secure.isEmpty {
            if !items.isEmpty { items.append(.blank) }
            items.append(
                .block(
                    ["server"],
                    secure + [.line("server_name", "_"), .blank] + (try refusal())
                )
            )
        }
        return items
    }

    /// The site whose certificate is shown to who asks for none; `nil` where nothing is shown.
    var shownSite: Site? {
        let sites = sites.filter(\.hasPair)
        if let site = sites.first(where: \.hasAddress) { return site }
        return surroundings.build.isAtLeast(1, 19, 4) ? nil : sites.first
    }

    /// Whether the server for unknown names on port 443 is certctl's.
    var hasSecureDefault: Bool { !listens(on: Self.https).isEmpty }

    private func refusal() throws(SitesError) -> [Item] {
        guard let site = shownSite else {
            return surroundings.build.isAtLeast(1, 19, 4)
                ? [.line("ssl_reject_handshake", "on")] : [.line("return", "444")]
        }
        let why: [Item] =
            site.hasAddress
            ? [.comment("Who asks by an address says so only after the certificate was sent.")]
            : [.comment("This nginx cannot refuse a handshake: it takes some certificate for it.")]
        return why + [
            try ServerText.pair(of: site, surroundings),
            try Snippets(surroundings: surroundings).include(.tls),
            .blank, .line("return", "444"),
        ]
    }

    /// The places to listen at for which nobody else is the default.
    private func listens(on port: UInt16) -> [Term] {
        ServerText.places(port, surroundings).filter { address, _ in
            !surroundings.others.flatMap(\.listens).contains {
                $0.isDefault && $0.port == port && $0.address == address
            }
        }.map(\.1)
    }
}

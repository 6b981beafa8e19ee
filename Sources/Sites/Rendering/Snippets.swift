import Nginx

/// What several sites have in common: files that are included.
enum Snippet: String, CaseIterable {
    case cache
    case challenge
    case compression = "gzip"
    case headers
    case proxy
    case tls

    /// From the configuration directory; no `*.conf` fits it.
    var path: String { "certctl/\(rawValue).inc" }
}

/// Makes the text of snippets.
struct Snippets {
    let surroundings: Surroundings

    /// The directive that includes a snippet.
    func include(_ snippet: Snippet) throws(SitesError) -> Item {
        .line("include", try Term(quoting: "\(surroundings.configuration)/\(snippet.path)"))
    }

    func items(of snippet: Snippet) throws(SitesError) -> [Item] {
        switch snippet {
        case .cache: cache
        case .challenge: try challenge()
        case .compression: compression
        case .headers:
            [
                .line("add_header", "X-Content-Type-Options", "nosniff", "always"),
                .line("add_header", "Referrer-Policy", "strict-origin-when-cross-origin", "always"),
            ]
        case .proxy: try proxy()
        case .tls: TLSProfile.items(for: surroundings.build)
        }
    }

    /// How files are kept, beside what only some sites must not keep.
    private var cache: [Item] {
        [
            .line("proxy_cache", "certctl_assets"),
            .line("proxy_cache_key", "$scheme$host$request_uri"),
            .line("proxy_cache_valid", "200", "301", "10m"),
            .line("proxy_cache_valid", "404", "1m"),
            .line("proxy_cache_lock", "on"),
            .line("proxy_cache_revalidate", "on"),
            .line("proxy_cache_background_update", "on"),
            .line(
                "proxy_cache_use_stale",
                "error",
                "timeout",
                "updating",
                "http_500",
                "http_502",
                "http_503",
                "http_504"
            ),
            .blank,
            .line("add_header", "X-Cache-Status", "$upstream_cache_status", "always"),
        ]
    }

    private var compression: [Item] {
        [
            .line("gzip", "on"),
            .line("gzip_vary", "on"),
            .line("gzip_proxied", "any"),
            .line("gzip_min_length", "1024"),
            .line("gzip_comp_level", "5"),
            .line(
                "gzip_types",
                "text/css",
                "text/javascript",
                "text/plain",
                "text/xml",
                "application/javascript",
                "application/json",
                "application/manifest+json",
                "application/wasm",
                "application/xml",
                "image/svg+xml",
                "font/otf",
                "font/ttf"
            ),
        ]
    }

    private func challenge() throws(SitesError) -> [Item] {
        var items: [Item] = [.line("auth_basic", "off")]
        if surroundings.build.has("http_auth_request_module") {
            items.append(.line("auth_request", "off"))
        }
        items += [.line("allow", "all"), .blank]
        switch surroundings.challenge {
        case .socket(let path):
            items += [
                .line("proxy_pass", try Term(quoting: "http://unix:\(path):")),
                .line("proxy_set_header", "Host", "$host"),
                .line("proxy_connect_timeout", "3s"),
                .line("proxy_read_timeout", "10s"),
            ]
        case .webroot(let directory):
            items += [
                .line("default_type", "text/plain"),
                .line("root", try Term(quoting: directory)),
                .line("try_files", "$uri", "=404"),
            ]
        }
        return [
            .comment("The CA asks here before it issues a certificate (RFC 8555, 8.3)."),
            .location("^~", "/.well-known/acme-challenge/", items: items),
        ]
    }

    private func proxy() throws(SitesError) -> [Item] {
        let port: Term =
            surroundings.httpsPort == 443
            ? "$server_port" : try Term(quoting: "\(surroundings.httpsPort)")
        let version: [Item] =
            surroundings.build.isAtLeast(1, 29, 7)
            ? [] : [.line("proxy_http_version", "1.1"), .blank]
        return version + [
            .line("proxy_set_header", "Host", "$http_host"),
            .line("proxy_set_header", "X-Real-IP", "$remote_addr"),
            .line("proxy_set_header", "X-Forwarded-For", "$proxy_add_x_forwarded_for"),
            .line("proxy_set_header", "X-Forwarded-Host", "$http_host"),
            .line("proxy_set_header", "X-Forwarded-Port", port),
            .line("proxy_set_header", "X-Forwarded-Proto", "$scheme"),
            .line("proxy_set_header", "Proxy", "\"\""),
            .line("proxy_set_header", "Upgrade", "$certctl_upgrade"),
            .line("proxy_set_header", "Connection", "$certctl_connection"),
        ]
    }
}

import ACME
import FoundationEssentials
import Nginx
import PKI
import Settings
import Sites

/// Sites of a certctl.conf, and what is made of them.
enum Examples {
    static let now = Date(timeIntervalSince1970: 1_800_000_000)

    static func build(
        _ version: String = "1.31.5",
        openSSL: String = "3.5.4",
        without module: String = "-"
    ) -> NginxBuild {
        let modules = ["http_ssl_module", "http_v2_module", "http_auth_request_module"]
        let options = modules.filter { $0 != module }.map { "--with-\($0)" }
        let text = """
            nginx version: nginx/\(version)
            built with OpenSSL \(openSSL) 1 Jan 2026
            configure arguments: \(options.joined(separator: " "))
            """
        guard let build = NginxBuild(versionText: text) else { preconditionFailure(text) }
        return build
    }

    static func surroundings(_ build: NginxBuild = build()) -> Surroundings {
        var surroundings = Surroundings(
            build: build,
            pairs: "/tls",
            configuration: "/conf",
            challenge: .socket("/run/http01.sock")
        )
        surroundings.resolvers = IPAddress("127.0.0.11").map { [$0] } ?? []
        surroundings.cacheDirectory = "/var/cache/certctl"
        return surroundings
    }

    /// Reads sites as the program does.
    static func sites(_ text: String) throws -> [Site] {
        let rules = NameRules(toASCII: { _ in nil }, isLineageName: { _ in true })
        let proxy = "proxy host { configuration /conf; }\n"
        let settings = try SettingsReader.read(
            Array((proxy + text).utf8),
            path: "/certctl.conf",
            names: rules
        )
        return settings.sites.map { site in
            let name = site.certificate.lineage ?? site.certificate.names[0].value
            let lineage = name.replacing(":", with: "-")
            return Site(site, lineage: lineage.hasPrefix("-") ? "0\(lineage)" : lineage)
        }
    }

    static func rendering(
        _ text: String,
        _ surroundings: Surroundings = surroundings(),
        present: [String: [UInt8]] = [:],
        at now: Date = now
    ) throws -> SiteRenderer.Rendering {
        try SiteRenderer(for: surroundings).rendering(
            of: sites(text),
            present: present,
            at: now
        )
    }

    /// The bodies of all files, by path.
    static func texts(
        _ text: String,
        _ surroundings: Surroundings = surroundings()
    ) throws -> [String: String] {
        let files = try rendering(text, surroundings).files
        return Dictionary(
            uniqueKeysWithValues: files.map { ($0.path, String(decoding: $0.body, as: UTF8.self)) }
        )
    }

    /// The body of the file of the site `a.test`.
    static func text(
        _ text: String,
        _ surroundings: Surroundings = surroundings()
    ) throws -> String {
        try texts(text, surroundings)["certctl-a.test.conf"] ?? ""
    }

    /// The files as they stand in the directory, by path.
    static func present(_ files: [ManagedFile]) -> [String: [UInt8]] {
        Dictionary(uniqueKeysWithValues: files.map { ($0.path, $0.bytes) })
    }

    /// Why sites cannot be rendered; `nil` where they can be.
    static func error(
        _ text: String,
        _ surroundings: Surroundings = surroundings()
    ) throws -> SitesError? {
        try error(of: sites(text), surroundings)
    }

    static func error(of sites: [Site], _ surroundings: Surroundings) -> SitesError? {
        do throws(SitesError) {
            _ = try SiteRenderer(for: surroundings).rendering(of: sites, present: [:], at: now)
            return nil
        } catch {
            return error
        }
    }

    /// One of every kind, and everything that a site can say.
    static let all = """
        site app.test www.app.test {
            to frontend:3000;
            location /api/ { to backend1:8080 backend2:8080; }
            location /v6/ { to [2001:db8::1]:80; }
            cache; gzip;
            raw {
                # mine
                  proxy_set_header X-Mine "a;b";
            }
        }
        site ws.test { kind websocket; to ws:9001; hsts off; }
        site portainer.test { kind portainer; to https://portainer:9443; }
        site registry.test { kind registry; to registry:5000; allow 10.0.0.0/8; deny all; }
        site open.test { kind registry; to r1:5000 r2:5000; public; }
        site static.test { kind static; to https://1.2.3.4:443 https://x:443; gzip; cache;
            auth_basic_user_file /etc/users; hsts 1y includeSubDomains preload; }
        site old.test { kind redirect; to app.test:8443; }
        site raw.test { raw { location / { return 200; } } }
        site 192.0.2.1 2001:db8::5 { to app:1; }
        """
}

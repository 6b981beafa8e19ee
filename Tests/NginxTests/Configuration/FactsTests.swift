import Nginx
import TestSupport
import Testing

/// What certctl has to know before it writes files beside those of the user.
@Suite struct FactsTests {
    private func read(_ http: String, _ others: [String: String] = [:]) throws -> Configuration {
        try NginxFiles(http: http, others).read()
    }

    @Test func `what http sets is told, what servers set is not`() throws {
        let configuration = try read(
            """
            include http.inc;
            proxy_cache_path /a levels=1:2 keys_zone=one:10m; fastcgi_cache_path /b keys_zone=two:1m;
            upstream back { server a:1; }
            server { server_tokens off; resolver 192.0.2.1; }
            """,
            ["/etc/nginx/http.inc": "resolver 127.0.0.11; resolver_timeout 1s;"]
        )
        #expect(
            configuration.httpDirectives(named: "resolver_timeout").map(\.arguments) == [["1s"]]
        )
        #expect(configuration.httpDirectives(named: "server_tokens").isEmpty)
        #expect(configuration.upstreams == ["back"])
    }

    @Test func `names that are taken on a port are told`() throws {
        let configuration = try read(
            "server { listen 443 ssl; server_name .a.test; } server { server_name a.test; }"
        )
        #expect(configuration.servers(listing: "A.test", onPort: 443).map(\.number) == [0])
        #expect(configuration.servers(listing: "a.test", onPort: 80).map(\.number) == [1])
        #expect(configuration.servers(listing: "b.a.test", onPort: 443).isEmpty)
    }

    @Test func `it is told whether and where a file is included`() throws {
        let configuration = try read(
            "include conf.d/*.conf;\nserver { include s.inc; }",
            ["/etc/nginx/conf.d/a.conf": "server {\n include s.inc; }", "/etc/nginx/s.inc": ""]
        )
        #expect(
            configuration.places(including: "/etc/nginx/s.inc").map(\.description)
                == ["/etc/nginx/conf.d/a.conf:2:2", "/etc/nginx/nginx.conf:4:10"]
        )
        #expect(configuration.httpIncludes("/etc/nginx/conf.d/certctl-new.conf"))
        #expect(!configuration.httpIncludes("/etc/nginx/conf.d/certctl/new.inc"))
        #expect(!configuration.httpIncludes("/etc/nginx/s.inc"))
        #expect(configuration.servers(using: "/etc/nginx/s.inc").map(\.number) == [0, 1])
        #expect(configuration.places(including: "/etc/nginx/nginx.conf").isEmpty)
    }

    @Test func `the certificates of a server are its own, or else those of http`() throws {
        let configuration = try read(
            """
            ssl_certificate /h.pem; ssl_certificate_key /h.key;
            server { listen 443 ssl; }
            server { listen 443 ssl; ssl_certificate /rsa.pem; include pair.inc; }
            server { ssl_certificate data:$x; ssl_certificate_key engine:a:b; }
            """,
            ["/etc/nginx/pair.inc": "ssl_certificate /ec.pem; ssl_certificate_key /ec.key;"]
        )
        let certificates = configuration.servers.map(configuration.certificates)
        #expect(
            certificates.map { $0.map(\.value) } == [
                ["/h.pem"], ["/rsa.pem", "/ec.pem"], ["data:$x"],
            ]
        )
        #expect(certificates.map { $0.map(\.level) } == [[.http], [.server, .server], [.server]])
        #expect(certificates[1].map(\.directive.file) == [NginxFiles.main, "/etc/nginx/pair.inc"])
        #expect(certificates[1].map(\.directive.isIncluded) == [false, true])
        #expect(certificates.map { $0.map(\.isSpecial) } == [[false], [false, false], [true]])
        let keys = configuration.servers.map(configuration.certificateKeys)
        #expect(keys.map { $0.map(\.value) } == [["/h.key"], ["/ec.key"], ["engine:a:b"]])
        #expect(keys[2][0].isSpecial)
    }

    @Test(
        arguments: [
            ("return 301 https://$host$request_uri;", "return"),
            ("if ($scheme = http) { return 301 https://x; }", "if"),
            ("rewrite ^ https://$host$request_uri permanent;", "rewrite"),
            ("rewrite ^/\\.well-known/(.*)$ /x/$1;", "rewrite"),
            ("rewrite (?<=a)b /x;", "rewrite"),
            ("server_rewrite_by_lua_block { a() }", "server_rewrite_by_lua_block"),
            ("include r.inc;", "return"),
        ]
    )
    func `what decides before locations is found`(text: String, name: String) throws {
        let configuration = try read("server { \(text) }", ["/etc/nginx/r.inc": "return 404;"])
        guard
            case .earlier(let directive) = configuration.challengeFate(in: configuration.servers[0])
        else {
            Issue.record("not found")
            return
        }
        #expect(directive.name == name)
    }

    @Test(
        arguments: [
            "rewrite ^/old/(.*)$ /new/$1 last;", "if ($bad) { set $x 1; }", "set $a 1;",
            "location / { return 301 https://$host; }", "location /.well-known/ { return 404; }",
            "location = /.well-known/acme-challenge/ { }", "location ~ acme-challenge { }",
        ]
    )
    func `what leaves room for a location of ours does not count`(text: String) throws {
        let configuration = try read("server { \(text) }")
        #expect(configuration.challengeFate(in: configuration.servers[0]) == .open)
    }

    @Test(arguments: ["^~ ", "", "\"^~\" "])
    func `a location for the challenge is found`(modifier: String) throws {
        let configuration = try read(
            "server { location \(modifier)/.well-known/acme-challenge/ { root /x; } }"
        )
        #expect(configuration.challengeLocation(in: configuration.servers[0]) != nil)
    }

    @Test(
        arguments: [
            "ssl_certificate /var/lib/certctl/tls/gen/a.test/000001/cert.pem;",
            "include /var/lib/certctl/tls/gen/a.test;", "x ../../var/lib/certctl/tls/gen/a.test/x;",
            "ssl_certificate \"/var/lib/certctl/tls/gen/${ssl_server_name}/x\";",
            "ssl_certificate /var/lib/certctl/tls/$kind/a.test/x;",
            "x store:file:/var/lib/certctl/tls/gen/a.test/x;",
            "ssl_certificate /var/lib/./certctl//tls/gen/b.test/../a.test/x;",
            "map $a $b { default /var/lib/certctl/tls/gen/a.test/x; }",
            "map $a $b { /var/lib/certctl/tls/gen/a.test/x 1; }",
            "init_by_lua_block { open('/var/lib/certctl/tls/gen/a.test/privkey.pem') }",
        ]
    )
    func `a word that names a path below a directory is found`(text: String) throws {
        let main = "\n\(text)"
        let files = NginxFiles([NginxFiles.main: main, "/var/lib/certctl/tls/gen/a.test": ""])
        let found = try files.read().references(below: "/var/lib/certctl/tls/gen/a.test")
        #expect(found.map(\.place.position.line) == [2])
    }

    @Test(
        arguments: [
            "x /var/lib/certctl/tls/gen/a.test.org/x;", "x /var/lib/certctl/tls/gen/b.test/x;",
            "# /var/lib/certctl/tls/gen/a.test/x\n", "x /var/lib/certctl/tls/gen/a.test-2;",
            "x $y/gen/b.test;", "x /srv/$host/a.test;", "x a.test;",
        ]
    )
    func `a word that names another path is not found`(text: String) throws {
        let files = NginxFiles([NginxFiles.main: text])
        #expect(try files.read().references(below: "/var/lib/certctl/tls/gen/a.test").isEmpty)
    }
}

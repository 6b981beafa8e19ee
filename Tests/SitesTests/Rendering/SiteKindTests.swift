import Sites
import Testing

/// Every kind of site is written as a careful person would write it.
@Suite struct SiteKindTests {
    private static let plainServer = """
        server {
            listen        80;
            server_name   a.test;
            server_tokens off;

            include /conf/certctl/challenge.inc;

            location / {
                return 308 https://$host$request_uri;
            }
        }


        """
    private static let head = """
        server {
            listen        443 ssl;
            http2         on;
            server_name   a.test;
            server_tokens off;

            include    /tls/a.test.conf;
            include    /conf/certctl/tls.inc;
            include    /conf/certctl/headers.inc;
            add_header Strict-Transport-Security max-age=300 always;


        """

    private func server(_ text: String) throws -> String {
        let whole = try Examples.text(text)
        let start = Self.plainServer + Self.head
        try #require(whole.hasPrefix(start), "\(whole)")
        return String(whole.dropFirst(start.count))
    }

    @Test func `an app`() throws {
        #expect(
            try server("site a.test { to frontend:3000; }") == """
                    resolver             127.0.0.11 valid=10s ipv6=off;
                    resolver_timeout     3s;
                    client_max_body_size 10m;

                    location / {
                        set        $certctl_upstream frontend:3000;
                        include    /conf/certctl/proxy.inc;
                        proxy_pass http://$certctl_upstream;
                    }
                }

                """
        )
    }

    @Test func `an app at an address needs no resolver`() throws {
        #expect(
            try server("site a.test { to [::1]:3000; }") == """
                    client_max_body_size 10m;

                    location / {
                        include    /conf/certctl/proxy.inc;
                        proxy_pass http://[::1]:3000;
                    }
                }

                """
        )
    }

    @Test func `a WebSocket may be silent for an hour`() throws {
        #expect(
            try server("site a.test { kind websocket; to 10.0.0.1:9001; }") == """
                    client_max_body_size 10m;

                    location / {
                        include    /conf/certctl/proxy.inc;
                        proxy_pass http://10.0.0.1:9001;

                        proxy_read_timeout 1h;
                        proxy_send_timeout 1h;
                        proxy_buffering    off;
                    }
                }

                """
        )
    }

    @Test func `Portainer over TLS`() throws {
        #expect(
            try server("site a.test { kind portainer; to https://10.0.0.1:9443; }") == """
                    client_max_body_size 0;

                    location / {
                        include    /conf/certctl/proxy.inc;
                        proxy_pass https://10.0.0.1:9443;

                        # Its certificate is not looked at: such a server made it itself.
                        proxy_ssl_server_name on;
                        proxy_ssl_protocols   TLSv1.2 TLSv1.3;

                        proxy_read_timeout      1h;
                        proxy_send_timeout      1h;
                        proxy_buffering         off;
                        proxy_request_buffering off;
                    }
                }

                """
        )
    }

    @Test func `a registry`() throws {
        let text = """
            site a.test {
                kind registry; to 10.0.0.1:5000; auth_basic_user_file /etc/users; allow 10.0.0.0/8; deny all;
            }
            """
        #expect(
            try server(text) == """
                    client_max_body_size 0;

                    allow                10.0.0.0/8;
                    deny                 all;
                    auth_basic           a.test;
                    auth_basic_user_file /etc/users;

                    location /v2/ {
                        include    /conf/certctl/headers.inc;
                        add_header Strict-Transport-Security       max-age=300 always;
                        add_header Docker-Distribution-Api-Version $certctl_registry_api_version always;

                        include    /conf/certctl/proxy.inc;
                        proxy_pass http://10.0.0.1:5000;

                        proxy_read_timeout      900s;
                        proxy_send_timeout      900s;
                        proxy_buffering         off;
                        proxy_request_buffering off;
                        gzip                    off;
                    }

                    location / {
                        return 404;
                    }
                }

                """
        )
    }

    @Test func `static files that are kept and compressed`() throws {
        #expect(
            try server("site a.test { kind static; to 10.0.0.1:80; cache; gzip; }") == """
                    include /conf/certctl/gzip.inc;

                    location / {
                        include    /conf/certctl/proxy.inc;
                        proxy_pass http://10.0.0.1:80;

                        location ~* \\.(?:css|js|mjs|woff2?|ttf|otf|svg|png|jpe?g|gif|webp|avif|ico)$ {
                            proxy_pass http://10.0.0.1:80;

                            include            /conf/certctl/cache.inc;
                            proxy_cache_bypass $http_authorization;
                            proxy_no_cache     $http_authorization;

                            include    /conf/certctl/headers.inc;
                            add_header Strict-Transport-Security max-age=300 always;
                        }
                    }
                }

                """
        )
    }

    @Test func `a redirect`() throws {
        #expect(
            try server("site a.test { kind redirect; to b.test:8443; }") == """
                    location / {
                        return 308 https://b.test:8443$request_uri;
                    }
                }

                """
        )
    }

    @Test func `what is raw stands there byte for byte`() throws {
        let raw = "\n\t  # mine;}\n\n\t  if ($a) { return 403; }  # { \r\n"
        let text = try server("site a.test { raw {\(raw)} }")
        #expect(
            text == """
                    # As it stands in raw { } of certctl.conf.
                \t  # mine;}

                \t  if ($a) { return 403; }  # {
                }

                """
        )
    }

    @Test func `what is raw replaces what nginx takes only once`() throws {
        let text = try server(
            "site a.test { to 10.0.0.1:1; raw { client_max_body_size 1k; } }"
        )
        #expect(text.ranges(of: "client_max_body_size").count == 1)
        let inlined = try Examples.text(
            "site a.test { to 10.0.0.1:1; raw { ssl_session_timeout 2h; } }"
        )
        #expect(inlined.ranges(of: "ssl_session_timeout").count == 1)
        #expect(inlined.contains("    ssl_protocols             TLSv1.2 TLSv1.3;\n"))
        #expect(!inlined.contains("tls.inc"))
    }

    @Test func `what raw says of all locations counts in certctl's`() throws {
        let text = try server(
            "site a.test { kind websocket; to 10.0.0.1:1; raw { proxy_read_timeout 9s; } }"
        )
        #expect(text.ranges(of: "proxy_read_timeout").count == 1)
        #expect(text.contains("    proxy_read_timeout 9s;\n\n    location / {\n"))
    }

    @Test func `headers that raw sets reach the locations, in the place of certctl's`() throws {
        let text = try Examples.text(
            """
            site a.test { kind static; to 10.0.0.1:1; cache;
                raw { proxy_set_header host x; add_header X-A "1;2"; } }
            """
        )
        #expect(text.ranges(of: "proxy_set_header").count == 10)
        #expect(!text.contains("$http_host;\n        proxy_set_header X-Real"))
        #expect(text.ranges(of: "add_header X-A                       \"1;2\";").count == 1)
        let secured = try Examples.text(
            "site a.test { to 10.0.0.1:1; raw { add_header Strict-Transport-Security x; } }"
        )
        #expect(secured.ranges(of: "Strict-Transport-Security").count == 1)
    }

    @Test func `a group is watched, and looked up while nginx runs`() throws {
        let text = try Examples.text("site a.test { to https://b:1 https://10.0.0.1:2; }")
        #expect(
            text.hasPrefix(
                """
                upstream certctl_a.test {
                    zone             certctl_a.test 64k;
                    least_conn;
                    resolver         127.0.0.11 valid=10s ipv6=off;
                    resolver_timeout 3s;

                    server b:1        max_fails=3 fail_timeout=10s resolve;
                    server 10.0.0.1:2 max_fails=3 fail_timeout=10s;
                }


                """
            )
        )
        #expect(text.contains("proxy_pass https://certctl_a.test;"))
        #expect(text.contains("proxy_ssl_name        b;"))
        #expect(text.contains("proxy_next_upstream         error timeout http_502 http_503;"))
    }

    @Test func `two sites have no group in common, nor have two locations`() throws {
        let texts = try Examples.texts(
            """
            site a.test { to b:1 c:1; location /x/ { to b:2 c:2; } }
            site a-test { to b:1 c:1; }
            """
        )
        let all = texts.values.joined()
        for name in ["certctl_a.test", "certctl_a.test~1", "certctl_a-test"] {
            #expect(all.ranges(of: "upstream \(name) {").count == 1)
        }
    }

    @Test func `a name of the hosts file is written as it is`() throws {
        #expect(
            try Examples.text("site a.test { to localhost:80; }")
                .contains("proxy_pass http://localhost:80;")
        )
    }

    @Test func `no directory to keep files in is told`() throws {
        var surroundings = Examples.surroundings()
        surroundings.cacheDirectory = nil
        let rendering = try Examples.rendering("site a.test { to b:1; cache; }", surroundings)
        #expect(rendering.notes == [.notCached(site: "a.test")])
        #expect(!rendering.files.contains { $0.path == "certctl/cache.inc" })
    }
}

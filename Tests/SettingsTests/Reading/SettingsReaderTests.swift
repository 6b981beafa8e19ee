import PKI
import Testing

@testable import ACME
@testable import Settings

/// What certctl.conf says becomes values.
@Suite struct SettingsReaderTests {
    private func read(_ text: String) throws(SettingsError) -> Settings {
        try SettingsTexts.read(text)
    }

    private func site(_ text: String) throws -> SiteSettings {
        try #require(try read("site a.test { \(text) }").sites.first)
    }

    /// design.md §11, with names of CAs that this version knows.
    @Test func `the example of the design has the settings that it means`() throws {
        let settings = try read(
            """
            email      ops@example.com;               # optional
            ca         https://localhost:14000/dir { roots pebble.pem; eab_kid kid-1; eab_hmac_file eab.txt; }
            fallback   letsencrypt { eab_kid K; eab_hmac_file google.hmac; }
            key_type   p256;                          # p384 rsa2048 rsa3072 rsa4096
            http01     auto;
            proxy      nginx {                        # a container's name
                configuration /srv/proxy/conf.d;      # the directory on the host
            }

            site example.com www.example.com {
                to frontend:3000;
                location /api/ { to backend1:8080 backend2:8080; }     # balanced
            }
            site portainer.example.com { kind portainer; to portainer:9000; }
            site registry.example.com  { kind registry;  to registry:5000; auth_basic_user_file /etc/nginx/registry.htpasswd; }
            certificate mail.example.com { deploy_hook /usr/local/bin/reload-mail now; }
            """
        )
        var expected = Settings()
        expected.email = EmailAddress("ops@example.com")
        expected.authority = try authority(
            "https://localhost:14000/dir",
            roots: "/etc/certctl/pebble.pem",
            ("kid-1", "/etc/certctl/eab.txt")
        )
        expected.fallback = try authority(
            "letsencrypt",
            roots: nil,
            ("K", "/etc/certctl/google.hmac")
        )
        expected.keyType = .p256
        expected.http01 = .auto
        expected.proxy = ProxySettings(
            place: .container("nginx"),
            configuration: "/srv/proxy/conf.d"
        )
        expected.sites = try [
            site(["example.com", "www.example.com"], .app, Upstream(host: "frontend", port: 3000)),
            site(["portainer.example.com"], .portainer, Upstream(host: "portainer", port: 9000)),
            site(["registry.example.com"], .registry, Upstream(host: "registry", port: 5000)),
        ]
        let backends = ["backend1", "backend2"].map { Upstream(host: $0, port: 8080) }
        expected.sites[0].locations = [.init(path: "/api/", upstreams: backends)]
        expected.sites[2].passwordFile = "/etc/nginx/registry.htpasswd"
        var mail = CertificateSettings(names: [try Identifier("mail.example.com")])
        mail.deployHooks = [.init(executable: "/usr/local/bin/reload-mail", arguments: ["now"])]
        expected.certificates = [mail]
        #expect(settings == expected)
    }

    private func authority(
        _ name: String,
        roots: String?,
        _ account: (kid: String, file: String)
    ) throws -> AuthoritySettings {
        var settings = AuthoritySettings(try #require(CertificateAuthority(name)))
        settings.roots = roots
        settings.externalAccount = .init(
            keyIdentifier: account.kid,
            hmacFile: account.file,
            algorithm: .sha256
        )
        return settings
    }

    private func site(
        _ names: [String],
        _ kind: SiteSettings.Kind,
        _ upstream: Upstream
    ) throws -> SiteSettings {
        let names = try names.map { try Identifier($0) }
        var site = SiteSettings(certificate: CertificateSettings(names: names))
        site.kind = kind
        site.destination = .upstreams([upstream])
        return site
    }

    @Test(arguments: ["", "\n\n", "# nothing\n", "# no end of line"])
    func `a file without directives says nothing`(text: String) throws {
        #expect(try read(text) == Settings())
    }

    @Test func `a certificate has settings of its own`() throws {
        let certificate = try #require(
            try read(
                """
                certificate A.test b.test. {
                    name mail; ca letsencrypt-staging; key_type rsa4096; profile shortlived;
                    preferred_chain "ISRG Root X2"; reuse_key; http01 webroot:/srv/www;
                    deploy_hook /bin/a; deploy_hook /bin/b "two words" '';
                }
                """
            ).certificates.first
        )
        #expect(certificate.names.map(\.description) == ["a.test", "b.test"])
        #expect(certificate.lineage == "mail")
        #expect(certificate.authority?.authority.folder == "letsencrypt-staging")
        #expect(certificate.keyType == .rsa4096)
        #expect(certificate.profile == "shortlived")
        #expect(certificate.preferredChain == "ISRG Root X2")
        #expect(certificate.reusesKey == true)
        #expect(certificate.http01 == .webroot("/srv/www"))
        #expect(
            certificate.deployHooks == [
                .init(executable: "/bin/a", arguments: []),
                .init(executable: "/bin/b", arguments: ["two words", ""]),
            ]
        )
    }

    @Test(
        arguments: [
            ("watch off;", WatchSettings.off),
            ("watch 993;", .at([.init(host: nil, port: 993)])),
            (
                "watch 465 mail.internal:993 10.0.0.5:8443 [2001:db8::5]:443;",
                .at([
                    .init(host: nil, port: 465), .init(host: "mail.internal", port: 993),
                    .init(host: "10.0.0.5", port: 8443), .init(host: "2001:db8::5", port: 443),
                ])
            ),
        ]
    )
    func `where a certificate is looked for`(text: String, expected: WatchSettings) throws {
        let certificate = try #require(
            try read("certificate a.test { \(text) }").certificates.first
        )
        #expect(certificate.watch == expected)
        #expect(try site("to a:1; \(text)").certificate.watch == expected)
        guard case .at(let places) = expected else { return }
        #expect("watch \(places.map(\.description).joined(separator: " "));" == text)
    }

    @Test func `a certificate can be without a block`() throws {
        let names = try read("certificate a.test b.test;").certificates.map(\.names.description)
        #expect(names == ["[a.test, b.test]"])
    }

    @Test func `all that is for the whole file is read`() throws {
        let settings = try read(
            """
            tls_group 101; profile p; preferred_chain c; http01 webroot:www; key_type p384;
            ca letsencrypt { eab_kid k; eab_hmac_file /x; eab_hmac_alg HS512; }
            """
        )
        #expect(settings.tlsGroup == 101)
        #expect(settings.profile == "p")
        #expect(settings.preferredChain == "c")
        #expect(settings.http01 == .webroot("/etc/certctl/www"))
        #expect(settings.keyType == .p384)
        #expect(settings.authority?.externalAccount?.algorithm == .sha512)
        #expect(settings.authority?.externalAccount?.hmacFile == "/x")
    }

    @Test(
        arguments: [
            ("nginx", ProxySettings.Place.container("nginx")), ("host", .host),
            ("compose:shop/web", .compose(project: "shop", service: "web")),
        ]
    )
    func `a proxy is a container, a service or this machine`(
        text: String,
        place: ProxySettings.Place
    ) throws {
        let proxy = try read("proxy \(text) { configuration conf.d; }").proxy
        #expect(proxy == ProxySettings(place: place, configuration: "/etc/certctl/conf.d"))
    }

    @Test(
        arguments: [
            ("frontend:3000", Upstream(host: "frontend", port: 3000)),
            ("my_app.internal:65535", Upstream(host: "my_app.internal", port: 65_535)),
            ("10.0.0.1:1", Upstream(host: "10.0.0.1", port: 1)),
            ("[fd00::1]:80", Upstream(host: "[fd00::1]", port: 80)),
            ("https://portainer:9443", Upstream(host: "portainer", port: 9443, isSecure: true)),
        ]
    )
    func `an upstream is a host and a port`(text: String, upstream: Upstream) throws {
        #expect(try site("to \(text);").destination == .upstreams([upstream]))
        #expect(upstream.description == text)
    }

    @Test func `a site has switches and rules`() throws {
        let site = try site(
            "kind static; to a:1; cache; gzip off; hsts 2y includeSubDomains preload;"
                + "allow 10.0.0.0/8; allow fd00::/8; allow ::ffff:10.1.2.3; deny all;"
        )
        #expect(site.isCached && !site.isCompressed && site.kind == .static)
        #expect(
            site.transportSecurity
                == .on(seconds: 63_072_000, includesSubdomains: true, isPreloaded: true)
        )
        #expect(site.access.map(\.isAllowed) == [true, true, true, false])
        #expect(site.access.last?.clients == .all)
        let network = try #require(NetworkRange("10.0.0.0/8"))
        #expect(site.access.first?.clients == .network(network))
    }

    @Test(
        arguments: [
            ("off", TransportSecurity.off),
            ("300", .on(seconds: 300, includesSubdomains: false, isPreloaded: false)),
            ("1d", .on(seconds: 86_400, includesSubdomains: false, isPreloaded: false)),
            (
                "5w includeSubDomains",
                .on(seconds: 3_024_000, includesSubdomains: true, isPreloaded: false)
            ),
        ]
    )
    func `strict transport security has a time`(text: String, expected: TransportSecurity) throws {
        #expect(try site("to a:1; hsts \(text);").transportSecurity == expected)
    }

    @Test func `raw is kept byte for byte`() throws {
        let raw = "\n  proxy_set_header A \"b\"; # c\n  map $x $y { a b; }\n"
        #expect(try site("raw {\(raw)}").raw == Array(raw.utf8))
    }

    @Test(arguments: [("www.example.com", "www.example.com"), ("A.test:8443", "a.test:8443")])
    func `a redirect has a host`(text: String, host: String) throws {
        #expect(try site("kind redirect; to \(text);").destination == .redirect(host))
    }

    @Test(
        arguments: [
            "auth_basic_user_file /x;", "allow 10.0.0.0/8; deny all;",
            "auth_basic_user_file /x; allow all;",
        ]
    )
    func `a registry is guarded by passwords or by addresses`(guards: String) throws {
        #expect(try site("kind registry; to r:5000; \(guards)").isPublic == false)
    }

    @Test func `a registry may be public if the file says so`() throws {
        #expect(try site("kind registry; to r:5000; public;").isPublic)
    }

    @Test func `a name in other letters is taken in its ASCII form`() throws {
        let names = try read("certificate exämple.test;").certificates[0].names
        #expect(names.map(\.description) == ["xn--exmple-cua.test"])
    }
}

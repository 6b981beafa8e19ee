import Nginx
import Sites
import Testing

/// What is written is what that nginx knows.
@Suite struct VersionTests {
    private let app = "site a.test { to b:1 c:1; }"

    @Test(
        arguments: [
            ("1.25.0", "listen        443 ssl http2;", false),
            ("1.25.1", "listen        443 ssl;", true),
            ("1.9.15", "listen        443 ssl http2;", false),
        ]
    )
    func `HTTP/2 is a word before 1.25.1, and a directive from then on`(
        version: String,
        listen: String,
        isDirective: Bool
    ) throws {
        let texts = try Examples.texts(app, Examples.surroundings(Examples.build(version)))
        let site = try #require(texts["certctl-a.test.conf"])
        #expect(site.contains("    \(listen)\n"))
        #expect(site.contains("http2         on;") == isDirective)
        #expect(texts["certctl-01-default.conf"]?.contains("http2") == !isDirective)
    }

    @Test func `without its module there is no HTTP/2 at all`() throws {
        let build = Examples.build("1.22.1", without: "http_v2_module")
        #expect(try !Examples.text(app, Examples.surroundings(build)).contains("http2"))
    }

    @Test func `without its module auth_request is not switched off`() throws {
        let build = Examples.build(without: "http_auth_request_module")
        for (surroundings, isThere) in [
            (Examples.surroundings(), true), (Examples.surroundings(build), false),
        ] {
            let texts = try Examples.texts(app, surroundings)
            #expect(texts["certctl/challenge.inc"]?.contains("auth_request off;") == isThere)
        }
    }

    @Test(
        arguments: [
            ("3.5.0", "ssl_ecdh_curve            X25519MLKEM768:X25519:prime256v1:secp384r1;"),
            ("3.4.9", "ssl_ecdh_curve            X25519:prime256v1:secp384r1;"),
            ("3.0.19", "ssl_ecdh_curve            X25519:prime256v1:secp384r1;"),
            ("1.1.1w", "ssl_ecdh_curve            X25519:prime256v1:secp384r1;"),
        ]
    )
    func `curves are those that the library knows`(openSSL: String, line: String) throws {
        let build = Examples.build(openSSL: openSSL)
        let texts = try Examples.texts(app, Examples.surroundings(build))
        #expect(texts["certctl/tls.inc"]?.contains("\n\(line)\n") == true)
    }

    @Test(arguments: ["1.0.2u", "1.1.1 (compatible; BoringSSL)"])
    func `a library that may not know them chooses its curves itself`(openSSL: String) throws {
        let build = Examples.build(openSSL: openSSL)
        let texts = try Examples.texts(app, Examples.surroundings(build))
        #expect(texts["certctl/tls.inc"]?.contains("ssl_ecdh_curve") == false)
    }

    @Test(arguments: [("1.23.1", true), ("1.23.2", false)])
    func `tickets are off where nginx does not change their keys`(
        version: String,
        isOff: Bool
    )
        throws
    {
        let texts = try Examples.texts(app, Examples.surroundings(Examples.build(version)))
        #expect(texts["certctl/tls.inc"]?.contains("ssl_session_tickets       off;") == isOff)
    }

    @Test func `an unknown name gets no handshake from 1.19.4 on`() throws {
        let texts = try Examples.texts(app, Examples.surroundings(Examples.build("1.19.4")))
        #expect(texts["certctl-01-default.conf"]?.contains("ssl_reject_handshake on;") == true)
    }

    @Test func `before, it gets some certificate and no answer, and that is told`() throws {
        let surroundings = Examples.surroundings(Examples.build("1.18.0"))
        let rendering = try Examples.rendering("site a.test { to 10.0.0.1:1; }", surroundings)
        let file = try #require(rendering.files.first { $0.path == "certctl-01-default.conf" })
        let text = String(decoding: file.body, as: UTF8.self)
        #expect(!text.contains("ssl_reject_handshake"))
        #expect(text.contains("    include /tls/a.test.conf;\n"))
        #expect(text.hasSuffix("    return 444;\n}\n"))
        #expect(rendering.notes == [.showsCertificate(site: "a.test")])
    }

    @Test(arguments: [("1.27.2", false), ("1.27.3", true)])
    func `names of a group are looked up again from 1.27.3 on`(
        version: String,
        isGroup: Bool
    )
        throws
    {
        let surroundings = Examples.surroundings(Examples.build(version))
        let rendering = try Examples.rendering(app, surroundings)
        let text = try Examples.text(app, surroundings)
        #expect(text.contains("upstream certctl_a.test {") == isGroup)
        #expect(text.contains(" resolve;") == isGroup)
        #expect(text.contains("split_clients $request_id $certctl_pool_") == !isGroup)
        #expect(rendering.notes == (isGroup ? [] : [.dividedByChance(site: "a.test", path: "/")]))
    }

    @Test func `chance gives each of three a third`() throws {
        let surroundings = Examples.surroundings(Examples.build("1.22.1"))
        let text = try Examples.text("site a.test { to b:1 c:1 d:1; }", surroundings)
        #expect(text.contains("    33.33% b:1;\n    33.33% c:1;\n    *      d:1;\n"))
    }

    @Test func `a group of addresses is one before 1.27.3 too`() throws {
        let surroundings = Examples.surroundings(Examples.build("1.22.1"))
        let text = try Examples.text("site a.test { to 10.0.0.1:1 localhost:1; }", surroundings)
        #expect(text.contains("upstream certctl_a.test {"))
        #expect(text.contains("    keepalive 32;\n"))
    }

    @Test(arguments: [("1.29.6", true), ("1.29.7", false)])
    func `HTTP/1.1 and kept connections are said until they are the default`(
        version: String,
        isSaid: Bool
    ) throws {
        let texts = try Examples.texts(app, Examples.surroundings(Examples.build(version)))
        #expect(texts["certctl/proxy.inc"]?.contains("proxy_http_version 1.1;") == isSaid)
        #expect(texts["certctl-a.test.conf"]?.contains("keepalive 32;") == isSaid)
    }

    @Test func `there are listeners for IPv6 only where there is IPv6`() throws {
        var surroundings = Examples.surroundings()
        let names = ["certctl-01-default.conf", "certctl-a.test.conf"]
        for hasIPv6 in [false, true] {
            surroundings.hasIPv6 = hasIPv6
            let texts = try Examples.texts(app, surroundings)
            for name in names {
                #expect(texts[name]?.contains("[::]:80") == hasIPv6)
                #expect(texts[name]?.contains("[::]:443 ssl") == hasIPv6)
            }
            #expect(texts["certctl-a.test.conf"]?.contains("ipv6=off") == !hasIPv6)
        }
    }

    @Test func `a port that the world sees instead of 443 is told`() throws {
        var surroundings = Examples.surroundings()
        surroundings.httpsPort = 8443
        let texts = try Examples.texts(app, surroundings)
        #expect(texts["certctl/proxy.inc"]?.contains("X-Forwarded-Port  8443;") == true)
        let site = try #require(texts["certctl-a.test.conf"])
        #expect(site.contains("return 308 https://$host:8443$request_uri;"))
        #expect(site.contains("absolute_redirect    off;"))
    }

    @Test(
        arguments: [
            (46, nil), (47, "128"), (110, "128"), (111, "256"), (253, "512"),
        ] as [(Int, String?)]
    )
    func `nginx gets room for long names`(length: Int, size: String?) throws {
        let labels = String(repeating: String(repeating: "a", count: 49) + ".", count: 6)
        let name = String(labels.suffix(length - 4)) + "test"
        let host = name.hasPrefix(".") ? "b\(name.dropFirst())" : name
        let texts = try Examples.texts("site \(host) { name a; to b:1; }")
        let line = size.map { "server_names_hash_bucket_size \($0);\n" }
        let common = try #require(texts["certctl-00-http.conf"])
        #expect(line.map { common.hasSuffix($0) } ?? !common.contains("bucket_size"))
    }

    @Test func `the ways to the CA's answers`() throws {
        let ways: [(Surroundings.Challenge, String)] = [
            (
                .socket("/run/c/http01.sock"),
                "proxy_pass            http://unix:/run/c/http01.sock:;"
            ),
            (
                .webroot("/var/www/a b"),
                "root         \"/var/www/a b\";\n    try_files    $uri =404;"
            ),
        ]
        for (challenge, line) in ways {
            var surroundings = Examples.surroundings()
            surroundings.challenge = challenge
            let texts = try Examples.texts(app, surroundings)
            #expect(texts["certctl/challenge.inc"]?.contains("    \(line)\n") == true)
        }
    }
}

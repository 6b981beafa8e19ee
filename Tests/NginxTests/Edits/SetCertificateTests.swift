import Nginx
import TestSupport
import Testing

/// The certificate of a server becomes the pair file, and nothing else changes.
@Suite struct SetCertificateTests {
    private let wish = InPlace().setCertificate

    private func plan(_ http: String, _ others: [String: String] = [:]) throws -> EditPlan {
        try wish.plan(in: NginxFiles(http: http, others).read())
    }

    /// The lines of `http` after the edits.
    private func edited(_ http: String, _ wish: SetCertificate? = nil) throws -> String {
        let configuration = try NginxFiles(http: http).read()
        let plan = (wish ?? self.wish).plan(in: configuration)
        try #require(plan.refusals.isEmpty, "\(plan.refusals)")
        let bytes = try #require(configuration.files[NginxFiles.main]?.bytes)
        let result = try SpanEdit.apply(plan.edits[NginxFiles.main] ?? [], to: bytes).string
        return String(result.dropFirst("events {}\nhttp {\n".count).dropLast("\n}\n".count))
    }

    private func place(_ line: Int, _ column: Int, _ file: String = NginxFiles.main) -> SourcePlace
    {
        SourcePlace(file, SourcePosition(line: line, column: column))
    }

    @Test func `the pair file takes the place of certificate and key`() throws {
        let before = """
            server {
            \tlisten 443 ssl; # main
            \tserver_name a.test;
            \tssl_certificate     /old.pem;  # mine
            \tssl_certificate_key /old.key;
            \troot /srv;
            }
            """
        let after = """
            server {
            \tlisten 443 ssl; # main
            \tserver_name a.test;
            \tinclude /tls/nginx/a.test.conf; # certctl  # mine
            \troot /srv;
            }
            """
        #expect(try edited(before) == after)
    }

    @Test func `on one line the mark does not swallow what follows`() throws {
        #expect(
            try edited(
                "server { listen 443 ssl; server_name a.test; ssl_certificate /o; ssl_certificate_key /k; }"
            ) == """
                server { listen 443 ssl; server_name a.test; include /tls/nginx/a.test.conf; # certctl
                      }
                """
        )
    }

    @Test func `where there is none, it goes below server_name`() throws {
        #expect(
            try edited("server {\n  listen 443 ssl;\n  server_name a.test; # x\n  root /a;\n}")
                == """
                server {
                  listen 443 ssl;
                  server_name a.test; # x
                  include /tls/nginx/a.test.conf; # certctl
                  root /a;
                }
                """
        )
    }

    @Test func `the certificate of http stays for others`() throws {
        let http = """
            ssl_certificate /h; ssl_certificate_key /k;
            server {
                listen 443 ssl;
                server_name a.test;
            }
            """
        let plan = try plan(http)
        #expect(plan.reports == [.overridesHTTP(place(3, 1))])
        #expect(
            try edited(http).contains("a.test;\n    include /tls/nginx/a.test.conf; # certctl\n}")
        )
    }

    @Test func `a server without TLS gets it, on the addresses that it has`() throws {
        let before = """
            server {
                listen 80 default_server reuseport;
                listen [::]:80 ipv6only=on;
                listen 192.0.2.1:8080;
                server_name a.test;
                location / { }
            }
            """
        let after = """
            server {
                listen 80 default_server reuseport;
                listen [::]:80 ipv6only=on;
                listen 192.0.2.1:8080;
                listen 443 ssl default_server; # certctl
                listen [::]:443 ssl; # certctl
                listen 192.0.2.1:443 ssl; # certctl
                include /tls/nginx/a.test.conf; # certctl
                include /etc/nginx/certctl/tls.inc; # certctl
                server_name a.test;
                location / { }
            }
            """
        #expect(try edited(before) == after)
    }

    @Test func `a second default server is not made`() throws {
        let after = try edited(
            """
            server { listen 443 ssl default_server; server_name b.test; }
            server {
                listen 80 default_server; server_name a.test;
            }
            """
        )
        #expect(after.contains("listen 443 ssl; # certctl"))
    }

    @Test func `an implied listen is written out`() throws {
        #expect(
            try edited("server {\n    server_name a.test;\n}") == """
                server {
                    listen 80; # certctl
                    listen 443 ssl; # certctl
                    include /tls/nginx/a.test.conf; # certctl
                    include /etc/nginx/certctl/tls.inc; # certctl
                    server_name a.test;
                }
                """
        )
    }

    @Test func `own settings of TLS are kept`() throws {
        let http = "server {\n  listen 80;\n  server_name a.test;\n  ssl_protocols TLSv1.3;\n}"
        #expect(try plan(http).reports == [.keptTLSSettings(place(6, 3))])
        #expect(try !edited(http).contains("tls.inc"))
    }

    @Test func `a prepared certificate without TLS is replaced, and TLS comes with it`() throws {
        let after = try edited(
            "server {\n listen 80;\n server_name a.test;\n ssl_certificate /o;\n ssl_certificate_key /k;\n}"
        )
        #expect(
            after == """
                server {
                 listen 80;
                 listen 443 ssl; # certctl
                 include /etc/nginx/certctl/tls.inc; # certctl
                 server_name a.test;
                 include /tls/nginx/a.test.conf; # certctl
                }
                """
        )
    }

    @Test func `the server with TLS is taken, and not the one without`() throws {
        let after = try edited(
            """
            server { listen 80; server_name a.test; }
            server {
              listen 443 ssl; server_name a.test; ssl_certificate /o; ssl_certificate_key /k;
            }
            """
        )
        #expect(after.hasPrefix("server { listen 80; server_name a.test; }\n"))
        #expect(after.contains("include /tls/nginx/a.test.conf; # certctl"))
    }

    @Test func `a snippet of this server alone is edited where it is`() throws {
        let plan = try plan(
            "server { listen 443 ssl; server_name a.test; include cert.inc; }",
            ["/etc/nginx/cert.inc": "ssl_certificate /o;\nssl_certificate_key /k;"]
        )
        #expect(plan.refusals.isEmpty)
        #expect(Array(plan.edits.keys) == ["/etc/nginx/cert.inc"])
    }

    @Test func `a snippet that others use is not edited`() throws {
        let plan = try plan(
            """
            server { listen 443 ssl; server_name a.test; include cert.inc; }
            server { listen 443 ssl; server_name b.test; include cert.inc; }
            """,
            ["/etc/nginx/cert.inc": "ssl_certificate /o;\nssl_certificate_key /k;"]
        )
        #expect(
            plan.refusals == [
                .sharedFile(place(1, 1, "/etc/nginx/cert.inc"), others: [place(4, 1)])
            ]
        )
        #expect(plan.edits.isEmpty)
    }

    @Test func `a snippet of servers that all get the certificate is edited once`() throws {
        var wish = wish
        wish.names = ["a.test", "b.test"]
        let configuration = try NginxFiles(
            http: """
                server { listen 443 ssl; server_name a.test; include cert.inc; }
                server { listen 443 ssl; server_name b.test; include cert.inc; }
                """,
            ["/etc/nginx/cert.inc": "ssl_certificate /o;\nssl_certificate_key /k;"]
        ).read()
        let plan = wish.plan(in: configuration)
        #expect(plan.refusals.isEmpty)
        #expect(plan.edits["/etc/nginx/cert.inc"]?.count == 2)
    }

    @Test(
        arguments: [
            "$ssl_server_name.pem", "\"data:$cert\"", "engine:pkcs11:x", "store:file:/x",
        ]
    )
    func `what is no plain path is not touched`(value: String) throws {
        let plan = try plan(
            "server { listen 443 ssl; server_name a.test; ssl_certificate /o; ssl_certificate_key \(value); }"
        )
        guard case .specialValue = try #require(plan.refusals.first) else {
            Issue.record("\(plan.refusals)")
            return
        }
        #expect(plan.edits.isEmpty)
    }

    @Test func `names that would lose their certificate are a refusal, unless it is meant`() throws
    {
        let http = """
            server { listen 443 ssl; server_name a.test www.a.test *.b.test _ ~^x 192.0.2.1 localhost;
            ssl_certificate /o; ssl_certificate_key /k; }
            """
        let refusal = EditRefusal.otherNames(["www.a.test", "*.b.test"], place(3, 1))
        #expect(try plan(http).refusals == [refusal])
        var wish = wish
        wish.mayDropNames = true
        let plan = try wish.plan(in: NginxFiles(http: http).read())
        #expect(plan.reports == [.uncovered(["www.a.test", "*.b.test"], place(3, 1))])
        #expect(plan.edits.count == 1)
    }

    @Test func `a wildcard of the certificate covers one label`() throws {
        var wish = wish
        wish.names = ["*.a.test"]
        let plan = try wish.plan(
            in: NginxFiles(
                http: """
                    server { listen 443 ssl; server_name *.a.test x.a.test y.x.a.test a.test;
                    ssl_certificate /o; ssl_certificate_key /k; }
                    """
            ).read()
        )
        #expect(plan.refusals == [.otherNames(["y.x.a.test", "a.test"], place(3, 1))])
    }

    @Test func `a server that only redirects to https does not become the https server`() throws {
        let root =
            "server { listen 80; server_name a.test; location / { return 308 https://$host; } }"
        #expect(try plan(root).refusals == [.onlyRedirects(name: "a.test", place(3, 54))])
        let plain =
            "server { listen 80; server_name a.test; return 301 https://$host$request_uri; }"
        #expect(try plan(plain).refusals == [.onlyRedirects(name: "a.test", place(3, 41))])
    }

    @Test func `a name that nobody has is a refusal`() throws {
        let http = "server { listen 443 ssl default_server; server_name b.test; }"
        #expect(try plan(http).refusals == [.noServer(name: "a.test")])
        #expect(try plan("").refusals == [.noServer(name: "a.test")])
    }

    @Test func `a socket where the default answers for the name is told`() throws {
        let plan = try plan(
            """
            server { listen [::]:443 ssl; server_name b.test; }
            server { listen 443 ssl; server_name a.test; }
            """
        )
        #expect(
            plan.reports == [
                .answeredByDefault(name: "a.test", socket: "[::]:443", place(3, 1))
            ]
        )
    }

    @Test(
        arguments: [
            ("# managed by Certbot\n", NginxFiles.main, "certbot"),
            ("# certctl:managed file=x\n", NginxFiles.main, "certctl"),
            ("# nginx-proxy version : 1.6.2\n", NginxFiles.main, "nginx-proxy"),
            ("", "/data/nginx/proxy_host/1.conf", "Nginx Proxy Manager"),
            ("", "/config/nginx/site-confs/default.conf", "SWAG"),
        ]
    )
    func `a file that a program writes again is not edited`(
        comment: String,
        path: String,
        tool: String
    ) throws {
        let server = "server { listen 443 ssl; server_name a.test; }"
        let files = NginxFiles([
            NginxFiles.main:
                "\(comment)http { \(path == NginxFiles.main ? server : "include \(path);") }",
            path == NginxFiles.main ? "/unused" : path: server,
        ])
        #expect(wish.plan(in: try files.read()).refusals == [.generated(file: path, by: tool)])
    }

    @Test func `a file that the caller knows to be generated is not edited`() throws {
        var wish = wish
        wish.generated = [NginxFiles.main: "envsubst"]
        let files = NginxFiles(http: "server { listen 443 ssl; server_name a.test; }")
        let plan = wish.plan(in: try files.read())
        #expect(plan.refusals == [.generated(file: NginxFiles.main, by: "envsubst")])
        #expect(plan.edits.isEmpty)
    }

    @Test func `what the image makes of templates is generated`() {
        let paths = [
            "/etc/nginx/templates/default.conf.template", "/etc/nginx/templates/x.bak",
            "/a.template",
        ]
        #expect(Array(GeneratedFiles.ofTemplates(paths).keys) == ["/etc/nginx/conf.d/default.conf"])
    }

    @Test(
        arguments: [
            "server { listen 443 ssl; server_name a.test; include /tls/nginx/*.conf; }",
            "include /tls/nginx/a.test.conf; server { listen 443 ssl; server_name a.test; }",
            "server { listen 443 ssl; server_name a.test; include /tls/nginx/a.test.conf; }",
        ]
    )
    func `a server that uses the pair file in any way stays as it is`(http: String) throws {
        let pair = [InPlace.pair: "ssl_certificate /n; ssl_certificate_key /k;"]
        #expect(try plan(http, pair).isEmpty)
    }

    @Test func `a path that nginx cannot read back is a refusal`() throws {
        var wish = wish
        wish.pair = "/a\0b"
        let files = NginxFiles(http: "server { listen 443 ssl; server_name a.test; }")
        #expect(wish.plan(in: try files.read()).refusals == [.unwritable("/a\0b")])
    }

    @Test func `every refusal and report is explained`() {
        let place = place(1, 2)
        let refusals: [EditRefusal] = [
            .noServer(name: "n"), .nothingListens(port: 80),
            .undecided(name: "n", regex: "r", place),
            .severalCertificates([place]), .specialValue("v", place),
            .sharedFile(place, others: [place]), .otherNames(["n"], place),
            .onlyRedirects(name: "n", place), .challengeLocation(place),
            .decidedEarlier("return", place), .fixedDirective("listen", place),
            .twoServers(place, other: place), .generated(file: "f", by: "t"), .unwritable("p"),
        ]
        #expect(Set(refusals.map(\.explanation)).count == refusals.count)
        #expect(refusals.allSatisfy { !$0.remedy.isEmpty })
        let reports: [EditReport] = [
            .uncovered(["n"], place), .answeredByDefault(name: "n", socket: "s", place),
            .overridesHTTP(place), .keptTLSSettings(place), .movedReturn(place),
            .redirectsAlready(place),
        ]
        #expect(reports.allSatisfy { $0.explanation.hasPrefix("\(NginxFiles.main):1:2: ") })
    }
}

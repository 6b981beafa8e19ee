import Nginx
import TestSupport
import Testing

/// A CA's requests reach certctl, and the rest can be sent to https.
@Suite struct ChallengeAndRedirectTests {
    private func place(_ line: Int, _ column: Int) -> SourcePlace {
        SourcePlace(NginxFiles.main, SourcePosition(line: line, column: column))
    }

    private func challenge(_ http: String) throws -> EditPlan {
        try InPlace().addChallengeLocation.plan(in: NginxFiles(http: http).read())
    }

    private func edited(_ http: String, _ plan: EditPlan) throws -> String {
        try #require(plan.refusals.isEmpty, "\(plan.refusals)")
        let bytes = try #require(NginxFiles(http: http).files[NginxFiles.main])
        let result = try SpanEdit.apply(plan.edits[NginxFiles.main] ?? [], to: bytes).string
        return String(result.dropFirst("events {}\nhttp {\n".count).dropLast("\n}\n".count))
    }

    @Test func `the location is included first in the server of the plain port`() throws {
        let http =
            "server { # x\n  listen 80;\n  server_name a.test;\n}\nserver { listen 443 ssl; }"
        #expect(
            try edited(http, challenge(http)) == """
                server { # x
                  include /etc/nginx/certctl/challenge.inc; # certctl
                  listen 80;
                  server_name a.test;
                }
                server { listen 443 ssl; }
                """
        )
    }

    @Test func `in an empty block and in one of a single line it finds its place`() throws {
        let http = "server { server_name a.test; }"
        #expect(
            try edited(http, challenge(http)) == """
                server {
                    include /etc/nginx/certctl/challenge.inc; # certctl
                     server_name a.test; }
                """
        )
    }

    @Test func `a return of the server moves into a location, and says so`() throws {
        let http = """
            server {
                listen 80;
                server_name a.test;
                return 301 https://$host$request_uri; # to https
            }
            """
        let plan = try challenge(http)
        #expect(plan.reports == [.movedReturn(place(6, 5))])
        #expect(
            try edited(http, plan) == """
                server {
                    include /etc/nginx/certctl/challenge.inc; # certctl
                    listen 80;
                    server_name a.test;
                    location / { return 301 https://$host$request_uri; } # certctl # to https
                }
                """
        )
    }

    @Test(
        arguments: [
            ("if ($x) { return 301 https://$host; }", "if"),
            ("rewrite ^ https://$host permanent;", "rewrite"),
            ("return 404; location /a { }", "return"), ("return 404; rewrite ^/a /b;", "return"),
        ]
    )
    func `what decides earlier and cannot be moved is a refusal`(
        text: String,
        name: String
    ) throws {
        let plan = try challenge("server { server_name a.test; \(text) }")
        #expect(plan.refusals == [.decidedEarlier(name, place(3, 30))])
        #expect(plan.edits.isEmpty)
    }

    @Test func `a location of the user's for challenges is a refusal`() throws {
        let plan = try challenge(
            "server { server_name a.test; location /.well-known/acme-challenge/ { root /x; } }"
        )
        #expect(plan.refusals == [.challengeLocation(place(3, 30))])
    }

    @Test func `names without a server get one of certctl's own, on the sockets of the port`()
        throws
    {
        let plan = try challenge("server { listen 80; listen [::]:80; server_name b.test; }")
        #expect(plan.ownServers == [OwnServer(names: ["a.test"], listens: [["80"], ["[::]:80"]])])
        #expect(plan.edits.isEmpty && plan.refusals.isEmpty && !plan.isEmpty)
    }

    @Test func `without anything on the port there is a refusal`() throws {
        let plan = try challenge("server { listen 443 ssl; server_name a.test; }")
        #expect(plan.refusals == [.nothingListens(port: 80)])
    }

    @Test func `wildcards are not asked for by http`() throws {
        var wish = InPlace(names: ["*.a.test"]).addChallengeLocation
        wish.port = 80
        let files = NginxFiles(http: "server { server_name *.a.test; }")
        #expect(wish.plan(in: try files.read()).isEmpty)
    }

    private func redirect(_ http: String) throws -> EditPlan {
        try InPlace().redirectToHTTPS.plan(in: NginxFiles(http: http).read())
    }

    @Test
    func `a plain listen becomes one of https, and a server of certctl's own takes its place`()
        throws
    {
        let http = """
            server {
                listen 80 default_server;
                listen [::]:80;
                listen 443 ssl;
                server_name a.test;
            }
            """
        let plan = try redirect(http)
        #expect(
            try edited(http, plan) == """
                server {
                    listen [::]:443 ssl; # certctl
                    listen 443 ssl;
                    server_name a.test;
                }
                """
        )
        #expect(
            plan.ownServers == [
                OwnServer(names: ["a.test"], listens: [["80", "default_server"], ["[::]:80"]])
            ]
        )
    }

    @Test func `a server that redirects already stays`() throws {
        let plan = try redirect("server { server_name a.test; return 301 https://$host; }")
        #expect(plan.reports == [.redirectsAlready(place(3, 30))])
        #expect(plan.isEmpty)
    }

    @Test func `names that have no certificate are not sent to https`() throws {
        let plan = try redirect("server { server_name a.test b.test x.* ~^r; }")
        #expect(plan.refusals == [.otherNames(["b.test", "x.*", "~^r"], place(3, 1))])
    }

    @Test func `a server that has no https yet is not left with it alone`() throws {
        let plan = try redirect("server { server_name a.test; }")
        #expect(plan.refusals == [.onlyRedirects(name: "a.test", place(3, 1))])
    }

    @Test func `a listen for many ports, or of an include, cannot be changed`() throws {
        let plan = try redirect("server { listen 443 ssl; listen 80-81; server_name a.test; }")
        #expect(plan.refusals == [.fixedDirective("listen", place(3, 26))])
        let files = NginxFiles(
            http: "server { include l; server_name a.test; }",
            ["/etc/nginx/l": "listen 80;"]
        )
        let included = InPlace().redirectToHTTPS.plan(in: try files.read())
        #expect(included.refusals.count == 1)
        #expect(included.refusals.first?.explanation.hasPrefix("/etc/nginx/l:1:1:") == true)
    }

    @Test func `where another server has the name by https this one cannot take it`() throws {
        let plan = try redirect(
            "server { listen 80; server_name a.test; }\nserver { listen 443 ssl; server_name a.test; }"
        )
        #expect(plan.refusals == [.twoServers(place(3, 1), other: place(4, 1))])
    }

    @Test func `where another server would have the name next it is not freed for that one`() throws
    {
        let plan = try redirect("server { server_name a.test; }\nserver { server_name a.test; }")
        #expect(plan.refusals == [.twoServers(place(3, 1), other: place(4, 1))])
    }
}

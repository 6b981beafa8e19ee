import Nginx
import TestSupport
import Testing

/// What real files rarely contain: each is edited rightly or refused, and in no case spoilt.
@Suite struct HandWrittenCasesTests {
    private let tls = """
        server {
            listen 443 ssl;
            server_name a.test;
            ssl_certificate /old.pem;
            ssl_certificate_key /old.key;
        }
        server {
            listen 80;
            server_name a.test;
        }

        """
    private let edited = """
        server {
            listen 443 ssl;
            server_name a.test;
            include /tls/nginx/a.test.conf; # certctl
        }
        server {
            include /etc/nginx/certctl/challenge.inc; # certctl
            listen 80;
            server_name a.test;
        }

        """
    private static let site = "/etc/nginx/sites-enabled/a"

    private func files(_ bytes: [UInt8]) -> NginxFiles {
        var files = NginxFiles(http: "include sites-enabled/*;")
        files.files[Self.site] = bytes
        return files
    }

    /// The site after the edits; checks that a second run and undo do as promised.
    private func run(_ bytes: [UInt8], _ wish: InPlace = InPlace()) throws -> [UInt8] {
        let session = try wish.run(on: files(bytes).read())
        let after = session.changes[Self.site] ?? bytes
        let again = try wish.run(on: session.configuration)
        #expect(again.changes.isEmpty)
        #expect(session.undo.restore(Self.site, from: after) == .restored(bytes))
        return after
    }

    private func run(_ text: String) throws -> String { try run(Array(text.utf8)).string }

    /// Puts lines before the servers and after them, where they have to stay as they are.
    private func expectKept(_ lines: String) throws {
        #expect(try run(lines + tls) == lines + edited)
        #expect(try run(tls + lines) == edited + lines)
    }

    @Test func `lines that end in CR LF get lines that end so`() throws {
        let dos = { (text: String) in
            text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
        }
        #expect(try run(dos(tls)) == dos(edited))
    }

    @Test func `a byte order mark is an error, as it is for nginx, unless it is in data`() throws {
        let bytes = [0xEF, 0xBB, 0xBF] + Array(tls.utf8)
        #expect(throws: ConfigurationError.byteOrderMark(file: Self.site)) { try run(bytes) }
        var files = files(Array("map $a $b { include m; }\n\(tls)".utf8))
        files.files["/etc/nginx/m"] = [0xEF, 0xBB, 0xBF] + Array("a b;".utf8)
        let session = try InPlace().run(on: files.read())
        #expect(session.changes[Self.site]?.string == "map $a $b { include m; }\n\(edited)")
    }

    @Test func `a no-break space is part of its word and stays`() throws {
        try expectKept("set $a \u{A0}b\u{A0};\n")
        let name = tls.replacing("server_name a.test", with: "server_name\u{A0}a.test")
        #expect(throws: EditRefusal.noServer(name: "a.test")) { try run(name) }
    }

    @Test func `bytes that are no UTF-8 stay, in comments and in names`() throws {
        let odd: [UInt8] =
            Array("#".utf8) + [0xFF, 0xFE, 0xC3, 0x28, 0x0A] + Array("set $a ".utf8)
            + [0xFF, 0xA0] + Array(";\n".utf8)
        #expect(try run(odd + Array(tls.utf8)) == odd + Array(edited.utf8))
        #expect(try run(Array(tls.utf8) + odd) == Array(edited.utf8) + odd)
        let name = Array("server_name a.test;".utf8)
        let named = Array("server_name a.test ".utf8) + [0xFF, 0x3B]
        #expect(
            try run(Array(tls.utf8).replacing(name, with: named))
                == Array(edited.utf8).replacing(name, with: named)
        )
    }

    @Test func `a word of 4097 bytes is an error with its place, and nothing is edited`() {
        let text = tls + "set $a " + String(repeating: "b", count: 4097) + ";\n"
        let error = #expect(throws: ConfigurationError.self) { try run(text) }
        #expect(error?.explanation.hasPrefix("\(Self.site):11:8: a word or comment") == true)
    }

    @Test func `a brace within a word closes nothing`() throws {
        try expectKept("set $a a}b;\nset $b a}}#\"'b;\n")
    }

    @Test func `text after a closing quote is an error with its place`() {
        let error = #expect(throws: ConfigurationError.self) { try run(tls + "set $x \"a\"b;") }
        #expect(error?.explanation == "\(Self.site):11:11: 'b' follows a closing quote")
    }

    @Test func `the edges of variables in braces`() throws {
        try expectKept("set $a ${x};\n")
        try expectKept("set $a ${x a${;\nset $b \"${y}\"; set $c ${{;\n")
    }

    @Test func `keys of a map that are named like directives are no directives`() throws {
        try expectKept("map $a $b { listen 443; server_name a.test; ssl_certificate /x; }\n")
    }

    @Test func `servers of streams and of mail are left alone`() throws {
        var files = files(Array(tls.utf8))
        let streams =
            "stream { server { listen 443 ssl; ssl_certificate /s; server_name a.test; } }\n"
        files.files[NginxFiles.main]? += Array(streams.utf8)
        let session = try InPlace().run(on: files.read())
        #expect(Array(session.changes.keys) == [Self.site])
    }

    @Test func `Lua with long brackets is opaque`() throws {
        try expectKept(
            "init_by_lua_block { s = [==[ } server { ]] ]==] --[[ } ]] t = {'}', \"}\"} }\n"
        )
    }

    @Test func `a link in sites-enabled is a file of that name`() throws {
        #expect(try run(tls) == edited)
    }

    @Test func `an include circle is an error, and nothing is edited`() {
        #expect(throws: ConfigurationError.self) { try run(tls + "include sites-enabled/*;") }
    }

    @Test func `the body of a server may come from an include`() throws {
        var files = files(
            Array("server { include body.inc; }\nserver { include body80.inc; }".utf8)
        )
        let body =
            "listen 443 ssl;\nserver_name a.test;\nssl_certificate /o;\nssl_certificate_key /k;\n"
        files.files["/etc/nginx/body.inc"] = Array(body.utf8)
        files.files["/etc/nginx/body80.inc"] = Array("listen 80;\nserver_name a.test;\n".utf8)
        let session = try InPlace().run(on: files.read())
        #expect(
            session.changes.mapValues(\.string) == [
                "/etc/nginx/body.inc":
                    "listen 443 ssl;\nserver_name a.test;\ninclude /tls/nginx/a.test.conf; # certctl\n",
                Self.site: """
                server { include body.inc; }
                server {
                    include /etc/nginx/certctl/challenge.inc; # certctl
                     include body80.inc; }
                """,
            ]
        )
        #expect(try InPlace().run(on: session.configuration).changes.isEmpty)
    }

    @Test func `X14: pairs for RSA and ECDSA are told, and not touched`() throws {
        let second =
            "    ssl_certificate /ec.pem;\n    ssl_certificate_key /ec.key;\n}\nserver {\n    listen 80"
        let text = tls.replacing("}\nserver {\n    listen 80", with: second)
        let places = [(4, 5), (6, 5), (5, 5), (7, 5)].map { line, column in
            SourcePlace(Self.site, SourcePosition(line: line, column: column))
        }
        #expect(throws: EditRefusal.severalCertificates(places)) { try run(text) }
    }

    @Test func `variables in ssl_certificate are told, and not touched`() throws {
        let text = tls.replacing("/old.pem", with: "/x/$ssl_server_name.pem")
        let place = SourcePlace(Self.site, SourcePosition(line: 4, column: 5))
        #expect(throws: EditRefusal.specialValue("/x/$ssl_server_name.pem", place)) {
            try run(text)
        }
    }

    @Test func `a file without a final line end stays without`() throws {
        #expect(try run(String(tls.dropLast())) == String(edited.dropLast()))
        let snippet = "ssl_certificate /o; ssl_certificate_key /k;"
        var files = files(Array("server { listen 443 ssl; server_name a.test; include c; }".utf8))
        files.files["/etc/nginx/c"] = Array(snippet.utf8)
        let plan = InPlace().setCertificate.plan(in: try files.read())
        let after = try SpanEdit.apply(plan.edits["/etc/nginx/c"] ?? [], to: Array(snippet.utf8))
        #expect(after.string == "include /tls/nginx/a.test.conf; # certctl\n ")
    }

    @Test func `servers on one line are broken where a mark ends the line`() throws {
        let before =
            "server{listen 443 ssl;server_name a.test;ssl_certificate /o;ssl_certificate_key /k;}server{listen 80;server_name a.test;}"
        #expect(
            try run(before) == """
                server{listen 443 ssl;server_name a.test;include /tls/nginx/a.test.conf; # certctl
                    }server{
                        include /etc/nginx/certctl/challenge.inc; # certctl
                        listen 80;server_name a.test;}
                """
        )
    }

    @Test func `comments between words go with the directive that is replaced, and come back`()
        throws
    {
        let text = tls.replacing(
            "ssl_certificate /old.pem;",
            with: "ssl_certificate # ; }\n  /old.pem\n  ;"
        )
        #expect(try run(text) == edited)
    }
}

/// The named cases of files that a deploy meets.
@Suite struct NamedNginxCasesTests {
    private func run(_ files: NginxFiles) throws -> EditSession {
        let session = try InPlace().run(on: files.read())
        #expect(try InPlace().run(on: session.configuration).changes.isEmpty)
        for (path, bytes) in session.changes {
            #expect(session.undo.restore(path, from: bytes) == .restored(files.files[path] ?? []))
        }
        return session
    }

    @Test func `X01: a server block without TLS gets certificate, settings and challenge`() throws {
        let session = try run(NginxFiles(http: "server {\n  server_name a.test;\n}"))
        let server = session.configuration.servers[0]
        #expect(session.configuration.certificates(of: server).map(\.value) == ["/tls/a.pem"])
        #expect(session.configuration.tlsChoices(for: "a.test").map(\.reason) == [.name(.exact)])
        #expect(session.configuration.challengeLocation(in: server)?.file == InPlace.challenge)
    }

    @Test func `X02: wildcards and nested includes lead to the server; a missing one is an error`()
        throws
    {
        let files = NginxFiles(
            http: "include a/*.conf;",
            [
                "/etc/nginx/a/1.conf": "include b/?.inc;",
                "/etc/nginx/b/x.inc": "server { server_name a.test; }",
            ]
        )
        #expect(Array(try run(files).changes.keys) == ["/etc/nginx/b/x.inc"])
        #expect(throws: ConfigurationError.self) {
            try run(NginxFiles(http: "server { server_name a.test; include b; }"))
        }
    }

    @Test func `X03: quotes, escapes, comments, Lua, maps and conditions stay as they are`() throws
    {
        let text = #"""
            map "$a;}" $b { default '{'; "~^\"x\"" "}"; }
            server { # } {
                server_name "a.test" 'b;{c'; # "
                set $x "a\"b;}"; set $y a\;b\{c;
                if ($x = "}") { set $z '{'; }
                content_by_lua_block { s = "}" .. '\'}' -- }
                }
                listen 443 ssl; ssl_certificate "/o l\"d"; ssl_certificate_key '/k;';
            }
            """#
        let session = try run(NginxFiles(http: text + "\nserver { server_name a.test; }"))
        let after = try #require(session.changes[NginxFiles.main]).string
        let cut = text.split(separator: "    listen 443")[0]
        #expect(after.contains(cut))
        #expect(after.contains("ssl; include /tls/nginx/a.test.conf; # certctl\n"))
    }

    @Test func `X04: CR LF, a byte order mark, tabs, ten megabytes, 200 blocks deep`() throws {
        let deep =
            String(repeating: "\tlocation / {\r\n", count: 197) + String(repeating: "}", count: 197)
        let server = "server {\r\n\tserver_name a.test;\r\n\(deep)\r\n}\r\n"
        let line =
            "# \u{FEFF}\tcomment that makes the file long enough for what is to be shown here\r\n"
        let long = String(repeating: line, count: 10_000_000 / line.utf8.count)
        let session = try run(
            NginxFiles(
                http: "include a; include b;",
                ["/etc/nginx/a": server, "/etc/nginx/b": long]
            )
        )
        let after = try #require(session.changes["/etc/nginx/a"]).string
        #expect(
            after.hasPrefix(
                "server {\r\n\tinclude /etc/nginx/certctl/challenge.inc; # certctl\r\n\tlisten 80; # certctl\r\n"
            )
        )
        #expect(session.configuration.files["/etc/nginx/b"]?.bytes.count ?? 0 > 9_900_000)
    }

    @Test(
        arguments: [
            ("server { server_name a.test; set $x \"b; }", "1:37: this quote is not closed"),
            ("server { server_name a.test;\n", "1:8: this block is not closed by '}'"),
            ("server { server_name a.test; } }\n", "1:32: this '}' closes no block"),
            ("server { server_name a.test }\n", "1:29: the directive is not ended by ';'"),
        ]
    )
    func `X05: an open quote or brace is refused with its place, and nothing is touched`(
        text: String,
        why: String
    ) {
        let files = NginxFiles(http: "include a;", ["/etc/nginx/a": text])
        let error = #expect(throws: ConfigurationError.self) { try run(files) }
        #expect(error?.explanation == "/etc/nginx/a:" + why)
    }
}

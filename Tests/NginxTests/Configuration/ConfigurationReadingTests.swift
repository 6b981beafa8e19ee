import Nginx
import TestSupport
import Testing

/// Includes are followed as nginx follows them.
@Suite struct ConfigurationReadingTests {
    @Test func `X02: nested includes are relative to the main file, and wildcards are sorted`()
        throws
    {
        let configuration = try NginxFiles(
            http: "include sites/*;",
            [
                "/etc/nginx/sites/b": "server { server_name b.test; }",
                "/etc/nginx/sites/B": "include snippets/deep.inc;",
                "/etc/nginx/sites/.hidden": "server { server_name hidden.test; }",
                "/etc/nginx/snippets/deep.inc": "server { server_name deep.test; }",
            ]
        ).read()
        #expect(configuration.servers.map(\.names) == [[.exact("deep.test")], [.exact("b.test")]])
        #expect(configuration.servers[0].file == "/etc/nginx/snippets/deep.inc")
    }

    @Test func `X02: wildcards without a match are no error, a missing file is`() throws {
        #expect(try NginxFiles(http: "include none/*.conf;").read().servers.isEmpty)
        let place = SourcePlace(NginxFiles.main, SourcePosition(line: 3, column: 1))
        #expect(
            throws: ConfigurationError.missing(file: "/etc/nginx/none.conf", includedAt: place)
        ) { try NginxFiles(http: "include none.conf;").read() }
        #expect(throws: ConfigurationError.missing(file: "/x", includedAt: nil)) {
            try Configuration(main: "/x", lookup: NginxFiles([String: String]()).lookup)
        }
    }

    @Test func `files that include each other in a circle are an error with its place`() throws {
        let files = NginxFiles(
            http: "include a;",
            ["/etc/nginx/a": "include b;", "/etc/nginx/b": "server {\n include a; }"]
        )
        let place = SourcePlace("/etc/nginx/b", SourcePosition(line: 2, column: 2))
        #expect(throws: ConfigurationError.includeCycle(file: "/etc/nginx/a", includedAt: place)) {
            try files.read()
        }
    }

    @Test func `a main file that wildcards find again is a circle too`() {
        #expect(throws: ConfigurationError.self) {
            try NginxFiles(http: "include *.conf;").read()
        }
    }

    @Test func `files that double each other many times are an error, soon`() {
        var files: [String: String] = [:]
        for number in 0..<40 {
            let next = "include /f\(number + 1);"
            files["/f\(number)"] = "\(next) \(next)"
        }
        files["/f40"] = "a;"
        let all = NginxFiles(http: "include /f0;", files)
        #expect(throws: ConfigurationError.tooLarge(limit: 1_000_000)) { try all.read() }
    }

    @Test func `a thousand files in each other are an error`() {
        var files = ["/f1000": ""]
        for number in 0..<1000 { files["/f\(number)"] = "include /f\(number + 1);" }
        let all = NginxFiles(http: "include /f0;", files)
        let error = #expect(throws: ConfigurationError.self) { try all.read() }
        #expect(error?.explanation.contains("deeper than 300") == true)
    }

    @Test func `a file that cannot be parsed is an error with file, line and column`() {
        let files = NginxFiles(
            http: "include a;",
            ["/etc/nginx/a": "server {\n    listen 80\n}\n"]
        )
        let error = #expect(throws: ConfigurationError.self) { try files.read() }
        #expect(
            error?.explanation == "/etc/nginx/a:3:1: the directive is not ended by ';'"
        )
        #expect(error?.remedy == "write ';' after its last word")
    }

    @Test func `a file that cannot be read is an error with the reason`() {
        let lookup = ConfigurationLookup(
            contents: { _ throws(ConfigurationLookup.Failure) in
                throw ConfigurationLookup.Failure("Permission denied")
            },
            matches: { _ in [] }
        )
        #expect(
            throws: ConfigurationError.unreadable(file: "/n", reason: "Permission denied")
        ) { try Configuration(main: "/n", lookup: lookup) }
    }

    @Test func `includes within data are followed, and those of Lua or of a match are not`() throws
    {
        let files = NginxFiles(
            http: """
                map $a $b { include map.inc; }
                split_clients $a $b { include x; }
                init_by_lua_block { include y; }
                """,
            ["/etc/nginx/map.inc": "listen 80;\nserver_name a.test;"]
        )
        let configuration = try files.read()
        #expect(configuration.order == [NginxFiles.main, "/etc/nginx/map.inc"])
        #expect(configuration.servers.isEmpty)
    }

    @Test func `only servers of http are servers`() throws {
        let configuration = try NginxFiles([
            NginxFiles.main: """
            stream { server { listen 1; } upstream u { server a:1; } }
            mail { server { listen 2; server_name m.test; } }
            server { listen 3; }
            http { upstream u { server a:1; } map $a $b { server 4; listen 5; }
            server { listen 6; location / { server { listen 7; } } } }
            """
        ]).read()
        #expect(configuration.servers.flatMap(\.listens).map(\.ports) == [6...6])
    }

    @Test func `edits and new files give the configuration that they would make`() throws {
        let configuration = try NginxFiles(http: "include conf.d/*.conf;").read()
        let end = configuration.files[NginxFiles.main]?.bytes.count ?? 0
        let after = try configuration.applying(
            [NginxFiles.main: [SpanEdit(end..<end, Array("# end\n".utf8))]],
            adding: ["/etc/nginx/conf.d/new.conf": Array("server { }".utf8)]
        )
        #expect(after.servers.count == 1)
        #expect(after.files[NginxFiles.main]?.bytes.string.hasSuffix("}\n# end\n") == true)
    }
}

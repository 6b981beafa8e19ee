import Nginx
import TestSupport
import Testing

/// `nginx -T`: markers are told from comments that look like them.
@Suite struct ConfigurationDumpTests {
    private let head = "# configuration file "
    private let files = NginxFiles(
        http: "include conf.d/*.conf;",
        [
            "/etc/nginx/conf.d/a.conf": "server { listen 80; server_name a.test; }",
            "/etc/nginx/conf.d/b.conf": "include snippets/b.inc;\n",
            "/etc/nginx/snippets/b.inc": "server { listen 80; server_name b.test; }\n# end",
        ]
    )

    @Test func `the output has the files, byte for byte, in the order of opening`() throws {
        let configuration = try Configuration(dump: files.dump())
        #expect(configuration.main == NginxFiles.main)
        #expect(configuration.files.mapValues(\.bytes) == files.files)
        #expect(configuration.order == (try files.read().order))
        #expect(
            configuration.order == [
                NginxFiles.main, "/etc/nginx/conf.d/a.conf", "/etc/nginx/conf.d/b.conf",
                "/etc/nginx/snippets/b.inc",
            ]
        )
        #expect(configuration.servers.map(\.names) == [[.exact("a.test")], [.exact("b.test")]])
    }

    @Test func `an output whose last line end was dropped is read as well`() throws {
        let configuration = try Configuration(dump: Array(files.dump().dropLast()))
        #expect(configuration.files.mapValues(\.bytes) == files.files)
    }

    @Test(
        arguments: [
            "server {\n# configuration file /etc/nginx/conf.d/b.conf:\nlisten 80; }\n",
            "add_header a\n# configuration file /etc/nginx/conf.d/b.conf:\nb;\n",
            "add_header a \"\n# configuration file /etc/nginx/conf.d/b.conf:\n\";\n",
            "init_by_lua_block {\n--\n# configuration file /etc/nginx/conf.d/b.conf:\n}\n",
            "# configuration file /etc/nginx/nginx.conf:\n",
            "# configuration file /etc/nginx/other.conf:\n",
            "  # configuration file /etc/nginx/conf.d/b.conf:\n",
            "# configuration file :\n",
        ]
    )
    func `a line of a file that looks like a marker stays the file's`(text: String) throws {
        var files = files
        files.files["/etc/nginx/conf.d/a.conf"] = Array(text.utf8)
        let configuration = try Configuration(dump: files.dump())
        #expect(configuration.files.mapValues(\.bytes) == files.files)
    }

    @Test func `a comment that names a file to come makes the output ambiguous`() throws {
        var files = files
        let comment = "\(head)/etc/nginx/conf.d/b.conf:\n"
        files.files["/etc/nginx/conf.d/a.conf"] = Array(comment.utf8)
        let dump = try files.dump()
        #expect(
            throws: ConfigurationError.ambiguousDump(file: "/etc/nginx/conf.d/b.conf", line: 10)
        ) { try Configuration(dump: dump) }
    }

    @Test(arguments: ["", "events {}\n", "nginx: configuration file test failed\n"])
    func `what is no such output is refused`(text: String) {
        #expect(throws: ConfigurationError.notADump) { try Configuration(dump: Array(text.utf8)) }
    }

    @Test func `an error is told by the file's own line and column`() throws {
        let text = "\(head)/n.conf:\nhttp { include b; }\n\n\(head)/b:\nserver {}\n \"a\"b;\n\n"
        let error = #expect(throws: ConfigurationError.self) {
            try Configuration(dump: Array(text.utf8))
        }
        guard case .syntax(let file, let syntax) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(file == "/b")
        #expect(syntax.position == SourcePosition(line: 2, column: 5))
        #expect(error?.explanation == "/b:2:5: 'b' follows a closing quote")
    }
}

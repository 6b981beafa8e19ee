import Nginx
import Settings
import Sites
import Testing

/// Nothing that settings say can end the directive that it stands in.
@Suite struct QuotingTests {
    private static let attacks = [
        "/a; return 200; #", "/a{}", "/a } server { listen 81; } #", "/a\"b", "/a'b", "/a\\",
        "/\\\"",
        "/ ", "/é", "/#", "/a${b}", "/{", "/;",
    ]

    /// A site of kind app with the location `path`.
    private func site(path: String) throws -> Site {
        var settings = try Examples.sites("site a.test { to b:1; }")[0].settings
        let upstream = Upstream(host: "c", port: 1)
        settings.locations = [.init(path: path, upstreams: [upstream])]
        return Site(settings, lineage: "a.test")
    }

    private func directives(of site: Site) throws -> [Directive] {
        let files = try SiteRenderer(for: Examples.surroundings()).rendering(
            of: [site],
            present: [:],
            at: Examples.now
        ).files
        let file = try #require(files.first { $0.path == "certctl-a.test.conf" })
        return try Parser.parse(file.bytes).contents
    }

    @Test(arguments: attacks)
    func `a path is one word of one location`(path: String) throws {
        let plain = try directives(of: site(path: "/plain"))
        let attacked = try directives(of: site(path: path))
        let expected = plain.map { replaced($0, "/plain", by: path) }
        #expect(attacked == expected)
    }

    @Test(arguments: attacks.filter { !$0.contains("$") })
    func `a file of passwords is one word`(path: String) throws {
        var settings = try Examples.sites("site a.test { to b:1; }")[0].settings
        settings.passwordFile = "/plain"
        let plain = try directives(of: Site(settings, lineage: "a.test"))
        settings.passwordFile = path
        let attacked = try directives(of: Site(settings, lineage: "a.test"))
        #expect(attacked == plain.map { replaced($0, "/plain", by: path) })
    }

    @Test func `what nginx would put a variable into is refused`() throws {
        var settings = try Examples.sites("site a.test { to b:1; }")[0].settings
        settings.passwordFile = "/etc/$http_x"
        let error = Examples.error(
            of: [Site(settings, lineage: "a.test")],
            Examples.surroundings()
        )
        #expect(error == .unusablePath("/etc/$http_x", .variable))
    }

    @Test func `a NUL is refused, and what no buffer holds`() throws {
        let surroundings = Examples.surroundings()
        #expect(
            Examples.error(of: [try site(path: "/a\0b")], surroundings)
                == .unprintable(.zeroByte(Array("/a\0b".utf8)))
        )
        let long = "/" + String(repeating: "a", count: 5000)
        #expect(
            Examples.error(of: [try site(path: long)], surroundings)
                == .unprintable(.tooLong(Array(long.utf8)))
        )
    }

    @Test(arguments: ["}", "server {", "\"", "a", "return 200"])
    func `what is raw cannot end the server`(text: String) throws {
        var settings = try Examples.sites("site a.test { to b:1; }")[0].settings
        settings.raw = Array(text.utf8)
        let error = Examples.error(
            of: [Site(settings, lineage: "a.test")],
            Examples.surroundings()
        )
        guard case .raw("a.test", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func `paths of the surroundings are what nginx takes them for`() throws {
        let changes: [(String, SitesError.PathFault, (inout Surroundings, String) -> Void)] = [
            ("/a*", .pattern, { $0.pairs = $1 }), ("/a[b", .pattern, { $0.configuration = $1 }),
            ("conf", .relative, { $0.configuration = $1 }),
            ("/a$b", .variable, { $0.challenge = .socket($1) }),
            ("/a:b", .colon, { $0.challenge = .socket($1) }),
            ("/a$b", .variable, { $0.challenge = .webroot($1) }),
            ("cache", .relative, { $0.cacheDirectory = $1 }),
        ]
        for (path, fault, change) in changes {
            var surroundings = Examples.surroundings()
            change(&surroundings, path)
            let error = try Examples.error("site a.test { to b:1; }", surroundings)
            #expect(error == .unusablePath(path, fault))
        }
    }

    private func replaced(_ directive: Directive, _ old: String, by new: String) -> Directive {
        var directive = directive
        directive.arguments = directive.arguments.map {
            $0 == Array(old.utf8) ? Array(new.utf8) : $0
        }
        if case .block(let children) = directive.body {
            directive.body = .block(children.map { replaced($0, old, by: new) })
        }
        return directive
    }
}

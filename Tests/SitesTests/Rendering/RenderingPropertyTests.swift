import FoundationEssentials
import Nginx
import Sites
import Testing

/// What holds for all that is written, for every nginx.
@Suite struct RenderingPropertyTests {
    static let versions = ["1.9.15", "1.18.0", "1.22.1", "1.25.1", "1.27.3", "1.31.5"]

    private func rendering(_ version: String) throws -> SiteRenderer.Rendering {
        var surroundings = Examples.surroundings(Examples.build(version))
        surroundings.hasIPv6 = true
        return try Examples.rendering(Examples.all, surroundings)
    }

    @Test(arguments: versions)
    func `every file is read by our own parser`(version: String) throws {
        for file in try rendering(version).files {
            let source = try Parser.parse(file.bytes)
            #expect(!source.directives.isEmpty)
            #expect(Printer.text(of: source) == file.bytes)
        }
    }

    @Test(arguments: versions)
    func `what certctl defines begins with its name, and is defined once`(version: String) throws {
        var names: [String] = []
        for file in try rendering(version).files {
            for directive in try Parser.parse(file.bytes).contents {
                let words = directive.arguments.map { String(decoding: $0, as: UTF8.self) }
                switch String(decoding: directive.name, as: UTF8.self) {
                case "map", "split_clients": names.append(words[1])
                case "upstream": names.append(words[0])
                case "proxy_cache_path":
                    names += words.filter { $0.hasPrefix("keys_zone=") }.map {
                        String($0.dropFirst(10))
                    }
                default: break
                }
            }
        }
        #expect(names.count == Set(names).count)
        #expect(names.count >= 5)
        #expect(names.allSatisfy { $0.hasPrefix("certctl_") || $0.hasPrefix("$certctl_") })
    }

    @Test(arguments: versions)
    func `what is used of certctl's variables and files is there`(version: String) throws {
        let files = try rendering(version).files
        let text = files.map { String(decoding: $0.body, as: UTF8.self) }.joined()
        let paths = Set(files.map { "/conf/\($0.path)" })
        var included: Set<String> = []
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map { $0.filter { $0 != ";" } }
            if words.first == "include", words[1].hasPrefix("/conf/") { included.insert(words[1]) }
        }
        #expect(included == paths.filter { $0.hasPrefix("/conf/certctl/") })
        let defined = [
            "map $http_upgrade ", "set        ", "split_clients $request_id ",
            "map $certctl_upgrade ",
        ]
        for variable in Set(variables(in: text)) {
            #expect(
                defined.contains { text.contains("\($0)\(variable)") }
                    || text.contains("_version \(variable) {"),
                "\(variable)"
            )
        }
    }

    @Test(arguments: versions)
    func `a directive is a line, and no line ends in blanks`(version: String) throws {
        for file in try rendering(version).files where file.path != "certctl-app.test.conf" {
            let source = try Parser.parse(file.bytes)
            var starts: Set<Int> = []
            func visit(_ directives: [SourceDirective]) {
                for directive in directives {
                    let line = source.position(of: directive.span.lowerBound).line
                    #expect(starts.insert(line).inserted || file.path == "certctl-raw.test.conf")
                    visit(directive.children)
                }
            }
            visit(source.directives)
            let text = String(decoding: file.bytes, as: UTF8.self)
            #expect(
                !text.contains(" \n") && !text.contains("\n\n\n") && text.hasSuffix("}\n")
                    || text.hasSuffix(";\n")
            )
        }
    }

    @Test(arguments: versions)
    func `once carried out there is nothing to do`(version: String) throws {
        let files = try rendering(version).files
        let again = ManagedFilePlan(wanted: files, present: Examples.present(files))
        #expect(again.isEmpty && again.conflicts.isEmpty)
    }

    @Test func `every location that has a header of its own has the others too`() throws {
        func check(_ directives: [Directive]) {
            for directive in directives {
                guard case .block(let children) = directive.body else { continue }
                let names = children.map { String(decoding: $0.name, as: UTF8.self) }
                let includes = children.filter { $0.name == Array("include".utf8) }
                    .map { String(decoding: $0.arguments[0], as: UTF8.self) }
                if names.contains("add_header") || includes.contains("/conf/certctl/cache.inc") {
                    #expect(includes.contains("/conf/certctl/headers.inc"))
                }
                check(children)
            }
        }
        for file in try rendering("1.31.5").files {
            check(try Parser.parse(file.bytes).contents)
        }
    }

    @Test func `without sites the CA is answered all the same`() throws {
        let files = try Examples.rendering("").files
        #expect(
            files.map(\.path) == [
                "certctl/challenge.inc", "certctl-00-http.conf", "certctl-01-default.conf",
            ]
        )
    }

    @Test func `transport security grows with the age that the site's own file tells`() throws {
        let text = "site a.test { to 10.0.0.1:1; }"
        var present: [String: [UInt8]] = [:]
        var seen: [String] = []
        for days in [0, 0.9, 1, 6, 7, 29, 30, 89, 90, 4000] {
            let now = Examples.now + days * 86_400 + 0.5
            let files = try Examples.rendering(text, present: present, at: now).files
            present = Examples.present(files)
            let site = String(decoding: present["certctl-a.test.conf"] ?? [], as: UTF8.self)
            let age = try #require(site.split(separator: "max-age=").last?.prefix { $0.isNumber })
            if seen.last != String(age) { seen.append(String(age)) }
            #expect(site.contains(" since=2027-01-15T08:00:00Z "))
        }
        #expect(seen == ["300", "86400", "604800", "2592000", "63072000"])
    }

    @Test func `a site from the future is new`() throws {
        let text = "site a.test { to 10.0.0.1:1; }"
        let late = try Examples.rendering(text, at: Examples.now + 1e9).files
        let files = try Examples.rendering(text, present: Examples.present(late)).files
        #expect(files.last?.since == Examples.now)
    }

    @Test func `what the settings say of transport security wins`() throws {
        for (setting, value) in [
            ("1d", "max-age=86400 "),
            ("2y includeSubDomains", "\"max-age=63072000; includeSubDomains\" "),
            ("1y includeSubDomains preload", "\"max-age=31536000; includeSubDomains; preload\" "),
        ] {
            let text = try Examples.text("site a.test { to 10.0.0.1:1; hsts \(setting); }")
            #expect(text.contains("add_header Strict-Transport-Security \(value)always;"))
        }
        let text = try Examples.text("site a.test { to 10.0.0.1:1; hsts off; }")
        #expect(!text.contains("Strict-Transport-Security"))
    }

    @Test func `it is said on https alone`() throws {
        let text = try Examples.text("site a.test { to 10.0.0.1:1; }")
        let servers = try Parser.parse(Array(text.utf8)).directives
        let plain = try #require(servers.first?.span)
        #expect(text.utf8.prefix(plain.upperBound).count == plain.upperBound)
        #expect(!String(decoding: Array(text.utf8)[plain], as: UTF8.self).contains("Strict"))
    }

    private func variables(in text: String) -> [String] {
        text.split(separator: "$").dropFirst().map { part in
            "$" + part.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
        }.filter { $0.hasPrefix("$certctl_") }
    }
}

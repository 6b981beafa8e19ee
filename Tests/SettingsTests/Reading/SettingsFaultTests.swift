import Diagnostics
import Nginx
import Testing

@testable import ACME
@testable import Settings

/// Every error of certctl.conf points at line and column; `@@` marks the place.
@Suite struct SettingsFaultTests {
    struct Case: Sendable, CustomStringConvertible {
        let text: String
        let fault: SettingsFault

        init(_ text: String, _ fault: SettingsFault) {
            self.text = text
            self.fault = fault
        }

        var description: String { text }
    }

    @Test(arguments: form + directives + values + blocks)
    func `an error points at its token`(_ example: Case) {
        let (text, position) = SettingsTexts.marked(example.text)
        let finding = SettingsError.Finding(position: position, fault: example.fault)
        #expect(SettingsTexts.findings(text) == [finding])
    }

    @Test(arguments: form + directives + values + blocks)
    func `an error is told with its place, and with what to do`(_ example: Case) {
        let error = SettingsError(
            file: "/etc/certctl/certctl.conf",
            findings: [.init(position: .init(line: 7, column: 3), fault: example.fault)]
        )
        let diagnosis = error.diagnosis
        #expect(diagnosis.what.hasPrefix("/etc/certctl/certctl.conf:7:3: "))
        #expect(!diagnosis.why.isEmpty && !diagnosis.fix.isEmpty)
        #expect(diagnosis.exitCode == .configuration)
    }

    private static let form: [Case] = [
        Case("@@email a@b.test", .syntax(.missingSemicolon)),
        Case("site a.test { to a:1 @@}", .syntax(.missingSemicolon)),
        Case("email a@b.test;\nsite a.test @@{\n to a:1;\n", .syntax(.unclosedBlock)),
        Case("email a@b.test; @@}", .syntax(.strayBrace)),
        Case("email @@\"a@b.test;", .syntax(.unclosedQuote)),
        Case("email a@b.test\n@@ca letsencrypt;", .missingSemicolon(before: "ca")),
        Case("http01 auto\n@@site a.test { to a:1; }", .missingSemicolon(before: "site")),
        Case("site a.test { to a:1\n @@kind app; }", .missingSemicolon(before: "kind")),
        Case("@@\u{FEFF}email a@b.test;", .byteOrderMark),
        Case("profile @@\"a\\nb\";", .unreadable),
        Case("email a@b.test;\n@@e\u{1}mail a;", .unreadable),
    ]

    private static let directives: [Case] = [
        Case(
            "email a@b.test;\n  @@frobnicate x;",
            .unknownDirective("frobnicate", in: .file, suggestion: nil)
        ),
        Case("@@to a:1;", .misplaced("to", in: .file, belongsIn: [.site, .location])),
        Case(
            "certificate a.test { @@email a@b.test; }",
            .misplaced("email", in: .certificate, belongsIn: [.file])
        ),
        Case(
            "site a.test { raw { } @@site b.test { } }",
            .misplaced("site", in: .site, belongsIn: [.file])
        ),
        Case("site a.test { to a:1; @@listen 80; }", .nginxDirective("listen", in: .site)),
        Case(
            "site a.test { location / { to a:1; @@proxy_pass x; } }",
            .nginxDirective("proxy_pass", in: .location)
        ),
        Case("@@listen 80;", .unknownDirective("listen", in: .file, suggestion: nil)),
        Case(
            "email a@b.test;\n@@email c@d.test;",
            .duplicate("email", first: .init(line: 1, column: 1))
        ),
        Case(
            "site a.test {\n to a:1;\n @@to b:1;\n}",
            .duplicate("to", first: .init(line: 2, column: 2))
        ),
        Case(
            "ca letsencrypt;\n@@ca letsencrypt;",
            .duplicate("ca", first: .init(line: 1, column: 1))
        ),
        Case("@@email;", count("email")),
        Case("email a@b.test @@c@d.test;", count("email")),
        Case("site a.test { raw @@x { } }", count("raw")),
        Case("site a.test { to a:1; cache on @@on; }", count("cache")),
        Case("@@site { to a:1; }", count("site")),
        Case("site a.test@@;", .missingBlock("site", usage: usage("site"))),
        Case("proxy nginx@@;", .missingBlock("proxy", usage: usage("proxy"))),
        Case("email a@b.test @@{ }", .unexpectedBlock("email", usage: usage("email"))),
    ]

    private static let values: [Case] = [
        value("email @@a;", "email", "a", "one address: ops@example.com"),
        value(
            "email @@\"a@b.test,c@d.test\";",
            "email",
            "a@b.test,c@d.test",
            "one address: ops@example.com"
        ),
        value("ca @@http://ca.test/dir;", "ca", "http://ca.test/dir", authorities),
        value("fallback @@x;", "fallback", "x", authorities),
        Case(
            "key_type @@ed25519;",
            .unusableValue(
                of: "key_type",
                value: "ed25519",
                allowed: "p256, p384, rsa2048, rsa3072, rsa4096",
                suggestion: nil
            )
        ),
        value("http01 @@dns;", "http01", "dns", HTTP01Mode.forms.joined(separator: ", ")),
        value(
            "tls_group @@nginx;",
            "tls_group",
            "nginx",
            "the number of a group, as `id -g` tells it"
        ),
        value(
            "tls_group @@4294967295;",
            "tls_group",
            "4294967295",
            "the number of a group, as `id -g` tells it"
        ),
        value("profile @@\"\";", "profile", "", "a name"),
        value("ca letsencrypt { roots @@''; }", "roots", "", "the path of a file or directory"),
        value("proxy @@a/b { configuration /x; }", "proxy", "a/b", ProxySettings.Place.forms),
        value(
            "certificate a.test { deploy_hook @@reload x; }",
            "deploy_hook",
            "reload",
            "the absolute path of a program, and its arguments"
        ),
        value(
            "certificate a.test { name @@A/B; }",
            "name",
            "A/B",
            "1 to 200 lower-case letters, digits, dots, hyphens and underscores"
        ),
        value("site a.test { to @@frontend; }", "to", "frontend", Upstream.forms),
        value("site a.test { to @@frontend:0; }", "to", "frontend:0", Upstream.forms),
        value("site a.test { to @@http://frontend:1; }", "to", "http://frontend:1", Upstream.forms),
        value("site a.test { to a:1 @@b:+1; }", "to", "b:+1", Upstream.forms),
        value(
            "site a.test { location @@api { to a:1; } }",
            "location",
            "api",
            "the beginning of a path, as /api/; all else belongs in raw { }"
        ),
        value(
            "site a.test { to a:1; allow @@10.0.0.0/33; }",
            "allow",
            "10.0.0.0/33",
            AccessRule.Clients.forms
        ),
        value(
            "site a.test { to a:1; deny @@010.0.0.1; }",
            "deny",
            "010.0.0.1",
            AccessRule.Clients.forms
        ),
        value(
            "site a.test { to a:1; deny @@fd00:::1; }",
            "deny",
            "fd00:::1",
            AccessRule.Clients.forms
        ),
        value("site a.test { to a:1; hsts @@soon; }", "hsts", "soon", TransportSecurity.forms),
        value(
            "site a.test { to a:1; hsts @@1d includeSubDomains preload; }",
            "hsts",
            "1d includeSubDomains preload",
            TransportSecurity.forms
        ),
        value(
            "site a.test { to a:1; auth_basic_user_file @@x; }",
            "auth_basic_user_file",
            "x",
            "an absolute path, as nginx sees it"
        ),
        value(
            "site a.test { kind redirect; to @@a:b:c; }",
            "to",
            "a:b:c",
            "a host, as www.example.com, in a redirect"
        ),
        value("certificate a.test { watch @@0; }", "watch", "0", WatchSettings.form),
        value("certificate a.test { watch @@on; }", "watch", "on", WatchSettings.form),
        value(
            "certificate a.test { watch @@https://a:1; }",
            "watch",
            "https://a:1",
            WatchSettings.form
        ),
        Case("certificate a.test { watch 993 @@off; }", .conflict("off", with: "993")),
        Case(
            "certificate a.test { watch 993 @@993; }",
            .duplicate("993", first: .init(line: 1, column: 28))
        ),
        Case("certificate a.test @@b_c.test;", .unusableName(.strayCharacter("b_c.test", "_"))),
        Case("certificate @@ünknown.test;", .unusableName(.notASCII("ünknown.test"))),
        Case("site @@*.a.test { to a:1; }", .unusableName(.wildcard("*.a.test"))),
        Case(
            "site a.test { kind redirect; to @@b_c; }",
            .unusableName(.strayCharacter("b_c", "_"))
        ),
        Case(
            "certificate a.test @@A.test;",
            .repeatedName("a.test", first: .init(line: 1, column: 13))
        ),
        Case(
            "site a.test { to a:1; }\ncertificate b.test @@a.test;",
            .repeatedName("a.test", first: .init(line: 1, column: 6))
        ),
        Case(
            "certificate a.test { name x; }\ncertificate b.test { name @@x; }",
            .repeatedLineage("x", first: .init(line: 1, column: 27))
        ),
        Case("certificate \(many(100)) @@n100.test;", .tooManyNames(101, limit: 100)),
        Case("proxy nginx { configuration @@/etc; }", .exposesSettings(directory: "/etc")),
        Case(
            "proxy nginx { configuration @@/etc/certctl; }",
            .exposesSettings(directory: "/etc/certctl")
        ),
        Case(
            "proxy nginx { configuration @@/srv/../etc/./; }",
            .exposesSettings(directory: "/srv/../etc/./")
        ),
        Case("proxy nginx { configuration @@/; }", .exposesSettings(directory: "/")),
    ]

    private static let blocks: [Case] = [
        Case("@@ca letsencrypt { eab_kid k; }", .incomplete("ca", lacks: "eab_hmac_file")),
        Case(
            "@@fallback letsencrypt { eab_hmac_file f; }",
            .incomplete("fallback", lacks: "eab_kid")
        ),
        Case("@@proxy nginx { }", .incomplete("proxy", lacks: "configuration")),
        Case("@@site a.test { }", .incomplete("site", lacks: "to")),
        Case("@@site a.test { kind websocket; raw { } }", .incomplete("site", lacks: "to")),
        Case("site a.test { @@location / { } }", .incomplete("location", lacks: "to")),
        Case(
            "site a.test { to a:1; location @@/ { to b:1; } }",
            .duplicate("location /", first: .init(line: 1, column: 15))
        ),
        Case(
            "site a.test { location /a { to a:1; } location @@/a { to b:1; } }",
            .duplicate("location /a", first: .init(line: 1, column: 24))
        ),
        Case("site a.test { to a:1 @@https://b:1; }", .conflict("https://b:1", with: "a:1")),
        Case("site a.test { to a:1 @@a:1; }", .duplicate("a:1", first: .init(line: 1, column: 18))),
        Case("@@site a.test { kind registry; to r:5000; }", .unguardedRegistry),
        Case("@@site a.test { kind registry; to r:1; allow 10.0.0.0/8; }", .unguardedRegistry),
        Case("@@site a.test { kind registry; to r:1; allow all; deny all; }", .unguardedRegistry),
        Case(
            "site a.test { kind registry; to r:5000; allow all; @@public; }",
            .conflict("public", with: "allow")
        ),
        Case("site a.test { to a:1; @@public; }", .unfit("public", kind: "app")),
        Case("site a.test { kind redirect; to b.test; @@gzip; }", .unfit("gzip", kind: "redirect")),
        Case(
            "site a.test { kind redirect; to b.test @@c.test; }",
            .wrongArgumentCount("to", usage: "to HOST; in a site of kind redirect")
        ),
    ]

    private static let authorities =
        CertificateAuthority.names.joined(separator: ", ") + " or the https URL of a directory"

    private static func usage(_ name: String) -> String { DirectiveRule.named(name)?.usage ?? "" }

    private static func count(_ name: String) -> SettingsFault {
        .wrongArgumentCount(name, usage: usage(name))
    }

    private static func many(_ count: Int) -> String {
        (0..<count).map { "n\($0).test" }.joined(separator: " ")
    }

    private static func value(
        _ text: String,
        _ name: String,
        _ value: String,
        _ form: String
    ) -> Case {
        Case(text, .unusableForm(of: name, value: value, form: form))
    }

    @Test func `what has another form is told the form, and what is no choice the choices`() {
        func diagnosis(_ text: String) -> Diagnosis? {
            #expect(throws: SettingsError.self) { try SettingsTexts.read(text) }?.diagnosis
        }
        let form = diagnosis("site a.test { to frontend; }")
        #expect(form?.why == "it is written as \(Upstream.forms)")
        #expect(form?.fix == "write it in that form")
        #expect(diagnosis("key_type ed25519;")?.fix == "give one of these")
        #expect(diagnosis("key_type p255;")?.fix == "did you mean p256?")
    }

    @Test func `all errors are told, in the order of the file`() {
        let text =
            "emial x;\nsite a.test { kind registry; to r; }\ncertificate b_c;\nkey_type p255;"
        #expect(SettingsTexts.findings(text).map(\.position.line) == [1, 2, 2, 3, 4])
    }

    @Test func `very many errors are counted`() throws {
        let text = String(repeating: "x y;\n", count: 5000)
        let error = #expect(throws: SettingsError.self) { try SettingsTexts.read(text) }
        #expect(error?.findings.count == 20)
        #expect(error?.omitted == 4980)
        #expect(error?.findings.first?.position == .init(line: 1, column: 1))
        #expect(error?.diagnosis.fix.hasSuffix("\n  and 4980 more") == true)
    }

    @Test func `words that are no UTF-8 are told`() {
        let bytes = Array("email a@b.test;\nprofile ".utf8) + [0xC3, 0x28, 0x3B]
        let finding = SettingsError.Finding(
            position: .init(line: 2, column: 9),
            fault: .unreadable
        )
        let error = #expect(throws: SettingsError.self) {
            try SettingsReader.read(bytes, path: "/x", names: SettingsTexts.names)
        }
        #expect(error?.findings == [finding])
    }

    @Test func `a directory beside the settings or below them is no fault`() throws {
        for directory in ["/etc/certctl/nginx", "/etc/certctl2", "/etc/nginx", "conf.d"] {
            let settings = try SettingsTexts.read("proxy p { configuration \(directory); }")
            #expect(settings.proxy?.configuration.hasSuffix(directory) == true)
        }
    }

    @Test func `a diagnosis says what, why and what to type`() {
        let error = SettingsError(
            file: "/x/certctl.conf",
            findings: [
                .init(
                    position: .init(line: 3, column: 1),
                    fault: .unknownDirective("emial", in: .proxy, suggestion: "email")
                ),
                .init(
                    position: .init(line: 4, column: 9),
                    fault: .conflict("public", with: "allow")
                ),
            ]
        )
        #expect(
            error.diagnosis
                == Diagnosis(
                    what: "/x/certctl.conf:3:1: there is no directive 'emial' here",
                    why: "certctl knows none of that name",
                    fix: "did you mean email?\n"
                        + "  and: /x/certctl.conf:4:9: 'public' contradicts 'allow': "
                        + "only one of them can be so; leave one out",
                    exitCode: .configuration
                )
        )
    }
}

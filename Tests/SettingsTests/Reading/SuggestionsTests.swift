import Testing

@testable import ACME
@testable import PKI
@testable import Settings

/// A spelling mistake in each directive and each keyword is met with the right word; the mistakes
/// are made from the table of directives, so that none is forgotten.
@Suite struct SuggestionsTests {
    /// A word that has a place in certctl.conf, and how a text with it looks.
    struct Keyword: Sendable, CustomStringConvertible {
        let word: String
        /// All that could be meant there.
        let words: [String]
        let suggestion: String
        let text: @Sendable (String) -> String
        let context: SettingsContext

        var description: String { "\(word) \(context)" }
    }

    @Test(arguments: DirectiveRule.all)
    func `a slip in a directive is met with its name`(_ rule: DirectiveRule) {
        #expect(!rule.contexts.isEmpty)
        for context in rule.contexts {
            for slip in Misspelling.all(of: rule.name) where DirectiveRule.named(slip) == nil {
                let (text, position) = SettingsTexts.marked(
                    SettingsTexts.text("@@\(slip) x;", in: context)
                )
                let fault = SettingsFault.unknownDirective(
                    slip,
                    in: context,
                    suggestion: rule.name
                )
                let finding = SettingsError.Finding(position: position, fault: fault)
                #expect(SettingsTexts.findings(text).first == finding, "\(slip) in \(context)")
            }
        }
    }

    @Test(arguments: keywords)
    func `a slip in a keyword is met with the word`(_ keyword: Keyword) {
        var tried = 0
        for slip in Misspelling.all(of: keyword.word) where !keyword.words.contains(slip) {
            // What may be a slip in two words means neither for sure.
            let others = keyword.words.filter { $0 != keyword.word }
            guard !others.contains(where: { Misspelling.all(of: $0).contains(slip) }) else {
                continue
            }
            tried += 1
            let (text, position) = SettingsTexts.marked(
                SettingsTexts.text(keyword.text("@@\(slip)"), in: keyword.context)
            )
            let findings = SettingsTexts.findings(text)
            #expect(findings.first?.position == position, "\(slip)")
            guard case .unusableValue(_, let value, _, let suggestion)? = findings.first?.fault
            else {
                Issue.record("\(slip) is met with \(findings)")
                continue
            }
            #expect(value.contains(slip))
            #expect(suggestion == keyword.suggestion, "\(slip)")
        }
        #expect(tried >= 3)
    }

    private static func keywords(
        _ words: [String],
        in context: SettingsContext,
        _ text: @escaping @Sendable (String) -> String
    ) -> [Keyword] {
        words.map { word in
            Keyword(word: word, words: words, suggestion: word, text: text, context: context)
        }
    }

    private static let keywords: [Keyword] = {
        var all = keywords(CertificateAuthority.names, in: .file) { "ca \($0);" }
        all += keywords(CertificateAuthority.names, in: .file) { "fallback \($0) { }" }
        all += keywords(KeyType.allCases.map(\.rawValue), in: .certificate) { "key_type \($0);" }
        all += keywords(["auto", "service", "proxied", "standalone"], in: .file) { "http01 \($0);" }
        all += keywords(["HS256", "HS384", "HS512"], in: .authority) { "eab_hmac_alg \($0);" }
        all += keywords(SiteSettings.Kind.allCases.map(\.rawValue), in: .site) { "kind \($0);" }
        all += keywords(["on", "off"], in: .site) { "cache \($0);" }
        all += keywords(["on", "off"], in: .site) { "gzip \($0);" }
        all += keywords(["on", "off"], in: .certificate) { "reuse_key \($0);" }
        all += keywords(["all"], in: .site) { "allow \($0);" }
        all += keywords(["all"], in: .site) { "deny \($0);" }
        all += keywords(["off"], in: .site) { "hsts \($0);" }
        all += keywords(["includeSubDomains", "preload"], in: .site) { "hsts 2y \($0);" }
        all.append(
            Keyword(
                word: "webroot",
                words: HTTP01Mode.forms,
                suggestion: "webroot:DIR",
                text: { "http01 \($0):/srv/www;" },
                context: .file
            )
        )
        all.append(
            Keyword(
                word: "compose",
                words: ["compose"],
                suggestion: "compose:PROJECT/SERVICE",
                text: { "proxy \($0):app/nginx { configuration /srv; }" },
                context: .file
            )
        )
        return all
    }()

    @Test(arguments: ["proxy_set_header", "listen", "server_name", "gzip_types", "return", "root"])
    func `a directive of nginx in a site belongs in raw`(_ name: String) {
        let (text, position) = SettingsTexts.marked(SettingsTexts.text("@@\(name) x;", in: .site))
        let fault = SettingsFault.nginxDirective(name, in: .site)
        #expect(SettingsTexts.findings(text) == [.init(position: position, fault: fault)])
    }

    @Test func `capitals lead to the right word too`() {
        let fault = SettingsFault.unknownDirective("Key_Type", in: .file, suggestion: "key_type")
        #expect(SettingsTexts.findings("Key_Type p256;").map(\.fault) == [fault])
    }
}

/// What is known of a directive before its value is looked at.
package struct DirectiveRule: Equatable, Sendable {
    /// Whether a block follows its arguments.
    package enum Block: Sendable {
        case none
        case optional
        case required
    }

    package let name: String
    package let contexts: [SettingsContext]
    /// How many arguments it takes.
    package let arguments: ClosedRange<Int>
    package let block: Block
    /// Whether it may stand in a block more than once.
    package let isRepeatable: Bool
    /// How it is written.
    package let usage: String

    /// The rule of a directive; `nil` for a name that there is not.
    static func named(_ name: String) -> DirectiveRule? { byName[name] }

    /// The names that make sense in a context, in the order of the manual.
    package static func names(in context: SettingsContext) -> [String] {
        all.filter { $0.contexts.contains(context) }.map(\.name)
    }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}

/// Whether a block follows, and whether it may come again.
private enum Form {
    case once
    case repeatable
    case optionalBlock
    case block
    case repeatableBlock
    case repeatableOptionalBlock
}

extension DirectiveRule {
    private static let many = Int.max
    private static let everywhere: [SettingsContext] = [.file, .site, .certificate]
    private static let certificates: [SettingsContext] = [.site, .certificate]

    /// All directives, in the order of the manual.
    package static let all: [DirectiveRule] = [
        rule("email ADDRESS;", 1...1, [.file]),
        rule("ca NAME|URL [{ … }]", 1...1, everywhere, .optionalBlock),
        rule("fallback NAME|URL [{ … }]", 1...1, [.file], .optionalBlock),
        rule("roots FILE;", 1...1, [.authority]),
        rule("eab_kid IDENTIFIER;", 1...1, [.authority]),
        rule("eab_hmac_file FILE;", 1...1, [.authority]),
        rule("eab_hmac_alg HS256|HS384|HS512;", 1...1, [.authority]),
        rule("key_type TYPE;", 1...1, everywhere),
        rule("http01 MODE;", 1...1, everywhere),
        rule("tls_group GID;", 1...1, [.file]),
        rule("preferred_chain NAME;", 1...1, everywhere),
        rule("profile NAME;", 1...1, everywhere),
        rule("proxy NAME|compose:PROJECT/SERVICE|host { … }", 1...1, [.file], .block),
        rule("configuration DIR;", 1...1, [.proxy]),
        rule("site NAME… { … }", 1...many, [.file], .repeatableBlock),
        rule("kind KIND;", 1...1, [.site]),
        rule("to HOST:PORT…;", 1...many, [.site, .location]),
        rule("location PATH { to HOST:PORT…; }", 1...1, [.site], .repeatableBlock),
        rule("cache [on|off];", 0...1, [.site]),
        rule("gzip [on|off];", 0...1, [.site]),
        rule("hsts off|TIME [includeSubDomains] [preload];", 1...3, [.site]),
        rule("auth_basic_user_file FILE;", 1...1, [.site]),
        rule("allow ADDRESS|NETWORK|all;", 1...1, [.site], .repeatable),
        rule("deny ADDRESS|NETWORK|all;", 1...1, [.site], .repeatable),
        rule("public;", 0...0, [.site]),
        rule("raw { … }", 0...0, [.site], .block),
        rule("certificate NAME…; or { … }", 1...many, [.file], .repeatableOptionalBlock),
        rule("name LINEAGE;", 1...1, certificates),
        rule("reuse_key [on|off];", 0...1, certificates),
        rule("deploy_hook /PATH [ARGUMENT…];", 1...many, certificates, .repeatable),
        rule("watch off|[HOST:]PORT…;", 1...many, certificates),
    ]

    /// Makes the rule of the directive that `usage` begins with.
    private static func rule(
        _ usage: String,
        _ arguments: ClosedRange<Int>,
        _ contexts: [SettingsContext],
        _ form: Form = .once
    ) -> DirectiveRule {
        let block: Block =
            switch form {
            case .once, .repeatable: .none
            case .optionalBlock, .repeatableOptionalBlock: .optional
            case .block, .repeatableBlock: .required
            }
        let isRepeatable =
            switch form {
            case .repeatable, .repeatableBlock, .repeatableOptionalBlock: true
            case .once, .optionalBlock, .block: false
            }
        return DirectiveRule(
            name: String(usage.prefix { $0 != " " && $0 != ";" }),
            contexts: contexts,
            arguments: arguments,
            block: block,
            isRepeatable: isRepeatable,
            usage: usage
        )
    }
}

import Diagnostics
import Nginx

/// Whether directives stand where they can, and in their form.
extension SettingsReader {
    /// Checks the directives of a block, and returns those whose form is right.
    mutating func block(_ directives: [SourceDirective], in context: SettingsContext) -> Block {
        var entries: [Entry] = []
        var first: [String: Int] = [:]
        var isWhole = true
        for directive in directives {
            guard let (rule, words) = check(directive, in: context) else {
                isWhole = false
                continue
            }
            if !rule.isRepeatable, let earlier = first[rule.name] {
                let place = position(of: earlier)
                note(.duplicate(rule.name, first: place), at: directive.name)
                continue
            }
            first[rule.name] = directive.span.lowerBound
            entries.append(Entry(name: rule.name, source: directive, words: words))
        }
        return Block(entries: entries, isWhole: isWhole)
    }

    private mutating func check(
        _ directive: SourceDirective,
        in context: SettingsContext
    ) -> (DirectiveRule, words: [String])? {
        guard let name = text(of: directive.name), let rule = rule(name, directive, context) else {
            return nil
        }
        guard !lacksSemicolon(directive, in: context) else { return nil }
        var words: [String] = []
        for argument in directive.arguments {
            guard let word = text(of: argument) else { return nil }
            words.append(word)
        }
        return hasForm(directive, of: rule) ? (rule, words) : nil
    }

    /// The rule of a directive, if it can stand in that context.
    private mutating func rule(
        _ name: String,
        _ directive: SourceDirective,
        _ context: SettingsContext
    ) -> DirectiveRule? {
        guard let rule = DirectiveRule.named(name) else {
            note(Self.unknown(name, in: context), at: directive.name)
            return nil
        }
        guard rule.contexts.contains(context) else {
            let fault = SettingsFault.misplaced(name, in: context, belongsIn: rule.contexts)
            note(fault, at: directive.name)
            return nil
        }
        return rule
    }

    private static func unknown(_ name: String, in context: SettingsContext) -> SettingsFault {
        let known = DirectiveRule.names(in: context)
        let suggestion = Suggestion.closest(to: name, among: known)
        let isNginx = NginxDirectives.contains(name) && [.site, .location].contains(context)
        // A slip in a name of ours may begin like one of nginx's, as in `auth_basic_user_flie`.
        if isNginx, suggestion == nil || NginxDirectives.isExact(name) {
            return .nginxDirective(name, in: context)
        }
        return .unknownDirective(name, in: context, suggestion: suggestion)
    }

    /// Notes when what begins a later line of a directive is a directive itself.
    private mutating func lacksSemicolon(
        _ directive: SourceDirective,
        in context: SettingsContext
    ) -> Bool {
        var end = directive.name.span.upperBound
        for word in directive.arguments {
            let gap = source.bytes[end..<word.span.lowerBound]
            end = word.span.upperBound
            guard !word.isQuoted, gap.contains(UInt8(ascii: "\n")), let name = word.text,
                let rule = DirectiveRule.named(name), rule.contexts.contains(context)
            else { continue }
            note(.missingSemicolon(before: name), at: word)
            return true
        }
        return false
    }

    private mutating func hasForm(_ directive: SourceDirective, of rule: DirectiveRule) -> Bool {
        let count = directive.arguments.count
        guard rule.arguments.contains(count) else {
            let isSurplus = count > rule.arguments.upperBound
            let word = isSurplus ? directive.arguments[rule.arguments.upperBound] : directive.name
            note(.wrongArgumentCount(rule.name, usage: rule.usage), at: word)
            return false
        }
        switch (rule.block, directive.bodySpan) {
        case (.none, let body?):
            note(.unexpectedBlock(rule.name, usage: rule.usage), at: body.lowerBound - 1)
            return false
        case (.required, nil):
            let end = directive.span.upperBound - 1
            note(.missingBlock(rule.name, usage: rule.usage), at: end)
            return false
        default: return true
        }
    }

    /// A word as text without control characters.
    private mutating func text(of word: Word) -> String? {
        if word.span.lowerBound == 0, word.value.starts(with: [0xEF, 0xBB, 0xBF]) {
            note(.byteOrderMark, at: word)
            return nil
        }
        guard let text = word.text, !Self.hasControls(text) else {
            note(.unreadable, at: word)
            return nil
        }
        return text
    }

    private static func hasControls(_ text: String) -> Bool {
        // Most words are plain; Unicode's tables are slow.
        guard !text.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else { return false }
        return text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }
}

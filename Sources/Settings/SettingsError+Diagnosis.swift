import ACME
package import Diagnostics
import Nginx

extension SettingsError: Diagnosable {
    /// The first finding, and the others as lines that follow its fix.
    package var diagnosis: Diagnosis {
        let all = findings.map(diagnosis)
        guard var first = all.first else {
            preconditionFailure("an error has at least one finding")
        }
        for other in all.dropFirst() {
            first.fix += "\n  and: \(other.what): \(other.why); \(other.fix)"
        }
        if omitted > 0 { first.fix += "\n  and \(omitted) more" }
        return first
    }

    /// One finding by itself.
    package func diagnosis(of finding: Finding) -> Diagnosis {
        let (what, why, fix) = finding.fault.explanation
        return Diagnosis(
            what: "\(file.harmless(limit: 300)):\(finding.position): \(what)",
            why: why,
            fix: fix,
            exitCode: .configuration
        )
    }
}

extension SettingsFault {
    private static let rewrite = "write it so, and end it with ';'"

    /// What is wrong, why, and what to do about it, wherever it stands.
    package var explanation: (what: String, why: String, fix: String) {
        switch self {
        case .syntax(let reason):
            (reason.explanation, "certctl.conf has the syntax of nginx", reason.remedy)
        case .byteOrderMark:
            (
                "the file begins with a byte order mark", "nginx's syntax knows none",
                "save it as UTF-8 without one: sed -i '1s/^\\xef\\xbb\\xbf//' FILE"
            )
        case .unreadable:
            (
                "this word cannot be read", "it is no UTF-8, or has control characters in it",
                "type it again, in plain letters"
            )
        case .missingSemicolon(let next):
            (
                "a ';' is missing before \(next.shown)",
                "a directive goes on over the ends of lines until its ';'",
                "write ';' at the end of the directive before it"
            )
        case .unknownDirective(let name, _, let suggestion?):
            (
                "there is no directive \(name.shown) here", "certctl knows none of that name",
                "did you mean \(suggestion)?"
            )
        case .unknownDirective(let name, let context, nil):
            (
                "there is no directive \(name.shown) here",
                "\(context.place) there can be "
                    + DirectiveRule.names(in: context).joined(separator: ", "),
                "take it away, or choose one of these"
            )
        case .misplaced(let name, let context, let places):
            (
                "\(name.shown) cannot stand here", "this is \(context.place)",
                "it belongs " + places.map(\.place).joined(separator: ", or ")
            )
        case .nginxDirective(let name, let context):
            (
                "\(name.shown) is a directive of nginx",
                "\(context.place) only certctl's own directives can stand",
                "it belongs in raw { \(name.harmless(limit: 60)) …; } in the block of the site"
            )
        case .duplicate(let name, let first):
            (
                "\(name.shown) is given twice", "the first one is at \(first)",
                "leave one of them out"
            )
        case .wrongArgumentCount(let name, let usage):
            ("\(name.shown) has too few or too many arguments", "it is: \(usage)", Self.rewrite)
        case .missingBlock(let name, let usage):
            ("\(name.shown) lacks its block", "it is: \(usage)", "write { … } in place of ';'")
        case .unexpectedBlock(let name, let usage):
            ("\(name.shown) takes no block", "it is: \(usage)", "write ';' in place of { … }")
        case .unusableValue(let name, let value, let allowed, let suggestion):
            (
                "\(name.shown) cannot be \(value.shown)", "it takes \(allowed)",
                suggestion.map { "did you mean \($0)?" } ?? "give one of these"
            )
        case .unusableForm(let name, let value, let form):
            (
                "\(name.shown) cannot be \(value.shown)", "it is written as \(form)",
                "write it in that form"
            )
        case .unusablePath(let name, let path, let reason):
            (
                "\(name.shown) cannot be \(path.shown)", reason.harmless(limit: 300),
                "write the path of what is meant, or put it there"
            )
        case .unusableName(let error):
            (error.diagnosis.what, error.diagnosis.why, error.diagnosis.fix)
        case .tooManyNames(let count, let limit):
            (
                "\(count) names are too many for one certificate", "CAs allow \(limit)",
                "share them out among several blocks"
            )
        case .repeatedName(let name, let first):
            (
                "\(name.shown) is named twice", "the first time is at \(first)",
                "leave one of them out: a host is in one block"
            )
        case .repeatedLineage(let name, let first):
            (
                "two certificates would be named \(name.shown)", "the first one is at \(first)",
                "give this one a name of its own: name other-name;"
            )
        case .exposesSettings(let directory):
            (
                "configuration cannot be \(directory.shown)",
                "certctl's own settings are in there, and nginx could read them",
                "give a directory of its own to the proxy, such as /srv/proxy/conf.d"
            )
        case .incomplete(let name, let missing):
            ("\(name.shown) lacks \(missing)", "it cannot do without one", "add: \(missing) …;")
        case .conflict(let name, let other):
            (
                "\(name.shown) contradicts \(other.shown)", "only one of them can be so",
                "leave one out"
            )
        case .unfit(let name, let kind):
            (
                "\(name.shown) makes no sense in a site of kind \(kind)",
                "nothing there would use it",
                "take it away, or change the kind"
            )
        case .unguardedRegistry:
            (
                "anyone could push to this registry", "nothing says who may",
                "write auth_basic_user_file FILE; or allow NETWORK; deny all; "
                    + "or, if all the world may: public;"
            )
        }
    }
}

extension String {
    /// In quotes, and safe to print.
    fileprivate var shown: String { "'\(harmless(limit: 100))'" }
}

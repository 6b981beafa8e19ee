import Nginx
import Settings

/// The options that say how a site is served.
struct SiteArguments: Sendable {
    static let options = [
        CommandOption(
            name: "to",
            value: "HOST:PORT",
            summary: "where requests go; several, for the load to be shared",
            explanation:
                "https://HOST:PORT for a server that speaks TLS itself; for a redirect the "
                + "host that browsers are to ask instead.",
            repeats: true
        ),
        CommandOption(
            name: "kind",
            value: "KIND",
            summary: kinds.joined(separator: ", "),
            completes: .choices(kinds)
        ),
    ]

    static let furtherOptions = [
        CommandOption(
            name: "location",
            value: "PATH=HOST:PORT",
            summary: "a path that goes elsewhere: /api/=backend:8080; several servers with commas",
            repeats: true
        ),
        CommandOption(
            name: "auth-file",
            value: "PATH",
            summary: "a file of users and passwords, as nginx sees it"
        ),
        CommandOption(
            name: "public",
            value: nil,
            summary: "a registry that anyone may write to"
        ),
        CommandOption(
            name: "cache",
            value: nil,
            summary: "nginx keeps styles, scripts and pictures"
        ),
        CommandOption(name: "gzip", value: nil, summary: "nginx compresses texts"),
        CommandOption(
            name: "hsts",
            value: "TIME",
            summary: "how long browsers are to use https alone: off, 1d, 1y"
        ),
    ]

    private static let kinds = SiteSettings.Kind.allCases.map(\.rawValue)

    let servers: [String]
    let kind: String?
    /// Those besides ``servers`` and ``kind``.
    private let further: [Directive]

    init(_ arguments: ParsedArguments) throws(UsageError) {
        servers = arguments.all("to")
        kind = arguments["kind"]
        if let kind, !Self.kinds.contains(kind) {
            let allowed = Self.kinds.joined(separator: ", ")
            throw .unusableValue(option: "kind", value: kind, allowed: allowed)
        }
        var further: [Directive] = []
        for text in arguments.all("location") { further.append(try Self.location(text)) }
        for (option, directive) in [("auth-file", "auth_basic_user_file"), ("hsts", "hsts")] {
            if let value = arguments[option] { further.append(Directive(directive, value)) }
        }
        if arguments.has("public") { further.append(Directive("public")) }
        for name in ["cache", "gzip"] where arguments.has(name) {
            further.append(Directive(name, "on"))
        }
        self.further = further
    }

    /// Whether nothing was said of a site.
    var isEmpty: Bool { servers.isEmpty && kind == nil && further.isEmpty }

    /// What the block of the site says; whether it can be so is judged where the file is read.
    var directives: [Directive] {
        var to = Directive("to")
        to.arguments = servers.map { Array($0.utf8) }
        return (kind.map { [Directive("kind", $0)] } ?? []) + (servers.isEmpty ? [] : [to])
            + further
    }

    private static func location(_ text: String) throws(UsageError) -> Directive {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw .unusableForm(
                option: "location",
                value: text,
                form: "a path, = and a server: /api/=backend:8080"
            )
        }
        var to = Directive("to")
        to.arguments = parts[1].split(separator: ",").map { Array($0.utf8) }
        return Directive("location", String(parts[0]), body: .block([to]))
    }
}

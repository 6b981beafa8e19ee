import ACME
import CertificateStore
import Diagnostics
import Settings
import Workflows

/// `certctl site ACTION`.
struct SiteCommand: Command {
    /// What can be done with sites.
    private enum Action: String, CaseIterable {
        case list
        case show
        case add
        case remove

        var summary: String {
            switch self {
            case .list: "all sites of certctl.conf, and where they lead"
            case .show: "the block of a site, as it stands in certctl.conf"
            case .add: "adds a site for these hosts; certctl apply makes it work"
            case .remove: "takes a site out; its certificate stays and is renewed"
            }
        }

        var operands: String {
            switch self {
            case .list: ""
            case .show, .remove: "NAME"
            case .add: "NAME…"
            }
        }
    }

    static let name = "site"
    static let summary = "lists, adds and takes out the sites of certctl.conf"
    static let group = CommandGroup.machine
    static let actions = Action.allCases.map { action in
        CommandAction(name: action.rawValue, summary: action.summary, operands: action.operands)
    }
    static let options = SiteArguments.options + SiteArguments.furtherOptions
    static let discussion = """
        A site is a block of certctl.conf: hosts, and the server that answers for them behind nginx. \
        The file is changed there alone; its comments and all else stay as they are. What needs more \
        than the options have is written into the file itself.
        """
    static let examples = [
        CommandExample(
            line: "certctl site add example.com www.example.com --to frontend:3000",
            effect: "a site for two hosts"
        ),
        CommandExample(
            line: "certctl site add p.example.com --kind portainer --to portainer:9000",
            effect: "Portainer, with what its console needs"
        ),
    ]

    private let action: Action
    private let names: [String]
    private let site: SiteArguments

    init(_ arguments: ParsedArguments) throws {
        let name = try Self.action(arguments).name
        guard let action = Action(rawValue: name) else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        self.action = action
        names = Array(arguments.operands.dropFirst())
        site = try SiteArguments(arguments)
        let isComplete =
            switch action {
            case .list: names.isEmpty
            case .show, .remove: names.count == 1
            case .add: !names.isEmpty
            }
        guard isComplete else { throw UsageError.wrongOperands(usage: Self.usage) }
        guard action == .add else {
            let useless = Self.options.first { arguments.has($0.name) }
            if let useless {
                throw UsageError.uselessOption(
                    useless.name,
                    action: "\(Self.name) \(action.rawValue)",
                    useful: ["\(Self.name) \(Action.add.rawValue)"]
                )
            }
            return
        }
    }

    func run(in context: CommandContext) throws {
        let sites = EditSites(context.services)
        switch action {
        case .list: try list(sites, context)
        case .show:
            context.console.write(String(decoding: try sites.text(of: names[0]), as: UTF8.self))
            context.console.write("\n")
        case .add:
            try sites.add(try names.map(ArgumentValues.identifier), site.directives)
            tell("added", sites, context)
        case .remove:
            try sites.remove(names[0])
            tell("removed", sites, context)
        }
    }

    private func tell(_ word: String, _ sites: EditSites, _ context: CommandContext) {
        guard !context.isJSON else {
            let line = ChangeLine(site: names[0], change: word, file: sites.path)
            return context.console.write(JSONLine.text(line))
        }
        let home = context.services.layout.home.map { " --home \($0)" } ?? ""
        context.console.write(
            "\(names[0]): \(word)\n  file  \(sites.path)\n  next  certctl apply\(home)\n"
        )
    }

    private func list(_ sites: EditSites, _ context: CommandContext) throws {
        let all = try sites.sites()
        guard !context.isJSON else {
            return context.console.write(all.map { JSONLine.text(SiteLine($0)) }.joined())
        }
        guard !all.isEmpty else {
            return context.console.write(
                "There is no site yet: certctl site add NAME --to HOST:PORT\n"
            )
        }
        context.console.write(
            Table.text(
                header: ["SITE", "KIND", "TO"],
                rows: all.map { site in
                    [
                        site.certificate.names.map(\.value).joined(separator: " "),
                        site.kind.rawValue, site.leads.joined(separator: ", "),
                    ]
                }
            )
        )
    }
}

extension SiteSettings {
    /// Where it leads, for people.
    fileprivate var leads: [String] {
        let own: [String] =
            switch destination {
            case .upstreams(let upstreams): [upstreams.map(\.description).joined(separator: " ")]
            case .redirect(let host): ["https://\(host)"]
            case nil: []
            }
        return own
            + locations.map { location in
                "\(location.path) \(location.upstreams.map(\.description).joined(separator: " "))"
            }
    }
}

/// A site as a line of JSON.
private struct SiteLine: Encodable {
    let names: [String]
    let kind: String
    let to: [String]

    init(_ site: SiteSettings) {
        names = site.certificate.names.map(\.value)
        kind = site.kind.rawValue
        to = site.leads
    }
}

/// What was done to the file, as a line of JSON.
private struct ChangeLine: Encodable {
    let site: String
    let change: String
    let file: String
}

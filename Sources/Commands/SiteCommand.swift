import ACME
import CertificateStore
import Diagnostics
import Nginx
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
        case edit
        case undo

        var summary: String {
            switch self {
            case .list: "all sites of certctl.conf, and where they lead"
            case .show: "the block of a site, as it stands in certctl.conf"
            case .add: "adds a site for these hosts; certctl apply makes it work"
            case .remove: "takes a site out; its certificate stays and is renewed"
            case .edit: "puts a certificate into your own server blocks of nginx"
            case .undo: "takes back what edit, or issue --in-place, has changed"
            }
        }

        var operands: String {
            switch self {
            case .list: ""
            case .show, .remove, .undo: "NAME"
            case .add, .edit: "NAME…"
            }
        }

        /// The options that mean something to it.
        var options: [CommandOption] {
            switch self {
            case .list, .show, .remove: []
            case .add: SiteArguments.options + SiteArguments.furtherOptions
            case .edit: [SiteCommand.redirect, SiteCommand.rehearsal]
            case .undo: [SiteCommand.rehearsal]
            }
        }
    }

    private static let redirect = CommandOption(
        name: "redirect",
        value: nil,
        summary: "leave your server blocks with https alone, and send http there"
    )
    private static let rehearsal = CommandOption(
        name: "dry-run",
        value: nil,
        summary: "show the lines that edit or undo would change, and change nothing"
    )

    static let name = "site"
    static let summary = "lists, adds and takes out the sites of certctl.conf"
    static let group = CommandGroup.machine
    static let actions = Action.allCases.map { action in
        CommandAction(name: action.rawValue, summary: action.summary, operands: action.operands)
    }
    static let options =
        SiteArguments.options + SiteArguments.furtherOptions + [redirect, rehearsal]
    static let discussion = """
        A site is a block of certctl.conf: hosts, and the server that answers for them behind nginx. \
        The file is changed there alone; its comments and all else stay as they are. What needs more \
        than the options have is written into the file itself.

        With edit the server blocks are your own, wherever nginx includes them: the certificate \
        becomes one include, and the location for the CA is included too. Every other byte stays, \
        renewals change nothing more, and undo puts back what stood there.
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
        CommandExample(
            line: "certctl site edit example.com --dry-run",
            effect: "what would change in your server blocks"
        ),
    ]

    private let action: Action
    private let names: [String]
    private let site: SiteArguments
    private let redirects: Bool
    private let isRehearsal: Bool

    init(_ arguments: ParsedArguments) throws {
        let name = try Self.action(arguments).name
        guard let action = Action(rawValue: name) else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        self.action = action
        names = Array(arguments.operands.dropFirst())
        site = try SiteArguments(arguments)
        redirects = arguments.has("redirect")
        isRehearsal = arguments.has("dry-run")
        let isComplete =
            switch action {
            case .list: names.isEmpty
            case .show, .remove, .undo: names.count == 1
            case .add, .edit: !names.isEmpty
            }
        guard isComplete else { throw UsageError.wrongOperands(usage: Self.usage) }
        let useful = Set(action.options.map(\.name))
        let useless = Self.options.first { arguments.has($0.name) && !useful.contains($0.name) }
        guard let useless else { return }
        let users = Action.allCases.filter { $0.options.contains { $0.name == useless.name } }
        throw UsageError.uselessOption(
            useless.name,
            action: "\(Self.name) \(action.rawValue)",
            useful: users.map { "\(Self.name) \($0.rawValue)" }
        )
    }

    func run(in context: CommandContext) async throws {
        let sites = EditSites(context.services)
        switch action {
        case .list: try list(sites, context)
        case .show: try show(sites, context)
        case .add:
            try sites.add(try names.map(ArgumentValues.identifier), site.directives)
            tell("added", sites, context)
        case .remove:
            let remains = try sites.remove(names[0])
            tell("removed", sites, context, remains)
        case .edit: try await edit(context)
        case .undo: try await undo(context)
        }
    }

    private func show(_ sites: EditSites, _ context: CommandContext) throws {
        let block = try sites.block(of: names[0])
        let text = String(decoding: block.text, as: UTF8.self)
        context.console.write(
            context.isJSON ? JSONLine.text(SiteLine(block.settings, text: text)) : "\(text)\n"
        )
    }

    private func edit(_ context: CommandContext) async throws {
        let workflow = try EditInPlace(context.services, redirects: redirects)
        let target = try workflow.target(of: try names.map(ArgumentValues.identifier))
        let changes =
            isRehearsal ? try await workflow.plan(target) : try await workflow.run(target)
        let notes = changes.reports.map(\.explanation)
        EditsText(files: changes.files, notes: notes, isPlan: isRehearsal).show(in: context)
    }

    private func undo(_ context: CommandContext) async throws {
        let workflow = try UndoEdits(context.services)
        let name = ArgumentValues.existing(names[0])
        let changes = isRehearsal ? try await workflow.plan(name) : try await workflow.run(name)
        EditsText(files: changes.files, isPlan: isRehearsal).show(in: context)
        guard changes.byHand.isEmpty else { throw InPlaceError.byHand(changes.byHand) }
    }

    private func tell(
        _ word: String,
        _ sites: EditSites,
        _ context: CommandContext,
        _ remains: EditSites.Remains = .nothing
    ) {
        let last: (command: String, why: String)? =
            switch remains {
            case .nothing: nil
            case .certificate(let name):
                (context.homed("certctl delete \(name)"), "its certificate is renewed until then")
            case .order(let name):
                (context.homed("certctl delete \(name)"), "it never got a certificate")
            }
        guard !context.isJSON else {
            let line = ChangeLine(
                site: names[0],
                change: word,
                file: sites.path,
                forget: last?.command
            )
            return context.console.write(JSONLine.text(line))
        }
        context.console.write(
            "\(names[0]): \(word)\n  file  \(sites.path)\n  next  \(context.homed("certctl apply"))\n"
                + (last.map { "  then  \($0.command) (\($0.why))\n" } ?? "")
        )
    }

    private func list(_ sites: EditSites, _ context: CommandContext) throws {
        let all = try sites.sites()
        guard !context.isJSON else {
            return context.console.write(all.map { JSONLine.text(SiteLine($0)) }.joined())
        }
        guard !all.isEmpty else {
            return context.tell("There is no site yet: certctl site add NAME --to HOST:PORT\n")
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
    /// Its block, as it stands in certctl.conf.
    let text: String?

    init(_ site: SiteSettings, text: String? = nil) {
        self.text = text
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
    /// The command that forgets what is left of it.
    let forget: String?
}

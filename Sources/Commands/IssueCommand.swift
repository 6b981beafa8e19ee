import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import PKI
import Settings
import Sites
import Workflows

/// `certctl issue NAME…`.
struct IssueCommand: Command {
    static let name = "issue"
    static let summary = "gets one certificate for these host names"
    static let operands = "NAME…"
    static let operandCompletion = Completion.lineages
    static let options =
        SiteArguments.options + AccountArguments.options + [
            CommandOption(
                name: "key-type",
                value: "TYPE",
                summary: KeyType.list,
                completes: .choices(KeyType.allCases.map(\.rawValue))
            ),
            CommandOption(
                name: "reuse-key",
                value: nil,
                summary: "keep the key, now and at every renewal"
            ),
            CommandOption(name: "new-key", value: nil, summary: "take --reuse-key back"),
            CommandOption(
                name: "csr",
                value: "FILE",
                summary: "have this request signed; its key stays where it is",
                explanation: "In PEM or DER; the names are those of the request. There is no file "
                    + "for nginx, since certctl does not have the key."
            ),
            CommandOption(
                name: "profile",
                value: "NAME",
                summary: "one of the CA's profiles; or: any"
            ),
            CommandOption(
                name: "preferred-chain",
                value: "NAME",
                summary: "take the chain that leads to this issuer; or: any",
                explanation: "The common name of the issuer of the chain's last certificate. A CA "
                    + "without such a chain is told of, and its own choice is used."
            ),
            CommandOption(
                name: "name",
                value: "NAME",
                summary: "the certificate's name in certctl"
            ),
            CommandOption(
                name: "each",
                value: nil,
                summary: "one certificate for each operand, side by side",
                explanation: "An operand may be several names with commas between them: "
                    + "a.example,www.a.example b.example."
            ),
            CommandOption(
                name: "force",
                value: nil,
                summary: "replace a certificate that is not due"
            ),
            CommandOption(
                name: "dry-run",
                value: nil,
                summary: "rehearse with the CA's staging; keep nothing but its account"
            ),
            CommandOption(
                name: "http01",
                value: "MODE",
                summary: HTTP01Mode.forms.joined(separator: ", "),
                completes: .choices(HTTP01Mode.forms)
            ),
            CommandOption(
                name: "http01-port",
                value: "N",
                summary: "listen there instead of on 80"
            ),
            CommandOption(
                name: "http01-address",
                value: "A",
                summary: "listen on this address only; or: any"
            ),
            CommandOption(
                name: "webroot",
                value: "DIR",
                summary: "the same as --http01 webroot:DIR"
            ),
            CommandOption(
                name: "deploy-hook",
                value: "PATH",
                summary: "run this after deploy.d, now"
            ),
            CommandOption(
                name: "in-place",
                value: nil,
                summary: "put it into your own server blocks of nginx",
                explanation: "The certificate becomes one include there, and every other byte "
                    + "stays; certctl site undo takes it back, and certctl site edit --dry-run shows "
                    + "it before."
            ),
            CommandOption(
                name: "redirect",
                value: nil,
                summary: "with --in-place: leave those blocks with https alone"
            ),
        ]

    static let makesHome = true
    static let isForOwner = true

    let ownersShare = OwnersShare.issuing
    private let issue: IssueArguments
    private let site: SiteArguments
    private let isInPlace: Bool
    private let redirects: Bool

    init(_ arguments: ParsedArguments) throws {
        issue = try IssueArguments(arguments)
        site = try SiteArguments(arguments)
        for option in ["each", "csr", "dry-run"] where arguments.has(option) && !site.isEmpty {
            throw UsageError.contradiction("to", option)
        }
        isInPlace = arguments.has("in-place")
        redirects = arguments.has("redirect")
        for option in ["csr", "dry-run"] where arguments.has(option) && isInPlace {
            throw UsageError.contradiction("in-place", option)
        }
        guard site.isEmpty || !isInPlace else { throw UsageError.contradiction("to", "in-place") }
        guard isInPlace || !redirects else {
            throw UsageError.incomplete(
                "certctl's own sites redirect anyway, and yours are changed with --in-place alone",
                fix: "add --in-place"
            )
        }
        guard site.kind == nil || !site.servers.isEmpty else {
            throw UsageError.incomplete(
                "a kind says how a server is reached",
                fix: "say where it is: --to HOST:PORT"
            )
        }
    }

    func run(in context: CommandContext) async throws {
        var change: EditSites.Change?
        if !site.isEmpty, !context.isOwnersShare {
            let names = try issue.requests(in: context).flatMap(\.names)
            change = try EditSites(context.services)
                .routing(names, to: site.servers, kind: site.kind)
        }
        let workflow = try IssueCertificates(
            issue.requests(in: context),
            services: context.services
        )
        guard let owner = context.owner else {
            let deploys = try context.services.store.role().keeps(.deploying)
            let edits = deploys ? try edits(context) : nil
            if deploys { try await prepare(workflow, change, context) }
            if let edits { try await workflow.prepare(edits) }
            var endings = await workflow.run(deploys: deploys)
            if let edits { endings = await workflow.finish(endings, edits) }
            if deploys, !site.isEmpty { endings = await serveSites(endings, workflow) }
            try takeBack(change, ifRefused: endings, context)
            try Self.write(endings, context)
            return try Self.check(endings)
        }
        let standing = try workflow.standing()
        let edits = try edits(context)
        try await prepare(workflow, change, context)
        if let edits { try await workflow.prepare(edits) }
        let ownersEnding = await owner.run(
            listeningAt: standing.ports,
            in: context.services
        )
        try await ownersEnding.conclude {
            var endings = try await workflow.bringIntoUse(since: standing)
            if let edits { endings = await workflow.finish(endings, edits) }
            if !site.isEmpty { endings = await serveSites(endings, workflow) }
            try takeBack(change, ifRefused: endings, context)
            try Self.write(endings, context)
            workflow.tellOfRenewals(endings, after: standing)
            try Self.check(endings)
        }
    }

    /// Has nginx answer the CA; a site that cannot be served is taken out of certctl.conf again.
    private func prepare(
        _ workflow: IssueCertificates,
        _ change: EditSites.Change?,
        _ context: CommandContext
    ) async throws {
        do {
            try await workflow.prepareProxy()
        } catch let error as SitesError {
            if let change { try EditSites(context.services).takeBack(change) }
            throw error
        }
    }

    /// Has nginx serve the sites, and tells what it does not mind about them.
    private func serveSites(
        _ endings: [IssueCertificates.Ending],
        _ workflow: IssueCertificates
    ) async -> [IssueCertificates.Ending] {
        let served = await workflow.serveSites(endings)
        if served.contains(where: { (try? $0.result.get()) != nil }) {
            await workflow.adviseOnSites()
        }
        return served
    }

    /// Takes the change back where it is found out only once there is a certificate.
    private func takeBack(
        _ change: EditSites.Change?,
        ifRefused endings: [IssueCertificates.Ending],
        _ context: CommandContext
    ) throws {
        guard let change else { return }
        try EditSites(context.services).takeBack(change, ifRefused: endings)
    }

    /// What is to become of users' own servers; `nil` where they are left alone.
    private func edits(_ context: CommandContext) throws -> EditInPlace? {
        isInPlace ? try EditInPlace(context.services, redirects: redirects) : nil
    }

    static func check(_ endings: [IssueCertificates.Ending]) throws {
        try CertificateFailure.check(endings.map { ($0.name, $0.result.failure) }, mixed: .partial)
    }

    /// Tells of what has succeeded.
    static func write(_ endings: [IssueCertificates.Ending], _ context: CommandContext) throws {
        context.story.end()
        for ending in endings {
            guard case .success(let outcome) = ending.result else { continue }
            // What came of a rehearsal nobody else knows.
            guard !context.isOwnersShare || outcome.certificate == nil else { continue }
            try write(outcome, context)
        }
    }

    private static func write(_ outcome: IssueOutcome, _ context: CommandContext) throws {
        guard outcome.certificate != nil else {
            context.console.write(RehearsalText.text(outcome, isJSON: context.isJSON))
            return
        }
        let report = try ListCertificates(context.services).one("\(outcome.name)")
        context.console.write(
            try context.isJSON
                ? JSONLine.text(OutcomeLine(outcome.word, outcome.hooks, report))
                : text(outcome, report) + NextStep.text(after: report, context)
        )
    }

    private static func text(_ outcome: IssueOutcome, _ report: LineageReport) -> String {
        guard let certificate = outcome.certificate else { return "" }
        let manifest = certificate.manifest
        let files = report.files ?? certificate.files
        var lines = [
            ("hosts", manifest.names.joined(separator: " ")),
            ("valid until", TimeText.day(manifest.notAfter)),
            ("certificate", files.fullChain),
        ]
        if manifest.hasKey {
            lines.append(("private key", files.privateKey))
            lines.append(("nginx", "include \(report.include);"))
        }
        lines += outcome.hooks.map { ("hook done", $0) }
        let body = lines.map { label, value in
            "  \(label)\(String(repeating: " ", count: 13 - label.count))\(value)\n"
        }
        let due = report.due.map { ", not due before \(TimeText.day($0))" } ?? ""
        let verb = outcome.word + (outcome.change == .unchanged(certificate) ? due : "")
        return "\(outcome.name): \(verb)\n\(body.joined())"
    }
}

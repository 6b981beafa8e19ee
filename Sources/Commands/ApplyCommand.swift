import ACME
import CertificateStore
import Diagnostics
import Settings
import Workflows

/// `certctl apply`.
struct ApplyCommand: Command {
    static let name = "apply"
    static let summary = "makes this machine match certctl.conf: certificates, and sites in nginx"
    static let group = CommandGroup.machine
    static let options = [
        CommandOption(
            name: "check",
            value: nil,
            summary: "say what is wrong in certctl.conf, and change nothing"
        ),
        CommandOption(
            name: "dry-run",
            value: nil,
            summary: "show what would be issued and written, and change nothing"
        ),
        CommandOption(
            name: "agree-tos",
            value: nil,
            summary: "agree to the CA's terms of service"
        ),
    ]
    static let discussion = """
        What is stored and not in use is brought into use, as certctl deploy does. Certificates that \
        certctl.conf asks for and that there are not are issued. For its sites files \
        named certctl-*.conf and certctl/*.inc are written to the proxy's configuration directory; \
        nginx tests them, is made to reload, and has to show each certificate in a TLS handshake: else \
        every file is put back as it was. A file that a person has changed is left alone, and named.

        What is so already is not touched, and nginx is not reloaded then. A block that has gone from \
        certctl.conf takes its site with it, and its certificate is still renewed. A server that a \
        site leads to and that is not there, or a file of passwords that nginx cannot read, is told of \
        and keeps nothing from being done.
        """
    static let examples = [
        CommandExample(line: "certctl apply --dry-run", effect: "what it would do, line by line"),
        CommandExample(line: "certctl apply", effect: "does it"),
    ]
    static let makesHome = true

    private enum Mode {
        case check
        case plan
        case apply
    }

    /// Only orders are the owner's.
    var ownersShare: OwnersShare { mode == .apply ? .issuing : .nothing }

    private let mode: Mode
    private let account: AccountArguments
    /// What root has said of the owner's share.
    private let opensAccountsAlone: Bool
    private let leftOut: Set<String>

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.isEmpty else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        guard !arguments.has("check") || !arguments.has("dry-run") else {
            throw UsageError.contradiction("check", "dry-run")
        }
        mode = arguments.has("check") ? .check : arguments.has("dry-run") ? .plan : .apply
        account = try AccountArguments(arguments)
        opensAccountsAlone = arguments.has(CommandOption.accountsAlone.name)
        leftOut = Set(arguments.all(CommandOption.leftOut.name))
    }

    func run(in context: CommandContext) async throws {
        switch mode {
        case .check: try await Self.check(context)
        case .plan:
            let plan = try await ApplySettings(context.services).plan()
            PlanText(plan).show(in: context)
            try CertificateFailure.check([], sites: plan.refused, mixed: .deployment)
        case .apply: try await apply(context)
        }
    }

    private func apply(_ context: CommandContext) async throws {
        let workflow = try ApplySettings(
            context.services,
            looksAtPaths: !context.isOwnersShare
        )
        let missing = try workflow.missing()
        // Whoever has only a share of it leaves nginx to root.
        guard !context.isOwnersShare else { return try await order(missing, context) }
        try await openAccounts(missing, context)
        let applied = try await workflow.applySites()
        context.story.end()
        for ending in applied.endings {
            guard case .success(let outcome) = ending.result else { continue }
            try DeployCommand.write(outcome, ending.name, context)
        }
        let requests = try requests(
            missing.filter { applied.refused[$0.lineage] == nil },
            context
        )
        let deployed = applied.endings.filter { applied.refused[$0.name] == nil }
            .map { ($0.name, $0.result.failure) }
        let sites = applied.refused
        if let failure = applied.failure {
            // Where a certificate could not be deployed either, that is named; mostly it is the same.
            try CertificateFailure.check(deployed, sites: sites, mixed: .deployment)
            throw failure
        }
        let issue = try IssueCertificates(requests, services: context.services)
        guard !requests.isEmpty else {
            try CertificateFailure.check(deployed, sites: sites, mixed: .deployment)
            if let conflict = applied.conflict { throw conflict }
            return tell(applied.hasChanged ? "changed" : "unchanged", context)
        }
        guard let owner = context.owner else {
            return try conclude(await issue.run(), applied, context)
        }
        let standing = try issue.standing()
        let refused = applied.refused.keys.sorted()
        let ownersEnding = await owner.run(
            refused.map { "\(CommandOption.leftOut.flag)=\($0)" },
            listeningAt: standing.ports,
            in: context.services
        )
        try await ownersEnding.conclude {
            try conclude(await issue.bringIntoUse(since: standing), applied, context)
        }
    }

    /// The owner's share: the orders, or only what a person has to be asked before anything is changed.
    private func order(
        _ missing: [ApplySettings.Wanted],
        _ context: CommandContext
    ) async throws {
        let wanted = missing.filter { !leftOut.contains("\($0.lineage)") }
        let issue = try IssueCertificates(
            requests(wanted, context),
            services: context.services
        )
        guard !opensAccountsAlone else { return try await issue.openAccounts() }
        try IssueCommand.check(await issue.run(deploys: false))
    }

    /// Has the accounts that there are not registered by whoever will order, where somebody may have to
    /// be asked; else the CA is asked for nothing before nginx has been found to be ready.
    private func openAccounts(
        _ missing: [ApplySettings.Wanted],
        _ context: CommandContext
    ) async throws {
        guard !account.hasAgreed else { return }
        let issue = try IssueCertificates(requests(missing, context), services: context.services)
        guard try issue.lacksAccounts() else { return }
        guard let owner = context.owner else { return try await issue.openAccounts() }
        try await owner.run([CommandOption.accountsAlone.flag], in: context.services).conclude()
    }

    /// Tells of what was issued, and fails with all that was not brought into use.
    private func conclude(
        _ endings: [IssueCertificates.Ending],
        _ applied: ApplySettings.Applied,
        _ context: CommandContext
    ) throws {
        try IssueCommand.write(endings, context)
        let issued = Set(endings.map(\.name))
        // What has a new certificate by now is in use, or has failed with that.
        let deployed = applied.endings.filter {
            !issued.contains($0.name) && applied.refused[$0.name] == nil
        }
        try CertificateFailure.check(
            deployed.map { ($0.name, $0.result.failure) }
                + endings.map { ($0.name, $0.result.failure) },
            sites: applied.refused,
            mixed: .partial
        )
        if let conflict = applied.conflict { throw conflict }
    }

    private func requests(
        _ missing: [ApplySettings.Wanted],
        _ context: CommandContext
    ) throws -> [IssueRequest] {
        let account = try account.request(in: context)
        return missing.map { wanted in
            let hosts = wanted.names.map(\.value)
            var request = IssueRequest(
                names: wanted.names,
                agreesToTerms: account.agreesToTerms,
                progress: { step in context.story.show(step, hosts) }
            )
            request.account = account
            request.lineage = wanted.lineage
            return request
        }
    }

    private func tell(_ outcome: String, _ context: CommandContext) {
        context.story.end()
        context.console.write(
            context.isJSON
                ? JSONLine.text(["sites": outcome])
                : outcome == "changed"
                    ? "nginx serves what certctl.conf says.\n"
                    : "Nothing to do: this machine is as certctl.conf says.\n"
        )
    }
}

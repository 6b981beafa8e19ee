import CertificateStore
import Diagnostics
import Workflows

/// `certctl deploy [NAME…]`.
struct DeployCommand: Command {
    static let name = "deploy"
    static let summary = "brings what is stored into use, and runs the hooks"
    static let operands = "[NAME…]"
    static let operandCompletion = Completion.lineages
    static let options = [
        CommandOption(
            name: "pending",
            value: nil,
            summary: "only what is known to be missing, with growing pauses after failures",
            explanation:
                "For a timer. After a failure it is tried again after 1, 10 and 100 minutes, "
                + "then daily; without this option at once. What another certctl is at work on is "
                + "left to it."
        ),
        CommandOption(
            name: "force",
            value: nil,
            summary: "run the hooks also for what is in use already"
        ),
        CommandOption(
            name: "dry-run",
            value: nil,
            summary: "show what would be brought into use, written and run, and change nothing"
        ),
    ]

    static let discussion = """
        Points readers (tls/nginx/NAME.conf and tls/live/NAME) at the newest certificate of each name, \
        or of all, and runs the hooks: those in pre.d once before, those in deploy.d and those of the \
        certificate for each, those in post.d once after. What is in use already is left alone, and no \
        hook runs.

        A certificate counts as deployed when all its hooks have succeeded and what was published is \
        still so. What fails is told by certctl list and certctl show, and costs no certificate and no \
        order.
        """

    static let examples = [
        CommandExample(
            line: "certctl deploy example.com",
            effect: "try again at once, when what a hook complained of is mended"
        ),
        CommandExample(
            line: "certctl deploy --pending",
            effect: "what the timer runs every hour; says nothing where nothing is pending"
        ),
        CommandExample(
            line: "certctl deploy --dry-run",
            effect: "what is pending, line by line as nginx's files would change, and which hooks"
        ),
        CommandExample(
            line: "certctl deploy example.com --force",
            effect: "tries a new hook, without a new certificate"
        ),
    ]

    private let names: [String]
    private let isPendingOnly: Bool
    private let isForced: Bool
    private let isPlan: Bool

    init(_ arguments: ParsedArguments) throws {
        names = arguments.operands.map(ArgumentValues.existing)
        isPendingOnly = arguments.has("pending")
        isForced = arguments.has("force")
        guard !isPendingOnly || !isForced else {
            throw UsageError.contradiction("pending", "force")
        }
        isPlan = arguments.has("dry-run")
        guard !isPlan || !isPendingOnly else {
            throw UsageError.contradiction("pending", "dry-run")
        }
    }

    func run(in context: CommandContext) async throws {
        let store = context.services.store
        let lineages = try names.map { try store.existingLineage($0).name }
        let deploying = DeployCertificates(context.services)
        guard !isPlan else {
            let plan = try await deploying.plan(
                lineages.isEmpty ? nil : lineages,
                isForced: isForced
            )
            DeploymentPlanText(plan).show(in: context)
            let refused = plan.refused.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            return try CertificateFailure.check(
                plan.certificates.map { ($0.name, nil) } + refused,
                mixed: .deployment
            )
        }
        let endings = try await deploying.run(
            lineages.isEmpty ? nil : lineages,
            isForced: isForced,
            isPendingOnly: isPendingOnly
        )
        for ending in endings {
            switch ending.result {
            case .success(let outcome):
                // Of all there are, only what was done is news.
                let isNews = context.isJSON || !outcome.wasUnchanged || !names.isEmpty
                if isNews { try Self.write(outcome, ending.name, context) }
            case .failure:
                // One that cannot be read has no more to tell than that.
                try? Self.writeLine("failed", [], ending.name, context)
            }
        }
        let isIdle = !isPendingOnly && names.isEmpty && endings.allSatisfy(\.wasUnchanged)
        if isIdle { try await deploying.mend() }
        if !context.isJSON, isIdle {
            context.console.write("Nothing to deploy: what is stored is in use.\n")
        }
        let tried = Set(endings.map(\.name))
        let waiting =
            isPendingOnly
            ? try deploying.waiting(lineages.isEmpty ? nil : lineages)
                .filter { !tried.contains($0.name) } : []
        for ending in waiting { try? Self.writeLine("waiting", [], ending.name, context) }
        try CertificateFailure.check(
            (endings + waiting).map { ($0.name, $0.result.failure) },
            mixed: .deployment,
            isNamed: !names.isEmpty
        )
    }

    /// Tells what was done with one certificate.
    static func write(
        _ outcome: DeployCertificates.Outcome,
        _ name: LineageName,
        _ context: CommandContext
    ) throws {
        if context.isJSON {
            let word = outcome.wasUnchanged ? "unchanged" : "deployed"
            try writeLine(word, outcome.hooks, name, context)
        } else if outcome.wasUnchanged {
            context.console.write("\(name): in use already\n")
        } else {
            let hooks = outcome.hooks.map { "  hook done    \($0)\n" }.joined()
            context.console.write(
                "\(name): deployed\n  generation   \(outcome.generation)\n\(hooks)"
            )
        }
    }

    /// Tells how one certificate stands, where the answer is JSON.
    private static func writeLine(
        _ word: String,
        _ hooks: [String],
        _ name: LineageName,
        _ context: CommandContext
    ) throws {
        guard context.isJSON else { return }
        let report = try ListCertificates(context.services).one("\(name)")
        context.console.write(JSONLine.text(OutcomeLine(word, hooks, report)))
    }
}

extension DeployCertificates.Ending {
    fileprivate var wasUnchanged: Bool {
        if case .success(let outcome) = result { outcome.wasUnchanged } else { false }
    }
}

import CertificateStore
import Diagnostics
import Platform
import Workflows

/// `certctl renew [NAME…]`.
struct RenewCommand: Command {
    static let name = "renew"
    static let summary = "renews what is due; what the timer runs"
    static let operands = "[NAME…]"
    static let operandCompletion = Completion.lineages
    static let discussion = """
        A certificate is due at a moment of the window that its CA suggests (RFC 9773); where the CA \
        suggests none, after two thirds of its lifetime, or half of one of less than ten days. While \
        nothing is due one small file is read and nobody is asked.

        What fails is tried again after 1, 10 and 100 minutes, then once a day, more often near the end. \
        That is remembered, and so are the CA's limits: neither a restart nor a loop gets past them. \
        --force does.

        Without names whatever is due is renewed. What was renewed is brought into use, unless \
        --no-deploy leaves that to `certctl deploy --pending`.
        """
    static let examples = [
        CommandExample(line: "certctl renew", effect: "renews what is due"),
        CommandExample(
            line: "certctl renew example.com --force",
            effect: "renews that one now, due or not"
        ),
        CommandExample(
            line: "certctl renew --dry-run",
            effect: "rehearses all renewals with the CAs' stagings"
        ),
    ]
    static let options = [
        CommandOption(
            name: "force",
            value: nil,
            summary: "renew what is not due, and ask a CA whose limit is reached"
        ),
        CommandOption(
            name: "dry-run",
            value: nil,
            summary: "rehearse with the CA's staging; keep nothing but its account"
        ),
        CommandOption(
            name: "no-deploy",
            value: nil,
            summary: "leave it to `certctl deploy --pending` to bring it into use"
        ),
        CommandOption(
            name: "agree-tos",
            value: nil,
            summary: "agree to the CA's terms of service"
        ),
    ]

    static let isForOwner = true

    let ownersShare = OwnersShare.issuing
    private let names: [String]
    private let isForced: Bool
    private let isRehearsal: Bool
    private let deploys: Bool
    private let agrees: Bool

    init(_ arguments: ParsedArguments) throws {
        names = arguments.operands.map(ArgumentValues.existing)
        isForced = arguments.has("force")
        isRehearsal = arguments.has("dry-run")
        deploys = !arguments.has("no-deploy")
        agrees = arguments.has("agree-tos")
        guard !isRehearsal || !isForced else { throw UsageError.contradiction("dry-run", "force") }
    }

    func run(in context: CommandContext) async throws {
        if let owner = context.owner { return try await leave(to: owner, context) }
        let agrees = agrees
        var request = RenewRequest(
            agreesToTerms: { _ in agrees },
            progress: { step, names in context.story.show(step, names) }
        )
        request.names = names
        request.isForced = isForced
        guard !isRehearsal else { return try await rehearse(request, context) }
        let report = try await RenewCertificates(context.services, request).run()
        context.story.end()
        // What was renewed is told, whatever comes of bringing it into use.
        write(report, context)
        if let error = report.unsaved {
            let reason = Run.diagnosis(of: error)
            context.story.log.warning(
                "what the next renew goes by could not be written down",
                ["reason": "\(reason.what): \(reason.why)"]
            )
        }
        let deploys = try deploys && context.services.store.role().keeps(.deploying)
        let deployed =
            deploys ? try await DeployCertificates(context.services).run(after: report) : []
        if self.deploys, !context.isJSON {
            context.console.write(
                try NextStep.text(afterRenewing: report.renewed.count, context)
            )
        }
        try RenewFailure.check(report, deployed, isNamed: !names.isEmpty)
        if let error = report.unsaved { throw error }
    }

    /// Has the store's owner renew, who tells what he does; then brings it into use.
    private func leave(to owner: StoreOwner, _ context: CommandContext) async throws {
        let store = context.services.store
        let before = Dictionary(uniqueKeysWithValues: try store.newestGenerations())
        let ending = await owner.run(
            listeningAt: context.services.portsForRenewal,
            in: context.services
        )
        context.story.end()
        try await ending.conclude {
            let renewed = Self.renewed(try store.newestGenerations(), since: before)
            let deployed =
                deploys && !isRehearsal
                ? try await DeployCertificates(context.services).run(afterRenewing: renewed) : []
            try RenewFailure.check(RenewReport(), deployed, isNamed: false)
        }
    }

    /// The lineages of which the newest certificate is another one than before.
    ///
    /// The pair that lets nginx start is none, and of some it cannot be told.
    static func renewed(
        _ generations: [(name: LineageName, number: GenerationNumber?)],
        since before: [LineageName: GenerationNumber?]
    ) -> [LineageName] {
        generations.filter { name, number in
            number != nil && number != .bootstrap && before[name] != number
        }
        .map(\.name)
    }

    private func rehearse(_ request: RenewRequest, _ context: CommandContext) async throws {
        let report = try await RehearseRenewals(context.services, request).run()
        context.story.end()
        let isJSON = context.isJSON
        for ending in report.endings {
            switch ending.result {
            case .success(let outcome):
                context.console.write(RehearsalText.text(outcome, isJSON: isJSON))
            case .failure(let error):
                let text = RehearsalText.text(ending.name, failed: error, isJSON: isJSON)
                context.console.write(text)
            }
        }
        for skipped in report.skipped {
            context.console.write(RehearsalText.text(skipped, isJSON: isJSON))
        }
        try CertificateFailure.check(
            report.endings.map { ($0.name, $0.result.failure) },
            mixed: .partial
        )
    }

    // MARK: The answer

    private func write(_ report: RenewReport, _ context: CommandContext) {
        let now = context.services.clock.now
        for ending in report.endings {
            guard let line = RenewLine(ending, isNamed: report.isNamed, now: now) else { continue }
            if context.isJSON {
                context.console.write(JSONLine.text(line))
            } else {
                context.tell(line.text)
            }
        }
        let summary = RenewSummary(report)
        if context.isJSON {
            context.console.write(JSONLine.text(summary))
        } else {
            context.tell(summary.text)
        }
    }
}

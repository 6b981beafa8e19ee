import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal
import Workflows

/// `certctl show NAME`.
struct ShowCommand: Command {
    static let name = "show"
    static let summary = "tells all about one certificate"
    static let operands = "NAME"
    static let operandCompletion = Completion.lineages

    static let options = [
        CommandOption(
            name: "renewal-info",
            value: nil,
            summary: "ask the CA when it would like the certificate to be renewed",
            explanation: "By RFC 9773; not every CA tells."
        )
    ]

    static let isForOwner = true

    /// Only the owner speaks to CAs.
    var ownersShare: OwnersShare { asksCA ? .everything : .nothing }
    private let lineage: String
    private let asksCA: Bool

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.count == 1 else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        lineage = ArgumentValues.existing(arguments.operands[0])
        asksCA = arguments.has("renewal-info")
    }

    func run(in context: CommandContext) async throws {
        let report = try ListCertificates(context.services).one(lineage)
        let info = asksCA ? try await AskRenewalInfo(context.services).run(lineage) : nil
        guard !context.isJSON else {
            var line = LineageLine(report)
            line.renewalWindowStart = info?.start
            line.renewalWindowEnd = info?.end
            line.renewalExplanation = info?.explanation
            context.console.write(JSONLine.text(line))
            return
        }
        var facts = Self.facts(report, now: context.services.clock.now)
        if asksCA { facts += Self.facts(info) }
        context.tell(
            facts.map { label, value in
                label + String(repeating: " ", count: 16 - label.count) + value + "\n"
            }.joined()
        )
    }

    /// What the CA says of the renewal.
    private static func facts(_ info: RenewalInfo?) -> [(String, String)] {
        guard let info else { return [("CA's window", "none: the CA does not tell")] }
        let window = "\(info.start.formatted(.iso8601)) to \(info.end.formatted(.iso8601))"
        let reason = info.explanation.map { ("CA explains", $0.harmless(limit: 300)) }
        return [("CA's window", window)] + (reason.map { [$0] } ?? [])
    }

    /// Whether it is in use, and what is missing where it is not.
    private static func deployed(_ report: LineageReport) -> String {
        guard report.isDeployPending else { return "yes" }
        return report.isPublished
            ? "no: hooks still have to run" : "no: nginx still has to take it up"
    }

    /// What has come of bringing it into use so far.
    private static func deployFacts(_ report: LineageReport) -> [(String, String)] {
        guard let failure = report.deployFailure, let next = report.nextDeploy else { return [] }
        let times = TimeText.times(failure.count)
        return [
            ("because", ListCommand.reason(of: failure)),
            ("failed", "\(times), last \(failure.last.formatted(.iso8601))"),
            ("next attempt", next.formatted(.iso8601)),
        ]
    }

    /// What has come of renewing it so far, or of the first order.
    private static func troubleFacts(_ report: LineageReport, now: Date) -> [(String, String)] {
        guard let trouble = report.trouble else { return [] }
        let reason = ("because", trouble.reason.harmless(limit: 500))
        guard let next = trouble.next else {
            return [("order failed", trouble.last.formatted(.iso8601)), reason]
        }
        let label = report.lineage.current == nil ? "order failed" : "renewal failed"
        let times = TimeText.times(trouble.count)
        return [
            (label, "\(times) since \(trouble.since.formatted(.iso8601))"), reason,
            ("tried again", (next > now ? "not before " : "") + TimeText.next(next, now)),
        ]
    }

    private static func facts(_ report: LineageReport, now: Date) -> [(String, String)] {
        let lineage = report.lineage
        var facts = [("name", lineage.name.description), ("state", report.state.rawValue)]
        if lineage.current == nil {
            facts.append(("hosts", report.names.joined(separator: " ").harmless(limit: 1000)))
            if report.state != .lost { facts.append(("to issue it", NextStep.issue(report))) }
        }
        if let current = lineage.current, let due = report.due {
            let manifest = current.manifest
            let left = TimeText.left(until: manifest.notAfter, from: now)
            facts += [
                ("hosts", manifest.names.joined(separator: " ")),
                ("issuer", manifest.issuer.harmless(limit: 300)),
                ("serial", manifest.serial),
                ("key", manifest.keyType),
                ("valid from", manifest.notBefore.formatted(.iso8601)),
                ("valid until", "\(manifest.notAfter.formatted(.iso8601)) (\(left))"),
                ("renews after", due.formatted(.iso8601)),
                ("generation", "\(current.number)"),
                ("deployed", Self.deployed(report)),
            ]
            if report.state == .lost {
                facts.append(("to replace it", "certctl renew \(lineage.name)"))
            }
            facts += Self.deployFacts(report)
            let files = report.files ?? current.files
            facts.append(("certificate", files.fullChain))
            if manifest.hasKey { facts.append(("private key", files.privateKey)) }
        }
        if lineage.current?.manifest.hasKey ?? true {
            facts.append(("nginx", "include \(report.include);"))
        }
        facts += troubleFacts(report, now: now)
        if let settings = lineage.settings {
            facts.append(("CA", settings.authority.harmless(limit: 500)))
            if let substitute = settings.substitute {
                facts.append(("stood in for by", substitute.harmless(limit: 500)))
            }
        }
        if let order = lineage.progress.pending?.order {
            facts.append(("open order", order.harmless(limit: 500)))
        }
        return facts
    }
}

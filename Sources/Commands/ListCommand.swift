import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Workflows

/// `certctl list`.
struct ListCommand: Command {
    static let name = "list"
    static let summary = "lists the certificates: until when, and when each is renewed"
    static let examples = [
        CommandExample(
            line: "certctl list --json",
            effect: "one object of JSON a certificate, with the same facts"
        )
    ]

    static let isForOwner = true

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.isEmpty else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
    }

    func run(in context: CommandContext) throws {
        let reports = try ListCertificates(context.services).all()
        let now = context.services.clock.now
        if context.isJSON {
            for report in reports {
                context.console.write(JSONLine.text(LineageLine(report)))
            }
        } else if reports.isEmpty {
            context.console.write("There is no certificate yet: certctl issue example.com\n")
        } else {
            context.console.write(
                Table.text(
                    header: ["NAME", "STATE", "LIFETIME", "LEFT", "RENEWS", "EXPIRES", "HOSTS"],
                    rows: reports.map { Self.row($0, now) }
                ) + reports.map(Self.pending).joined()
            )
        }
    }

    /// Why a certificate is not in use, and when that changes; empty where it is.
    private static func pending(_ report: LineageReport) -> String {
        guard report.isDeployPending else { return "" }
        let name = "\(report.lineage.name)"
        guard let failure = report.deployFailure, let next = report.nextDeploy else {
            return "\(name): deploy pending, not tried yet: certctl deploy \(name)\n"
        }
        let times = failure.count == 1 ? "once" : "\(failure.count) times"
        return """
            \(name): deploy pending, failed \(times), next attempt \(next.formatted(.iso8601))
              \(failure.reason.harmless(limit: 500))

            """
    }

    private static func row(_ report: LineageReport, _ now: Date) -> [String] {
        let name = report.lineage.name.description
        guard let manifest = report.lineage.current?.manifest, let due = report.due else {
            return [name, report.state.rawValue, "", "", "", "", ""]
        }
        let pending = report.isDeployPending ? ", deploy pending" : ""
        return [
            name,
            report.state.rawValue + pending,
            LifetimeBar.text(from: manifest.notBefore, to: manifest.notAfter, due: due, now: now),
            TimeText.left(until: manifest.notAfter, from: now),
            report.state == .revoked ? "now" : TimeText.day(due),
            TimeText.day(manifest.notAfter),
            manifest.names.joined(separator: " "),
        ]
    }
}

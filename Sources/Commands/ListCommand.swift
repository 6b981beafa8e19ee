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
        let workflow = ListCertificates(context.services)
        let (reports, unreadable) = try workflow.all()
        let now = context.services.clock.now
        if context.isJSON {
            for report in reports {
                context.console.write(JSONLine.text(LineageLine(report)))
            }
        } else if reports.isEmpty, unreadable.isEmpty {
            context.tell("There is no certificate yet: certctl issue example.com\n")
        } else if !reports.isEmpty {
            let forgotten = workflow.forgotten(among: reports)
            context.tell(
                Table.text(
                    header: ["NAME", "STATE", "LIFETIME", "LEFT", "RENEWS", "EXPIRES", "HOSTS"],
                    rows: reports.map { Self.row($0, now) }
                )
                    + reports.map { report in
                        Self.missing(report, isForgotten: forgotten.contains(report.lineage.name))
                            + Self.trouble(report, now) + Self.pending(report)
                    }.joined()
            )
        }
        try CertificateFailure.check(
            reports.map { ($0.lineage.name, nil) } + unreadable.map { ($0.name, $0.error) },
            mixed: .store,
            isNamed: false
        )
    }

    /// How one is had of which there is nothing to use; empty where there is a certificate.
    private static func missing(_ report: LineageReport, isForgotten: Bool) -> String {
        let name = "\(report.lineage.name)"
        let command =
            NextStep.issue(report) + (isForgotten ? ", or forget it: certctl delete \(name)" : "")
        return switch report.state {
        case .wanted: "\(name): wanted by certctl.conf, not issued: \(command) or certctl apply\n"
        case .waiting where report.trouble?.next == nil: "\(name): not issued: \(command)\n"
        case .lost: "\(name): its files are gone or damaged: certctl renew \(name)\n"
        default: ""
        }
    }

    /// Why a certificate is not renewed, and when that is tried again; empty where nothing has failed.
    private static func trouble(_ report: LineageReport, _ now: Date) -> String {
        guard let trouble = report.trouble else { return "" }
        let name = "\(report.lineage.name)"
        let reason = trouble.reason.harmless(limit: 500)
        guard let next = trouble.next else {
            return """
                \(name): the order failed \(trouble.last.formatted(.iso8601))
                  \(reason)

                """
        }
        let what = report.lineage.current == nil ? "the order" : "renewal"
        return """
            \(name): \(what) failed \(TimeText.times(trouble.count)), next attempt \
            \(TimeText.next(next, now))
              \(reason)

            """
    }

    /// Why a certificate is not in use, and when that changes; empty where it is.
    private static func pending(_ report: LineageReport) -> String {
        guard report.isDeployPending, report.state != .lost else { return "" }
        let name = "\(report.lineage.name)"
        guard let failure = report.deployFailure, let next = report.nextDeploy else {
            return "\(name): deploy pending, not tried yet: certctl deploy \(name)\n"
        }
        let times = TimeText.times(failure.count)
        return """
            \(name): deploy pending, failed \(times), next attempt \(next.formatted(.iso8601))
              \(reason(of: failure))

            """
    }

    /// Why it could not be brought into use, or who can tell.
    static func reason(of failure: DeployRecord.Failure) -> String {
        failure.reason.isEmpty
            ? "sudo certctl list tells why" : failure.reason.harmless(limit: 500)
    }

    private static func row(_ report: LineageReport, _ now: Date) -> [String] {
        let name = report.lineage.name.description
        guard let manifest = report.lineage.current?.manifest, let due = report.due else {
            let hosts = report.names.joined(separator: " ").harmless(limit: 1000)
            return [name, report.state.rawValue, "", "", "", "", hosts]
        }
        let isPending = report.isDeployPending && report.state != .lost
        let pending = isPending ? ", deploy pending" : ""
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

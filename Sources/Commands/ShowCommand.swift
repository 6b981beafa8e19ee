import CertificateStore
import FoundationEssentials
import Platform
import Workflows

/// `certctl show NAME`.
struct ShowCommand: Command {
    static let name = "show"
    static let summary = "tells all about one certificate"
    static let operands = "NAME"
    static let operandCompletion = Completion.lineages

    private let lineage: String

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.count == 1 else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        lineage = arguments.operands[0]
    }

    func run(in context: CommandContext) throws {
        let report = try ListCertificates(context.services).one(lineage)
        guard !context.isJSON else {
            context.console.write(JSONLine.text(LineageLine(report)))
            return
        }
        let facts = Self.facts(report, now: context.services.clock.now)
        context.console.write(
            facts.map { label, value in
                label + String(repeating: " ", count: 16 - label.count) + value + "\n"
            }.joined()
        )
    }

    private static func facts(_ report: LineageReport, now: Date) -> [(String, String)] {
        let lineage = report.lineage
        var facts = [("name", lineage.name.description), ("state", report.state.rawValue)]
        if let current = lineage.current, let due = report.due {
            let manifest = current.manifest
            let left = TimeText.left(until: manifest.notAfter, from: now)
            facts += [
                ("hosts", manifest.names.joined(separator: " ")),
                ("issuer", manifest.issuer),
                ("serial", manifest.serial),
                ("key", manifest.keyType),
                ("valid from", manifest.notBefore.formatted(.iso8601)),
                ("valid until", "\(manifest.notAfter.formatted(.iso8601)) (\(left))"),
                ("renews after", due.formatted(.iso8601)),
                ("generation", "\(current.number)"),
                ("deployed", report.isDeployPending ? "no: hooks still have to run" : "yes"),
                ("certificate", current.files.fullChain),
                ("private key", current.files.privateKey),
            ]
        }
        facts.append(("nginx", "include \(report.include);"))
        if let settings = lineage.settings { facts.append(("CA", settings.authority)) }
        if let order = lineage.progress.pending?.order { facts.append(("open order", order)) }
        return facts
    }
}

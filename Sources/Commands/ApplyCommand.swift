import Diagnostics
import Settings
import Workflows

/// `certctl apply --check`.
struct ApplyCommand: Command {
    static let name = "apply"
    static let summary = "checks certctl.conf"
    static let group = CommandGroup.machine
    static let options = [
        CommandOption(
            name: "check",
            value: nil,
            summary: "say what is wrong in certctl.conf, and change nothing"
        )
    ]

    init(_ arguments: ParsedArguments) throws {
        guard arguments.operands.isEmpty else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        guard arguments.has("check") else {
            throw UsageError.notYet(command: Self.name, instead: "--check")
        }
    }

    func run(in context: CommandContext) throws {
        do {
            let report = try CheckSettings(context.services).run()
            context.console.write(
                context.isJSON ? JSONLine.text(ReportLine(report)) : Self.text(report)
            )
        } catch let error as SettingsError where context.isJSON {
            for finding in error.findings {
                context.console.write(JSONLine.text(FindingLine(finding, of: error)))
            }
            throw error
        }
    }

    private static func text(_ report: CheckSettings.Report) -> String {
        guard report.isPresent else {
            return "\(report.file): there is no such file, and everything has its default\n"
        }
        let sites = count(report.sites, "site")
        let certificates = count(report.certificates, "certificate")
        return "\(report.file): \(sites), \(certificates): the syntax is right\n"
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

/// What a file without faults has in it, as a line of JSON.
private struct ReportLine: Encodable {
    let file: String
    let isPresent: Bool
    let sites: Int
    let certificates: Int

    init(_ report: CheckSettings.Report) {
        file = report.file
        isPresent = report.isPresent
        sites = report.sites
        certificates = report.certificates
    }
}

/// One thing that is wrong with the file, as a line of JSON.
private struct FindingLine: Encodable {
    let file: String
    let line: Int
    let column: Int
    let finding: String
    let why: String
    let fix: String

    init(_ found: SettingsError.Finding, of error: SettingsError) {
        let diagnosis = error.diagnosis(of: found)
        file = error.file
        line = found.line
        column = found.column
        finding = diagnosis.what
        why = diagnosis.why
        fix = diagnosis.fix
    }
}

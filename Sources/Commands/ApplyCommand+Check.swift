import Diagnostics
import Settings
import Workflows

/// `certctl apply --check`.
extension ApplyCommand {
    /// Tells what is in certctl.conf, or all that is wrong with it.
    static func check(_ context: CommandContext) async throws {
        do {
            let report = try await CheckSettings(context.services).run()
            context.console.write(
                context.isJSON ? JSONLine.text(ReportLine(report)) : Self.text(report)
            )
        } catch let error as SettingsError where context.isJSON {
            for finding in error.findings {
                context.console.write(JSONLine.text(FindingLine(finding, of: error)))
            }
            throw FoundFaults(in: error)
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

/// A certctl.conf with faults, each of which has been told in a line of its own.
struct FoundFaults: Diagnosable, Equatable {
    private let file: String
    private let told: Int
    private let omitted: Int

    init(in error: SettingsError) {
        file = error.file
        told = error.findings.count
        omitted = error.omitted
    }

    var diagnosis: Diagnosis {
        let count = told == 1 && omitted == 0 ? "1 fault" : "\(told + omitted) faults"
        return Diagnosis(
            what: "\(file.harmless(limit: 300)) cannot be used",
            why: "it has \(count)" + (omitted > 0 ? ", the first \(told) of which are told" : ""),
            fix: "each line above says what to do; then check again: certctl apply --check",
            exitCode: .configuration
        )
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

import ACME
import CertificateStore
import FoundationEssentials
import PKI
import Settings
import Workflows

/// `certctl issue NAME…`.
struct IssueCommand: Command {
    static let name = "issue"
    static let summary = "gets one certificate for these host names"
    static let operands = "NAME…"
    static let options = [
        CommandOption(
            name: "ca",
            value: "NAME|URL",
            summary: "\(CertificateAuthority.names.joined(separator: ", ")) or a directory's URL"
        ),
        CommandOption(
            name: "ca-roots",
            value: "FILE",
            summary: "trust for a CA of your own (PEM); or: system"
        ),
        CommandOption(name: "agree-tos", value: nil, summary: "agree to the CA's terms of service"),
        CommandOption(name: "email", value: "ADDRESS", summary: "where the CA may write to you"),
        CommandOption(
            name: "key-type",
            value: "TYPE",
            summary: KeyType.allCases.map(\.rawValue).joined(separator: ", ")
        ),
        CommandOption(name: "name", value: "NAME", summary: "the certificate's name in certctl"),
        CommandOption(name: "force", value: nil, summary: "replace a certificate that is not due"),
        CommandOption(
            name: "http01",
            value: "MODE",
            summary: HTTP01Mode.forms.joined(separator: ", ")
        ),
        CommandOption(name: "http01-port", value: "N", summary: "listen there instead of on 80"),
        CommandOption(
            name: "http01-address",
            value: "A",
            summary: "listen on this address only; or: any"
        ),
        CommandOption(name: "deploy-hook", value: "PATH", summary: "run this after deploy.d, now"),
    ]

    static let makesHome = true

    private let issue: IssueArguments

    init(_ arguments: ParsedArguments) throws {
        issue = try IssueArguments(arguments)
    }

    func run(in context: CommandContext) async throws {
        let request = try issue.request(in: context)
        let outcome = try await IssueCertificate(request, services: context.services).run()
        context.story.end()
        let report = try ListCertificates(context.services).one("\(outcome.name)")
        if context.isJSON {
            context.console.write(JSONLine.text(IssueLine(outcome, report)))
        } else {
            context.console.write(Self.text(outcome, report))
        }
    }

    private static func text(_ outcome: IssueOutcome, _ report: LineageReport) -> String {
        let manifest = outcome.certificate.manifest
        let verb =
            switch outcome.change {
            case .issued: "issued"
            case .unchanged: "unchanged, not due before \(TimeText.day(report.due ?? .distantPast))"
            }
        let hooks = outcome.hooks.map { "  hook done    \($0)\n" }.joined()
        return """
            \(outcome.name): \(verb)
              hosts        \(manifest.names.joined(separator: " "))
              valid until  \(TimeText.day(manifest.notAfter))
              certificate  \(outcome.certificate.files.fullChain)
              private key  \(outcome.certificate.files.privateKey)
              nginx        include \(report.include);
            \(hooks)
            """
    }
}

/// The outcome as a line of JSON: what came of it, and the lineage as `show` tells of it.
private struct IssueLine: Encodable {
    let outcome: String
    let hooks: [String]
    let certificate: LineageLine

    init(_ outcome: IssueOutcome, _ report: LineageReport) {
        self.outcome = outcome.change.rawValue
        hooks = outcome.hooks
        certificate = LineageLine(report)
    }
}

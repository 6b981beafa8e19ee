import ACME
import Diagnostics
import PKI
import Workflows

/// `certctl revoke NAME`.
struct RevokeCommand: Command {
    static let name = "revoke"
    static let summary = "has the CA call a certificate back"
    static let operands = "NAME"
    static let operandCompletion = Completion.lineages
    static let options =
        AccountArguments.authorityOptions + [
            CommandOption(
                name: "reason",
                value: "REASON",
                summary: "why, by a name of RFC 5280",
                explanation: "One of "
                    + RevocationReason.allCases.map(\.name).joined(separator: ", ") + ".",
                completes: .choices(RevocationReason.allCases.map(\.name))
            ),
            CommandOption(
                name: "by-key",
                value: nil,
                summary: "sign with the certificate's own key, without the account"
            ),
            CommandOption(
                name: "certificate",
                value: "FILE",
                summary: "in place of NAME: a certificate that certctl does not have"
            ),
            CommandOption(
                name: "key",
                value: "FILE",
                summary: "with --certificate: sign with this, its key"
            ),
        ]

    static let discussion = """
        A certificate is called back when its key may be in other hands (keyCompromise), when it has \
        been replaced (superseded) or its names are given up (cessationOfOperation). One that had \
        been called back before counts as done. What is served does not change: issue the \
        certificate again, which takes a new key.
        """
    static let examples = [
        CommandExample(
            line: "certctl revoke example.com --reason keyCompromise",
            effect: "calls back the certificate that certctl has, by the account"
        ),
        CommandExample(
            line: "certctl revoke --certificate old.pem --key old.key --ca letsencrypt",
            effect: "one of another client, with the certificate's own key"
        ),
    ]

    /// A certificate of another client can be called back without a store.
    static let makesHome = true
    static let isForOwner = true

    let ownersShare = OwnersShare.everything

    private let lineage: String?
    private let reason: RevocationReason?
    private let isByKey: Bool
    private let certificateFile: String?
    private let keyFile: String?
    private let account: AccountArguments

    init(_ arguments: ParsedArguments) throws {
        certificateFile = arguments["certificate"]
        keyFile = arguments["key"]
        lineage = arguments.operands.first.map(ArgumentValues.existing)
        guard arguments.operands.count == (certificateFile == nil ? 1 : 0) else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        isByKey = arguments.has("by-key")
        account = try AccountArguments(arguments)
        reason = try arguments["reason"].map(Self.reason)
        try Self.check(arguments)
    }

    private static func reason(_ text: String) throws(UsageError) -> RevocationReason {
        guard let reason = RevocationReason(name: text) else {
            let names = RevocationReason.allCases.map(\.name)
            let suggestion = Suggestion.closest(to: text, among: names)
            throw .unusableValue(
                option: "reason",
                value: text,
                allowed: names.joined(separator: ", ")
                    + (suggestion.map { "; did you mean \($0)?" } ?? "")
            )
        }
        return reason
    }

    private static func check(_ arguments: ParsedArguments) throws(UsageError) {
        guard arguments.has("certificate") else {
            for option in ["key", "ca", "ca-roots"] where arguments.has(option) {
                throw .incomplete(
                    "--\(option) goes with a certificate that certctl does not have",
                    fix: "name it with --certificate FILE, or leave --\(option) out"
                )
            }
            return
        }
        guard !arguments.has("by-key") else { throw .contradiction("certificate", "by-key") }
    }

    func run(in context: CommandContext) async throws {
        let workflow = CertificateRevocation(context.services, reason: reason)
        let outcome: CertificateRevocation.Outcome
        if let lineage {
            outcome = try await workflow.run(lineage: lineage, byKey: isByKey)
        } else {
            outcome = try await workflow.run(
                try foreignCertificate(context.services),
                key: try keyFile.map {
                    try ArgumentValues.privateKey($0, option: "key", context.services)
                }
            )
        }
        context.console.write(
            context.isJSON ? JSONLine.text(RevocationLine(outcome, lineage)) : text(outcome)
        )
    }

    private func foreignCertificate(
        _ services: Services
    ) throws -> CertificateRevocation.ForeignCertificate {
        let path = certificateFile ?? ""
        let bytes = try ArgumentValues.file(path, option: "certificate", services)
        do {
            return CertificateRevocation.ForeignCertificate(
                certificate: try CertificateChain(pem: bytes).leaf,
                authority: account.authority ?? .standard,
                roots: try account.authorityRoots(services)
            )
        } catch let error as PKIError {
            throw UsageError.unusableFile(
                option: "certificate",
                path: path,
                reason: error.diagnosis.why
            )
        }
    }

    private func text(_ outcome: CertificateRevocation.Outcome) -> String {
        let subject = lineage ?? "the certificate"
        let verb = outcome.wasRevoked ? "had been revoked before" : "is revoked"
        // Of one that was revoked before the CA keeps the first reason.
        let reason =
            outcome.wasRevoked ? "" : outcome.reason.map { ", reason \($0.name)" } ?? ""
        let next = lineage.map { name in
            "Whoever serves it should get another one now: certctl issue, as before, for \(name)\n"
        }
        return "\(subject) \(verb) (serial \(outcome.serial)\(reason)).\n\(next ?? "")"
    }
}

/// A revocation as a line of JSON.
private struct RevocationLine: Encodable {
    let revoked: String
    let lineage: String?
    let reason: String?
    let wasRevoked: Bool

    init(_ outcome: CertificateRevocation.Outcome, _ lineage: String?) {
        revoked = outcome.serial
        self.lineage = lineage
        reason = outcome.reason?.name
        wasRevoked = outcome.wasRevoked
    }
}

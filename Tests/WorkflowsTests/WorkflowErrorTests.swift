import Diagnostics
import Testing

@testable import Workflows

/// Every failure tells what, why and the next thing to do, and ends with the exit code of its kind.
@Suite struct WorkflowErrorTests {
    private static let errors: [(any Diagnosable, ExitCode)] = [
        (WorkflowError.otherNames(lineage: "a", existing: ["a"], asked: ["b"]), .configuration),
        (WorkflowError.unusableLineageName("\u{1B}[2J"), .usage),
        (WorkflowError.inUse(lineage: "a", by: ["/etc/nginx/a.conf"]), .configuration),
        (WorkflowError.tooManyFiles(lineage: "a", below: "/etc/nginx"), .configuration),
        (WorkflowError.sameLineage("a"), .usage),
        (WorkflowError.notIssued(lineage: "a", names: ["b", "c\u{1B}"]), .configuration),
        (WorkflowError.noStaging(authority: "zerossl"), .usage),
        (
            WorkflowError.reasonNotAccepted("x", authority: "letsencrypt", accepted: ["y"]), .usage
        ),
        (WorkflowError.requestForNginx(lineage: "a", include: "/a.conf"), .configuration),
        (WorkflowError.keyNotHere(lineage: "a"), .configuration),
        (WorkflowError.revokedKey(lineage: "a"), .configuration),
        (WorkflowError.noCertificate(lineage: "a", reason: "it has none"), .configuration),
        (AccountError.noAccount(authority: "letsencrypt"), .configuration),
        (AccountError.otherKey(authority: "letsencrypt"), .configuration),
        (AccountError.emailRequired(authority: "sslcom-ecc"), .usage),
        (AccountError.bindingRequired(authority: "zerossl", advice: "make them"), .usage),
        (AccountError.unusableSecret(path: "/x\u{1B}", reason: "it is empty"), .configuration),
        (AccountError.keyChangeNotOffered(authority: "zerossl"), .refused),
        (AccountError.keyInRequest, .configuration),
    ]

    @Test(arguments: errors.indices)
    func `a failure tells what, why and a fix, and ends with its exit code`(index: Int) {
        let (error, code) = Self.errors[index]
        let diagnosis = error.diagnosis
        #expect(diagnosis.exitCode == code)
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }
}

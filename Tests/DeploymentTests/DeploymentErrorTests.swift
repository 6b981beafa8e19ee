import Diagnostics
import Nginx
import Testing

@testable import Deployment

/// Exit code 9, and what comes after the fix.
@Suite struct DeploymentErrorTests {
    private static let errors: [DeploymentError] = [
        .noContainer(wanted: "container a", existing: [], similar: nil),
        .noContainer(wanted: "container a", existing: ["b (nginx, running)"], similar: "b"),
        .severalContainers(wanted: "a", found: ["b", "c"]), .containerGone("a"),
        .noMaster(container: "a", processes: ["b"]),
        .noProgram(container: "a", program: "nginx", reason: "b"),
        .nginxFailed(place: "a", command: "nginx -V", lines: []),
        .nginxHangs(place: "a", command: "nginx -t", seconds: 60, lines: ["b"]),
        .noHostProgram(tried: ["/a"]), .hostNotRunning, .foreignMasters(["a"]),
        .severalMasters(["a", "b"]),
        .notPermitted(action: "a", reason: "b"), .dumpTooLong(place: "a", limit: 7),
    ]

    @Test(arguments: errors)
    func `a failure tells what, why and a fix, each on one harmless line`(error: DeploymentError) {
        let diagnosis = error.diagnosis
        #expect(diagnosis.exitCode == .deployment)
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }

    @Test(arguments: [(Retry.deploy, "certctl deploy"), (.apply, "certctl apply")])
    func `what comes after the fix is what does the rest`(retry: Retry, command: String) {
        let text = DeploymentError.containerGone("a").diagnosis(before: retry).fix
        #expect(text == "run: \(command)")
        let other = DeploymentError.containerGone("a").diagnosis(before: .sameCommand).fix
        #expect(other == "run the same command again")
    }

    /// The label counts only without `proxy`, and who is not found was named there.
    @Test func `who has named a container is not told of the label`() {
        let similar = ["web", nil]
        for name in similar {
            let error = DeploymentError.noContainer(wanted: "a", existing: [], similar: name)
            #expect(error.diagnosis.fix.hasSuffix("compose:PROJECT/SERVICE in certctl.conf"))
        }
    }

    private static let faults: [NginxTransaction.Fault] = [
        .init(.brokenBefore, "r"), .init(.note, "r"), .init(.write, "r"), .init(.test, "r"),
        .init(.reload, "r"), .init(.prove, "r"), .init(.interrupted, "r"),
    ]

    /// None is, where only sites have changed.
    @Test(arguments: faults)
    func `a certificate is only spoken of where one waits`(fault: NginxTransaction.Fault) {
        let failures: [TransactionFailure] = [
            .untouched(fault), .rolledBack(fault, unsettled: "s"), .stuck(fault, reason: "s"),
        ]
        for failure in failures {
            let words = failure.diagnosis(before: .apply)
            #expect(!"\(words.what) \(words.fix)".contains("saved"))
            #expect(!words.what.contains("new certificate"))
            #expect(words.fix.contains("certctl apply"))
            #expect(!words.fix.contains("certctl deploy "))
            #expect(failure.diagnosis(before: .deploy).fix.contains("certctl deploy"))
        }
        let taken = TransactionFailure.rolledBack(fault, unsettled: nil)
        #expect(taken.diagnosis(before: .deploy).fix.hasSuffix("; the certificate is saved"))
    }
}

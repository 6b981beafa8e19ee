import Diagnostics
import Testing

@testable import Deployment

/// Exit code 9 says that the certificate is saved.
@Suite struct DeploymentErrorTests {
    private static let errors: [DeploymentError] = [
        .noContainer(wanted: "container a", existing: [], similar: nil),
        .noContainer(wanted: "container a", existing: ["b (nginx, running)"], similar: "b"),
        .severalContainers(wanted: "a", found: ["b", "c"]), .containerGone("a"),
        .noMaster(container: "a", processes: ["b"]),
        .noProgram(container: "a", program: "nginx", reason: "b"),
        .nginxFailed(place: "a", command: "nginx -V", lines: []),
        .nginxHangs(place: "a", command: "nginx -t", seconds: 60, lines: ["b"]),
        .noHostProgram(tried: ["/a"]), .hostNotRunning, .severalMasters(["a", "b"]),
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
}

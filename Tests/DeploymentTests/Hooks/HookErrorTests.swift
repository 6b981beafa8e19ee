import Deployment
import Diagnostics
import Testing

/// Exit code 9 says that the certificate is saved; 3 that the hook was never fit to run.
@Suite struct HookErrorTests {
    private static let path = "/etc/hooks/a\u{1B}[2J\n"
    private static let errors: [(HookError, ExitCode)] = [
        (.notRunnable(path: path, .missing), .configuration),
        (.notRunnable(path: path, .symbolicLink), .configuration),
        (.notRunnable(path: path, .notExecutable), .configuration),
        (.notTrusted(path: path, reason: "it belongs to user 1001"), .configuration),
        (.lostMeanwhile(path: path, reason: "it is gone", fix: "chmod +x"), .deployment),
        (.notStarted(path: path, reason: "Exec format error"), .deployment),
        (.failed(path: path, status: 1, output: "no nginx"), .deployment),
        (.killed(path: path, signal: 9, output: ""), .deployment),
        (.timedOut(path: path, seconds: 60, output: ""), .deployment),
    ]

    @Test(arguments: errors)
    func `a failure ends with its exit code`(error: HookError, code: ExitCode) {
        #expect(error.diagnosis.exitCode == code)
    }

    @Test(arguments: errors)
    func `a failure tells what, why and a fix, each on one harmless line`(
        error: HookError,
        code: ExitCode
    ) {
        let diagnosis = error.diagnosis
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }

    @Test(arguments: errors)
    func `where no certificate is concerned none is spoken of`(error: HookError, code: ExitCode) {
        #expect(error.trouble.hasPrefix("the hook /etc/hooks/a"))
        #expect(!error.trouble.contains("certificate"))
    }

    @Test func `a failure quotes what the hook said, if anything`() {
        let path = "/etc/hooks/a"
        let loud = HookError.failed(path: path, status: 4, output: "nginx: bad line")
        let silent = HookError.failed(path: path, status: 4, output: "")
        #expect(loud.diagnosis.why == "it ended with status 4: nginx: bad line")
        #expect(silent.diagnosis.why == "it ended with status 4")
    }
}

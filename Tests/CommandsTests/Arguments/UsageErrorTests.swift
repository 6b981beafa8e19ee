import Diagnostics
import Testing

@testable import Commands

/// Every refusal tells what, why and a fix; scripts can tell a wrong command line by its exit code.
@Suite struct UsageErrorTests {
    private static let escape = "\u{1B}[2J\n"
    private static let errors: [(UsageError, ExitCode)] = [
        (.unknownCommand(escape, suggestion: "issue"), .usage),
        (.unknownCommand(escape, suggestion: nil), .usage),
        (.unknownAction(escape, of: "x", known: ["a"], suggestion: "a"), .usage),
        (.unknownAction(escape, of: "x", known: ["a"], suggestion: nil), .usage),
        (.unknownOption(escape, suggestion: "--force"), .usage),
        (.unknownOption(escape, suggestion: nil), .usage),
        (.repeatedOption("ca"), .usage),
        (.missingValue("ca", placeholder: "URL"), .usage),
        (.unexpectedValue("force"), .usage),
        (.unusableValue(option: "ca", value: escape, allowed: "a URL"), .usage),
        (.unusableForm(option: "last", value: escape, form: "a number"), .usage),
        (.noNames, .usage),
        (.tooManyNames(101, limit: 100), .usage),
        (.wrongOperands(usage: "certctl show NAME"), .usage),
        (.unusableFile(option: "ca-roots", path: escape, reason: "gone"), .configuration),
        (.homeTooLong(escape, limit: 81), .usage),
        (.needsRoot(command: "list"), .store),
    ]

    @Test(arguments: errors)
    func `a refusal ends with its exit code`(error: UsageError, code: ExitCode) {
        #expect(error.diagnosis.exitCode == code)
    }

    @Test(arguments: errors)
    func `a refusal tells what, why and a fix, each on one harmless line`(
        error: UsageError,
        code: ExitCode
    ) {
        let diagnosis = error.diagnosis
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }

    @Test func `what was probably meant can be pasted`() {
        let error = UsageError.unknownCommand("isue", suggestion: "issue")
        #expect(error.diagnosis.fix == "did you mean: certctl issue")
    }

    @Test func `a rehearsal in place is told of the command that shows the lines`() {
        let error = UsageError.contradiction("in-place", "dry-run")
        #expect(error.diagnosis.fix.hasSuffix("certctl site edit NAME --dry-run"))
        #expect(UsageError.contradiction("to", "csr").diagnosis.fix == "leave one out")
    }
}

import Diagnostics
import Testing

@testable import Deployment

/// What an operator is told of an engine that cannot be used.
@Suite struct EngineErrorTests {
    private static let evil = "a\u{1B}[2J\nb"
    private static let errors: [(EngineError, ExitCode)] = [
        (.unusableHost(evil, .otherScheme), .configuration),
        (.unusableHost("x", .tooLong), .configuration),
        (.unusableHost("x", .noScheme), .configuration),
        (.unusableHost("x", .notAbsolute), .configuration),
        (.noSocket(["/run/a"]), .deployment), (.stale(socket: "/run/a"), .deployment),
        (.forbidden(socket: "/run/a"), .deployment),
        (.noAnswer(socket: "/run/a", reason: evil), .deployment),
        (.tooSlow(socket: "/run/a", request: "GET /x"), .deployment),
        (.noEngine(socket: "/run/a", request: "GET /x", reason: evil), .deployment),
        (.tooLong(request: "GET /x", limit: 1), .deployment),
        (.refused(request: "GET /x", status: 500, message: "down"), .deployment),
        (.tooOld(version: APIVersion(1, 9), needed: APIVersion(1, 24)), .deployment),
        (.tooNew(least: APIVersion(1, 60), known: APIVersion(1, 44)), .deployment),
        (.commandHangs(command: "a", container: "w", seconds: 3, said: ""), .deployment),
        (.noExitCode(command: "a", container: "w"), .deployment),
        (.brokenStream(command: "a", container: "w", reason: "r"), .deployment),
    ]

    @Test(arguments: errors)
    func `a failure tells what, why and a fix, each on one harmless line`(
        error: EngineError,
        code: ExitCode
    ) {
        let diagnosis = error.diagnosis
        #expect(diagnosis.exitCode == code)
        for text in [diagnosis.what, diagnosis.why, diagnosis.fix] {
            #expect(!text.isEmpty)
            #expect(text == text.harmless(limit: .max))
        }
    }

    @Test func `who may not use the socket is told how to, or to be root`() {
        let fix = EngineError.forbidden(socket: "/run/a").diagnosis.fix
        #expect(fix.contains("usermod -aG docker"))
        #expect(fix.contains("as root"))
    }

    @Test func `an engine that has gone on asks for a newer certctl`() {
        let error = EngineError.tooNew(least: APIVersion(1, 60), known: APIVersion(1, 44))
        #expect(error.diagnosis.fix == "update certctl")
    }
}

import Diagnostics
import Testing

@testable import Workflows

/// `certctl apply --check`: what could not be used is told, and not when it is wanted.
@Suite struct CheckSettingsTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    @Test func `apply --check warns of a fallback without an account`() async throws {
        try await host.issue(["a.test"])
        try host.addSecond()
        _ = try await CheckSettings(host.services).run()
        let warning = "the fallback CA has no account and could not stand in"
        let line = try #require(host.log.lines(from: .warning).last)
        #expect(line.hasPrefix(warning))
        #expect(line.contains("certctl account register --ca \(TestHost.second) --agree-tos"))
        try await host.issueBySubstitute("b.test")
        _ = try await CheckSettings(host.services).run()
        #expect(host.log.messages.count { $0 == warning } == 1)
    }
}

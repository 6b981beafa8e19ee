import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import TestSupport
import Testing

@testable import Workflows

/// Case F18, design §15: what vanished from certctl.conf is told, and renewed all the same.
@Suite struct RenewalSettingsRunTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    private func configure(_ text: String) {
        host.disk.put("\(TestHost.home)/etc/certctl.conf", Array(text.utf8))
    }

    private var warnings: [String] {
        host.log.lines(from: .warning).filter { $0.contains("certctl.conf") }
    }

    @Test func `names that came to a block are told with what gets them`() async throws {
        configure("certificate example.com www.example.com;\n")
        try await host.issue()
        configure("certificate example.com www.example.com new.example.com;\n")
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["example.com": "renewed: lifetime"])
        let line = try #require(warnings.last)
        #expect(line.contains("names=new.example.com"))
        #expect(line.contains("to get them=certctl apply"))
    }

    @Test func `F18: a block that was taken out is told, as long as it is out`() async throws {
        configure("certificate example.com www.example.com;\n")
        try await host.issue()
        host.wait(61 * .day)
        try await host.renew()
        #expect(warnings == [])
        configure("certificate other.example.com;\n")
        for _ in 1...2 {
            host.wait(61 * .day)
            #expect(try await host.renew().words == ["example.com": "renewed: lifetime"])
            let line = try #require(warnings.last)
            #expect(line.contains("names=example.com www.example.com"))
            #expect(line.contains("to change that=certctl delete example.com"))
        }
        #expect(warnings.count == 2)
        configure("certificate example.com www.example.com;\n")
        host.wait(61 * .day)
        try await host.renew()
        #expect(warnings.count == 2)
    }

    @Test func `F18: a name that was taken out of a block is told with the way to drop it`()
        async throws
    {
        configure("certificate example.com www.example.com;\n")
        try await host.issue()
        configure("certificate example.com;\n")
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["example.com": "renewed: lifetime"])
        let line = try #require(warnings.last)
        #expect(line.contains("names=www.example.com "))
        #expect(line.contains("to change that=certctl issue example.com --name example.com"))
    }

    @Test func `of what was never in certctl.conf nobody is told`() async throws {
        try await host.issue()
        configure("certificate other.example.com;\n")
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["example.com": "renewed: lifetime"])
        #expect(warnings == [])
    }

    @Test func `what a person asks for without a block is theirs from then on`() async throws {
        configure("certificate example.com www.example.com;\n")
        try await host.issue()
        configure("certificate other.example.com;\n")
        try await host.issue { $0.isForced = true }
        host.wait(61 * .day)
        try await host.renew()
        #expect(warnings == [])
    }

    @Test func `roots belong to their CA, and those of a block to the CA of that block`()
        async throws
    {
        try await host.issue(["a.test"]) { $0.authorityRoots = .file("/etc/first.pem") }
        let text = "certificate a.test { ca \(TestHost.second) { roots /etc/second.pem; } }\n"
        host.disk.put("/etc/second.pem", [], mode: .publicFile)
        host.configure(text)
        let look = try look()
        #expect(look.authority.directory.description == TestHost.second)
        #expect(look.roots == "/etc/second.pem")
        #expect(look.issuer.directory.description == FakeCA.directoryURL)
        #expect(look.issuerRoots == "/etc/first.pem")
        host.configure("certificate a.test { ca \(TestHost.second); }\n")
        #expect(try self.look().roots == nil)
    }

    private func look() throws -> RenewalLook {
        let general = try SettingsLoader(host.services).load()
        let name = try #require(LineageName("a.test"))
        return try #require(
            try RenewalLooks(host.services, general).look(name, at: host.clock.now)
        )
    }
}

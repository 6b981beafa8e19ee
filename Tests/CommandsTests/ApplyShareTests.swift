import ACME
import CertificateStore
import Diagnostics
import Platform
import Settings
import Synchronization
import TestSupport
import Testing
import Workflows

@testable import Commands

/// `certctl apply` up to its orders: who is asked first, and what is ordered.
@Suite struct ApplyShareTests {
    private let host: CommandHost

    init() throws {
        host = try CommandHost()
        let ca = "ca \(FakeCA.directoryURL);\n"
        let blocks = "certificate a.test;\ncertificate b.test;\n"
        host.disk.put("/home/etc/certctl.conf", Array((ca + blocks).utf8))
    }

    private func apply(_ words: [String], _ services: Services, isShare: Bool = false) async throws
    {
        let options = ApplyCommand.options + CommandOption.owners
        var context = CommandContext.test(on: Screen(), services: services)
        context.isOwnersShare = isShare
        try await ApplyCommand(ParsedArguments(words, options: options)).run(in: context)
    }

    @Test func `terms that are not agreed to are refused before nginx is even looked for`()
        async throws
    {
        let searches = Counter()
        var services = host.services
        services.proxy = ProxyAccess(probe: NoProbe(), host: ScriptedHost()) { _ in
            _ = searches.next()
            throw CancellationError()
        }
        let site = "ca \(FakeCA.directoryURL);\nsite a.test { to app:80; }\n"
        host.disk.put("/home/etc/certctl.conf", Array(site.utf8))
        await #expect(throws: ACMEError.termsNotAgreed("https://ca.test/terms")) {
            try await apply([], services)
        }
        #expect(searches.next() == 1)
        // With them nginx is looked for before the CA is asked for anything.
        await #expect(throws: CancellationError.self) { try await apply(["--agree-tos"], services) }
        #expect(searches.next() > 2)
        #expect(host.network.withCA { $0.accounts.isEmpty })
    }

    @Test func `the owner orders nothing that root has left out`() async throws {
        let words = ["--agree-tos", "--owners-but=a.test"]
        try await apply(words, host.services, isShare: true)
        let names = try ListCertificates(host.services).all().reports.filter { $0.state == .valid }
        #expect(names.map { "\($0.lineage.name)" } == ["b.test"])
    }

    @Test func `the owner may not see what root's paths lead to`() async throws {
        let text = """
            ca \(FakeCA.directoryURL);
            certificate a.test { deploy_hook /root/bin/reload; }
            """
        host.disk.put("/home/etc/certctl.conf", Array(text.utf8))
        await #expect(throws: SettingsError.self) {
            try await apply(["--agree-tos"], host.services)
        }
        try await apply(["--agree-tos"], host.services, isShare: true)
        #expect(try host.services.store.lineageNames().map { "\($0)" } == ["a.test"])
    }

    @Test func `where the owner is to open the accounts alone he orders nothing`() async throws {
        let words = ["--agree-tos", "--owners-accounts"]
        try await apply(words, host.services, isShare: true)
        #expect(host.network.withCA { $0.accounts.count } == 1)
        #expect(try host.services.store.lineageNames().isEmpty)
    }
}

/// A server that presents nothing.
private struct NoProbe: TLSProbing {
    func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]] {
        throw .refused
    }
}

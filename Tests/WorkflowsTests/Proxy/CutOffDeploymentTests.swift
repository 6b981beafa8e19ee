import CertificateStore
import Deployment
import Nginx
import Platform
import TestSupport
import Testing

@testable import Workflows

/// What a run has left that was cut off is taken back, whatever state nginx and the other certificates are in.
@Suite struct CutOffDeploymentTests {
    private static let mine = "\(ModelProxy.directory)/mine.conf"
    private static let old = "# mine\n"

    /// Two sites that are served, and a change of a person's file that a run has left half way.
    private func fixture(after new: String) async throws -> ProxyFixture {
        let fixture = try await ProxyFixture(.nothing)
        try await fixture.run()
        let change = FileChange(
            path: Self.mine,
            before: Array(Self.old.utf8),
            after: Array(new.utf8)
        )
        try note(fixture).write([change])
        fixture.host.disk.put(Self.mine, Array(new.utf8))
        return fixture
    }

    private func note(_ fixture: ProxyFixture) -> TransactionNote {
        TransactionNote(fixture.services.layout.transaction, in: fixture.host.disk)
    }

    private func text(_ fixture: ProxyFixture) -> String? {
        fixture.host.disk.bytes(of: Self.mine).map { String(decoding: $0, as: UTF8.self) }
    }

    private func deployPending(_ services: Services) async throws -> [DeployCertificates.Ending] {
        try await DeployCertificates(services).run(isPendingOnly: true)
    }

    @Test func `where it keeps nginx from starting it is taken back, and nginx starts`()
        async throws
    {
        let fixture = try await fixture(after: "refused;\n")
        var services = fixture.services
        services.proxy = fixture.proxy.accessThatStarts()
        await #expect(throws: DeploymentError.self) { _ = try await deployPending(services) }
        #expect(text(fixture) == Self.old)
        #expect(try note(fixture).read() == nil)
        #expect(fixture.proxy.restart() == nil)
        #expect(try await deployPending(services).isEmpty)
    }

    @Test
    func
        `a certificate that nginx is not concerned with is in nobody's way, and has no second run of hooks`()
        async throws
    {
        let fixture = try await ProxyFixture(.nothing)
        fixture.giveKeys(to: 100)
        try await fixture.run()
        fixture.settings(
            "tls_group 100;\nsite a.test { to app:3000; }\nsite b.test { to app:3001; }\n"
                + "certificate z.test { deploy_hook /hooks/z; }\n"
        )
        try await fixture.host.issue(["z.test"], deploys: false)
        fixture.host.disk.put("/hooks/z", [], mode: FileMode(0o755))
        fixture.host.hooks.forget()
        try fixture.expectDeployed(await fixture.deploy())
        let hooks = fixture.host.hooks.commands.count
        try note(fixture).write([
            FileChange(path: Self.mine, before: Array(Self.old.utf8), after: [])
        ])
        fixture.host.disk.put(Self.mine, [])
        // It is looked at in each run, for whoever issues can make this.
        fixture.host.disk.put(directory: "\(TestHost.home)/lib/tls/gen/z.test/000002")
        try fixture.expectDeployed(await deployPending(fixture.services))
        #expect(text(fixture) == Self.old)
        #expect(try note(fixture).read() == nil)
        #expect(fixture.host.hooks.commands.count == hooks)
    }

    @Test func `a file of it that was changed since keeps no certificate from being deployed`()
        async throws
    {
        let fixture = try await fixture(after: "# new\n")
        fixture.host.disk.put(Self.mine, Array("# by hand\n".utf8))
        try await fixture.commit()
        try fixture.expectDeployed(await deployPending(fixture.services))
        for name in ProxyFixture.names {
            #expect(try fixture.proxy.served(name) == fixture.newest(name))
        }
        #expect(text(fixture) == "# by hand\n")
        #expect(try note(fixture).read() == nil)
    }
}

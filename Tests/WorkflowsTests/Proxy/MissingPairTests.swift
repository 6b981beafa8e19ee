import CertificateStore
import Deployment
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Workflows

/// The file that names key and certificate is certctl's own: nobody else can put it back.
@Suite struct MissingPairTests {
    private static let folder = "\(TestHost.home)/lib/tls/nginx"
    private static let pair = "\(folder)/a.test.conf"

    /// Two sites that are served, and how nginx is reached.
    private func fixture(isStopped: Bool) async throws -> (ProxyFixture, Services) {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        var services = fixture.services
        if isStopped { services.proxy = fixture.proxy.accessThatStarts() }
        return (fixture, services)
    }

    /// Applies until the container was started by hand where it has to be.
    private func apply(
        _ services: Services,
        _ fixture: ProxyFixture,
        isStopped: Bool
    ) async throws {
        if isStopped {
            let applied = try await ApplySettings(services).applySites()
            let deployed = Result { try fixture.expectDeployed(applied.endings) }
            let failure = #expect(throws: (any Error).self) {
                try deployed.get()
                if let failure = applied.failure { throw failure }
            }
            let diagnosis = try #require(failure as? any Diagnosable).diagnosis
            #expect(diagnosis.fix.hasPrefix("docker restart proxy, then run: certctl "))
            #expect(fixture.proxy.restart() == nil)
        }
        let applied = try await ApplySettings(services).applySites()
        try fixture.expectDeployed(applied.endings)
        #expect(applied.failure == nil)
        #expect(fixture.proxy.restart() == nil)
    }

    @Test(arguments: [false, true])
    func `X09: a missing file that names key and certificate is put back`(
        isStopped: Bool
    ) async throws {
        let (fixture, services) = try await fixture(isStopped: isStopped)
        let (files, disk) = (fixture.files, fixture.host.disk)
        try disk.removeFile(Self.pair)
        try disk.removeFile("\(Self.folder)/b.test.conf")
        #expect(fixture.proxy.restart() != nil)
        let before = disk.contents(below: "/")
        let error = await #expect(throws: Unserved.self) {
            try await ApplySettings(services).plan()
        }
        #expect(error?.diagnosis.why.contains(Self.pair) == true)
        #expect(error?.diagnosis.fix.contains("certctl apply") == true)
        #expect(disk.contents(below: "/") == before)
        try await apply(services, fixture, isStopped: isStopped)
        #expect(fixture.files == files)
        for name in fixture.wanted {
            #expect(try fixture.proxy.served(name) == fixture.newest(name))
        }
    }

    @Test(arguments: [false, true])
    func `D12: a certificate whose files are gone is followed by the next one`(
        isStopped: Bool
    ) async throws {
        let (fixture, services) = try await fixture(isStopped: isStopped)
        let name = try #require(LineageName("a.test"))
        let old = try #require(try fixture.host.store.latestCertificate(name))
        try fixture.host.disk.removeFile(old.files.privateKey)
        #expect(fixture.proxy.restart() != nil)
        let served = fixture.proxy.served("a.test")
        // It keeps no other from being deployed where it cannot be mended.
        try await fixture.host.issue(["a.test"], deploys: false) { $0.isForced = true }
        try await apply(services, fixture, isStopped: isStopped)
        try fixture.expectDeployed(await DeployCertificates(services).run())
        #expect(fixture.proxy.served("a.test") != served)
        for name in fixture.wanted {
            #expect(try fixture.proxy.served(name) == fixture.newest(name))
        }
        #expect(fixture.proxy.restart() == nil)
    }

    @Test func `a file of a person's may be what misses it`() async throws {
        let (fixture, services) = try await fixture(isStopped: false)
        let disk = fixture.host.disk
        try await fixture.host.issue(["c.test"], deploys: false)
        let server =
            "server { listen 443 ssl; server_name c.test; include \(Self.folder)/c.test.conf; }"
        disk.put("\(ModelProxy.directory)/mine.conf", Array(server.utf8))
        try await apply(services, fixture, isStopped: false)
        #expect(try fixture.proxy.served("c.test") == fixture.newest("c.test"))
    }

    @Test(arguments: [false, true])
    func `a site whose certificate is gone from the store is served without one`(
        isStopped: Bool
    ) async throws {
        let (fixture, services) = try await fixture(isStopped: isStopped)
        _ = try await DeleteCertificate(services).run("a.test", isForced: true)
        #expect(fixture.proxy.restart() != nil)
        try await apply(services, fixture, isStopped: isStopped)
        #expect(fixture.proxy.served("a.test") == nil)
        #expect(try fixture.proxy.served("b.test") == fixture.newest("b.test"))
        let site = "\(ModelProxy.directory)/certctl-a.test.conf"
        let text = try #require(fixture.host.disk.bytes(of: site)).string
        #expect(text.contains("a.test;"))
        #expect(!text.contains(Self.pair))
        // And with a certificate it is as before.
        try await fixture.host.issue(["a.test"], deploys: false)
        try fixture.expectDeployed(try await DeployCertificates(services).run())
        #expect(try fixture.proxy.served("a.test") == fixture.newest("a.test"))
    }

    @Test(arguments: [false, true])
    func `a site that is asked for no more goes though its certificate is gone`(
        isStopped: Bool
    ) async throws {
        let (fixture, services) = try await fixture(isStopped: isStopped)
        _ = try await DeleteCertificate(services).run("a.test", isForced: true)
        fixture.settings("site b.test { to app:3001; }\n")
        try await apply(services, fixture, isStopped: isStopped)
        #expect(fixture.host.disk.bytes(of: "\(ModelProxy.directory)/certctl-a.test.conf") == nil)
        #expect(try fixture.proxy.served("b.test") == fixture.newest("b.test"))
    }

    @Test func `what a person has written is left alone, and told`() async throws {
        let (fixture, services) = try await fixture(isStopped: false)
        let disk = fixture.host.disk
        let server =
            "server { listen 443 ssl; server_name c.test; include \(Self.folder)/c.test.conf; }"
        disk.put("\(ModelProxy.directory)/mine.conf", Array(server.utf8))
        let files = fixture.files
        let applied = try await ApplySettings(services).applySites()
        let diagnosis = try #require(applied.failure as? any Diagnosable).diagnosis
        #expect(diagnosis.what.contains("did before certctl changed anything"))
        #expect(diagnosis.why.contains("\(Self.folder)/c.test.conf"))
        #expect(fixture.files == files)
    }

    @Test(arguments: [false, true])
    func `X09: what is missing is put back also where nothing is to be deployed`(
        isStopped: Bool
    ) async throws {
        let (fixture, services) = try await fixture(isStopped: isStopped)
        let (files, disk) = (fixture.files, fixture.host.disk)
        try disk.removeTree("\(ModelProxy.directory)/certctl")
        #expect(fixture.proxy.restart() != nil)
        let deploying = DeployCertificates(services)
        #expect(try await deploying.run().allSatisfy { try $0.result.get().wasUnchanged })
        if isStopped {
            let error = await #expect(throws: Unserved.self) { try await deploying.mend() }
            #expect(error?.diagnosis.fix == "docker restart proxy, then run: certctl deploy")
        } else {
            try await deploying.mend()
        }
        // Of an nginx that does not run it is not known what else it could do.
        #expect(Set(fixture.files.keys) == Set(files.keys))
        #expect(isStopped || fixture.files == files)
        #expect(fixture.proxy.restart() == nil)
        let reloads = fixture.proxy.reloads
        try await deploying.mend()
        #expect(fixture.proxy.reloads == reloads)
    }

    @Test func `what else is wrong with nginx is told where nothing is to be deployed`()
        async throws
    {
        let (fixture, services) = try await fixture(isStopped: false)
        let mine = "\(ModelProxy.directory)/mine.conf"
        fixture.host.disk.put(mine, Array("refused;\n".utf8))
        let files = fixture.files
        try await DeployCertificates(services).mend()
        #expect(fixture.files == files)
        let warnings = fixture.host.log.lines(from: .warning)
        #expect(warnings.last?.contains("unknown directive \"refused\"") == true)
    }

    @Test func `a container that a mount was taken from is told as that, with what to write`()
        async throws
    {
        let (fixture, _) = try await fixture(isStopped: false)
        var services = fixture.services
        services.proxy = fixture.proxy.accessWithout(mount: "\(TestHost.home)/lib/tls")
        let before = fixture.host.disk.contents(below: "/")
        let planned = await #expect(throws: Unserved.self) {
            try await ApplySettings(services).plan()
        }
        let applied = try await ApplySettings(services).applySites()
        for error in [planned, applied.failure] as [(any Error)?] {
            let diagnosis = try #require(error as? any Diagnosable).diagnosis
            #expect(diagnosis.what == "nginx in the container proxy does not see what it has to")
            #expect(diagnosis.why.contains("\(TestHost.home)/lib/tls"))
            #expect(diagnosis.fix.contains("target: \"\(TestHost.home)/lib/tls\""))
            #expect(diagnosis.fix.contains("docker compose"))
        }
        #expect(fixture.host.disk.contents(below: "/") == before)
    }
}

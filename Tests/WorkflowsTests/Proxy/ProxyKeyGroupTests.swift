import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import Deployment
@testable import Workflows

/// Case X12: an nginx whose master may not read keys, and `tls_group`, which lets its group.
@Suite struct ProxyKeyGroupTests {
    private func failure(_ endings: [DeployCertificates.Ending], _ name: String) -> Diagnosis? {
        for ending in endings where "\(ending.name)" == name {
            if case .failure(let error as any Diagnosable) = ending.result {
                return error.diagnosis
            }
        }
        return nil
    }

    private func expectServed(_ fixture: ProxyFixture) throws {
        for name in fixture.wanted {
            #expect(try fixture.proxy.served(name) == fixture.newest(name))
        }
    }

    @Test
    func `X12: a key that nginx may not read is taken back, and told with who reads and the fix`()
        async throws
    {
        let fixture = try await ProxyFixture(.nothing)
        fixture.proxy.setReader(user: 101, group: 102)
        let files = fixture.files
        let diagnosis = try #require(failure(try await fixture.deploy(), "a.test"))
        #expect(diagnosis.exitCode == .deployment)
        #expect(diagnosis.what.contains("may not read a key; everything is as it was"))
        let key = "\(TestHost.home)/lib/tls/gen/a.test/000001/privkey.pem"
        #expect(diagnosis.why.contains("\(key): Permission denied"))
        #expect(diagnosis.why.contains("its master process (1) runs as user 101, group 102"))
        #expect(diagnosis.fix.contains("tls_group 102; into \(ProxyFixture.path)"))
        #expect(diagnosis.fix.contains("certctl deploy --force"))
        #expect(fixture.files == files)
        fixture.giveKeys(to: 102)
        try await fixture.run()
        try expectServed(fixture)
        #expect(fixture.proxy.restart() == nil)
    }

    @Test func `X12: another group than nginx's is told with the one that it is to be`()
        async throws
    {
        let fixture = try await ProxyFixture(.nothing)
        fixture.proxy.setReader(user: 101, group: 101)
        fixture.giveKeys(to: 33)
        let diagnosis = try #require(failure(try await fixture.deploy(), "b.test"))
        #expect(diagnosis.why.contains("keys are for group 33, as tls_group has it"))
        #expect(diagnosis.fix.contains("put tls_group 101; in place of tls_group 33; into"))
        fixture.giveKeys(to: 101)
        try await fixture.run()
        try expectServed(fixture)
        #expect(fixture.copies == ProxyFixture.wantedCopies)
    }

    @Test func `X12: an nginx that runs as another user from now on is led to what it may read`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.proxy.setReader(user: 101, group: 101)
        let (files, old) = (fixture.files, fixture.proxy.served("a.test"))
        let diagnosis = try #require(failure(try await fixture.deploy(), "a.test"))
        #expect(diagnosis.what.contains("may not read a key; no file was changed"))
        #expect(fixture.files == files)
        #expect(fixture.proxy.served("a.test") == old)
        fixture.giveKeys(to: 101)
        try await fixture.run()
        try expectServed(fixture)
        #expect(fixture.proxy.restart() == nil)
    }

    /// The copies that nginx was led from are nobody's any more.
    @Test(arguments: [false, true])
    func `X12: who could read keys before cannot once nginx is led elsewhere`(
        isApplied: Bool
    )
        async throws
    {
        let fixture = try await ProxyFixture(.regrouped)
        fixture.proxy.setReader(user: 101, group: 101)
        #expect(fixture.copies.contains { $0.hasPrefix("100/") })
        if isApplied {
            try await fixture.apply()
        } else {
            let name = try #require(LineageName("a.test"))
            try fixture.expectDeployed(await DeployCertificates(fixture.services).run([name]))
        }
        #expect(fixture.copies == ProxyFixture.wantedCopies)
        #expect(fixture.proxy.restart() == nil)
        try expectServed(fixture)
    }

    @Test func `X12: an nginx that cannot start for want of a key is led to one that it may read`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.proxy.setReader(user: 101, group: 101)
        let refusal = try #require(fixture.proxy.restart())
        var services = fixture.services
        services.proxy = fixture.proxy.accessThatStarts()
        let first = failure(try await DeployCertificates(services).run(), "a.test")
        #expect(first?.what.contains("starts again and again") == true)
        #expect(first?.why.contains(refusal) == true)
        #expect(first?.fix.contains("tls_group GID;") == true)
        fixture.giveKeys(to: 101)
        let second = failure(try await DeployCertificates(services).run(), "a.test")
        #expect(second?.fix == "docker restart proxy, then run: certctl deploy")
        #expect(fixture.proxy.restart() == nil)
        try fixture.expectDeployed(await DeployCertificates(services).run())
        try expectServed(fixture)
    }

    @Test(arguments: [false, true], [false, true])
    func `X12: copies that are gone are made again, whatever is to be deployed`(
        isStopped: Bool,
        hasKeyGone: Bool
    ) async throws {
        let fixture = try await ProxyFixture(.regrouped)
        fixture.proxy.setReader(user: 101, group: 101)
        try await fixture.run()
        let folder = "\(TestHost.home)/lib/tls/group/101/a.test"
        let number = try #require(try fixture.host.disk.list(folder).max())
        if !hasKeyGone {
            try fixture.host.disk.removeTree(folder)
        } else {
            try fixture.host.disk.removeFile("\(folder)/\(number)/privkey.pem")
        }
        let refusal = try #require(fixture.proxy.restart())
        #expect(refusal.contains("cannot load certificate"))
        try await fixture.commit(["b.test"])
        var services = fixture.services
        if isStopped {
            services.proxy = fixture.proxy.accessThatStarts()
            let told = failure(try await DeployCertificates(services).run(), "b.test")
            #expect(told?.why.contains(folder) == true)
            #expect(told?.fix == "docker restart proxy, then run: certctl deploy")
        } else {
            let error = await #expect(throws: (any Error).self) {
                try await ApplySettings(services).plan()
            }
            #expect((error as? any Diagnosable)?.diagnosis.why.contains(folder) == true)
        }
        try fixture.expectDeployed(await DeployCertificates(services).run())
        #expect(fixture.proxy.restart() == nil)
        for name in fixture.wanted {
            #expect(try fixture.proxy.served(name) == fixture.newest(name))
        }
    }

    @Test func `where the group is taken away nginx is led back, and no copy is left`() async throws
    {
        let fixture = try await ProxyFixture(.regrouped)
        try await fixture.run()
        #expect(fixture.copies == ProxyFixture.wantedCopies)
        let reloads = fixture.proxy.reloads
        fixture.giveKeys(to: nil)
        try await fixture.run()
        #expect(fixture.copies.isEmpty)
        #expect(fixture.proxy.reloads == reloads + 1)
        #expect(fixture.proxy.restart() == nil)
        try expectServed(fixture)
        try await fixture.run()
        #expect(fixture.proxy.reloads == reloads + 1)
    }

    @Test func `apply does what certctl.conf says of the group, and a plan tells it before`()
        async throws
    {
        let fixture = try await ProxyFixture(.regrouped)
        let plan = try await ApplySettings(fixture.services).plan()
        let folder = "\(TestHost.home)/lib/tls/nginx"
        #expect(plan.pairs == ["\(folder)/a.test.conf", "\(folder)/b.test.conf"])
        #expect(!plan.isEmpty)
        #expect(try await fixture.apply())
        #expect(fixture.copies == ProxyFixture.wantedCopies)
        let said = fixture.host.log.lines(from: .notice)
        #expect(
            said.contains { $0.hasPrefix("a group may read the key") && $0.contains("group=101") }
        )
        #expect(try await ApplySettings(fixture.services).plan().isEmpty)
        #expect(try await !fixture.apply())
        #expect(try fixture.proxy.served("a.test") == fixture.newest("a.test"))
    }

    @Test func `who may not give keys to the group is told so, and nothing is changed`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.giveKeys(to: 101)
        fixture.host.disk.setKeyGroup(101, isMember: false)
        let (files, reloads) = (fixture.files, fixture.proxy.reloads)
        let diagnosis = try #require(failure(try await fixture.deploy(), "a.test"))
        #expect(diagnosis.exitCode == .store)
        #expect(diagnosis.what == "keys cannot be given to group 101, as tls_group has it")
        #expect(fixture.files == files)
        #expect(fixture.proxy.reloads == reloads)
    }

    @Test func `a copy that could not be taken back is taken back by the next run`() async throws {
        let fixture = try await ProxyFixture(.regrouped)
        try await fixture.run()
        let stale = "\(TestHost.home)/lib/tls/group/100/a.test/000001/privkey.pem"
        fixture.host.disk.put(stale, [])
        let reloads = fixture.proxy.reloads
        try await fixture.run()
        #expect(fixture.copies == ProxyFixture.wantedCopies)
        fixture.host.disk.put(stale, [])
        try await fixture.apply()
        #expect(fixture.copies == ProxyFixture.wantedCopies)
        #expect(fixture.proxy.reloads == reloads)
    }
}

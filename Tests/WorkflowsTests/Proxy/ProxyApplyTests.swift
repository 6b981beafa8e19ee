import CertificateStore
import Deployment
import Diagnostics
import Nginx
import Platform
import Sites
import TestSupport
import Testing

@testable import Workflows

/// `certctl apply` brings into use what is stored, and says of nothing else that it is served.
@Suite struct ProxyApplyTests {
    private static let good = "site a.test { to app:3000; }\nsite b.test { to app:3001; }\n"

    /// A site whose certificate is stored, while nginx is led to the pair that only lets it start.
    private func fixtureWithBootstrap(_ raw: String) async throws -> ProxyFixture {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        try await fixture.host.issue(["c.test"], deploys: false)
        let name = try #require(LineageName("c.test"))
        let store = fixture.host.store
        try store.prepareDeployment()
        try store.publish(try #require(try store.bootstrap(of: name)), of: name)
        fixture.settings(Self.good + "site c.test { to app:3002; raw { \(raw) } }\n")
        return fixture
    }

    @Test func `a stored certificate takes the place of the pair that only lets nginx start`()
        async throws
    {
        let fixture = try await fixtureWithBootstrap("refused;")
        let refused = try await ApplySettings(fixture.services).applySites()
        #expect(refused.endings.map { "\($0.name)" } == ["c.test"])
        #expect(throws: (any Error).self) { try fixture.expectDeployed(refused.endings) }
        // Only http is answered for it.
        #expect(fixture.proxy.served("c.test") == nil)
        fixture.settings(Self.good + "site c.test { to app:3002; raw { etag on; } }\n")
        #expect(try await fixture.apply())
        #expect(try fixture.proxy.served("c.test") == fixture.newest("c.test"))
        #expect(try await !fixture.apply())
    }

    @Test func `the pair that only lets nginx start is none to serve a site with`() async throws {
        let fixture = try await fixtureWithBootstrap("etag on;")
        let settings = try SettingsLoader(fixture.services).load()
        let proxy = try #require(ProxyDeployment(fixture.services, settings))
        let plan = try await proxy.apply()
        #expect(plan.plan.expectations.isEmpty)
        #expect(fixture.proxy.served("c.test") == nil)
    }

    @Test func `what a renewal could not deploy is deployed as soon as nginx is mended`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let mine = "\(ModelProxy.directory)/mine.conf"
        fixture.host.disk.put(mine, Array("refused;\n".utf8))
        let refused = try await ApplySettings(fixture.services).applySites()
        #expect(refused.endings.map { "\($0.name)" } == fixture.wanted)
        #expect(!refused.hasChanged)
        try fixture.host.disk.removeFile(mine)
        #expect(try await fixture.apply())
        for name in fixture.wanted {
            #expect(try fixture.proxy.served(name) == fixture.newest(name))
        }
    }

    @Test func `a file that a person has changed is what apply ends with`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        let path = "\(ModelProxy.directory)/certctl-a.test.conf"
        let changed = try #require(fixture.host.disk.bytes(of: path)) + Array("# mine\n".utf8)
        fixture.host.disk.put(path, changed)
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:3001; }\n")
        let applied = try await ApplySettings(fixture.services).applySites()
        #expect(
            applied.conflict as? ProxyError == .changedByPerson(path: path, offer: "\(path).new")
        )
        fixture.settings("site b.test { to app:3001; }\n")
        let removed = try await ApplySettings(fixture.services).applySites()
        #expect(removed.conflict as? ProxyError == .changedByPerson(path: path, offer: nil))
        #expect(try await !ApplySettings(fixture.services).plan().isEmpty)
        #expect(fixture.host.disk.bytes(of: path) == changed)
    }

    private func text(of site: String, _ fixture: ProxyFixture) -> String? {
        fixture.host.disk.bytes(of: "\(ModelProxy.directory)/certctl-\(site).conf")
            .map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func `a site with a new first name is served as before until it has its certificate`()
        async throws
    {
        let fixture = try await ProxyFixture(.renaming)
        let (old, file) = (fixture.proxy.served("a.test"), text(of: "a.test", fixture))
        try await fixture.apply()
        #expect(text(of: "a.test", fixture) == file)
        #expect(old != nil && fixture.proxy.served("a.test") == old)
        // The CA can ask for the name that nobody has answered for, and each name has one server.
        let first = try #require(text(of: "c.test", fixture))
        let words = first.split { $0.isWhitespace }
        #expect(words.contains("c.test;"))
        #expect(!words.contains { $0.hasPrefix("a.test") })
        #expect(try await !fixture.apply())
        let reloads = fixture.proxy.reloads
        try await fixture.host.issue(["c.test", "a.test"], deploys: false)
        try await fixture.apply()
        #expect(fixture.proxy.reloads == reloads + 1)
        #expect(text(of: "a.test", fixture) == nil)
        for name in ["a.test", "c.test"] {
            #expect(try fixture.proxy.served(name) == fixture.newest("c.test"))
        }
    }

    @Test func `a site whose names are put in another order is served with what is for them`()
        async throws
    {
        let fixture = try await ProxyFixture(.renamed)
        try await fixture.run()
        fixture.settings("site a.test c.test { to app:4000; }\nsite b.test { to app:3001; }\n")
        try forget("a.test", fixture)
        try await fixture.apply()
        #expect(text(of: "c.test", fixture) == nil)
        #expect(text(of: "a.test", fixture)?.contains("/nginx/c.test.conf;") == true)
        #expect(text(of: "a.test", fixture)?.contains(":4000") == true)
        for name in ["a.test", "c.test"] {
            #expect(try fixture.proxy.served(name) == fixture.newest("c.test"))
        }
    }

    @Test
    func `each part of a site that is split is served, and with its own as soon as it has one`()
        async throws
    {
        let fixture = try await ProxyFixture(.renamed)
        try await fixture.run()
        let whole = try fixture.newest("c.test")
        try forget("a.test", fixture)
        fixture.settings(
            """
            site c.test { to app:3000; }
            site a.test { to app:3002; }
            site d.test { to app:3003; }
            site b.test { to app:3001; }
            """
        )
        try await fixture.apply()
        #expect(fixture.proxy.served("a.test") == whole)
        #expect(fixture.proxy.served("c.test") == whole)
        // There is none for that.
        #expect(fixture.proxy.served("d.test") == nil)
        let missing = try ApplySettings(fixture.services).missing().map { "\($0.lineage)" }
        #expect(missing == ["c.test", "a.test", "d.test"])
        try await fixture.host.issue(["a.test"], deploys: false) { $0.isForced = true }
        try await fixture.apply()
        let own = try #require(LineageName("a.test"))
        let certificate = try #require(try fixture.host.store.latestCertificate(own))
        let leaf = fixture.host.disk.bytes(of: certificate.files.certificate)
        #expect(leaf != whole && fixture.proxy.served("a.test") == leaf)
        #expect(text(of: "a.test", fixture)?.contains("/nginx/a.test.conf;") == true)
    }

    @Test(arguments: ["etag on;", "refused;"])
    func `a certificate that comes into use for fewer names is shown for no other`(
        raw: String
    ) async throws {
        let fixture = try await ProxyFixture(.renamed)
        try await fixture.run()
        try forget("a.test", fixture)
        fixture.settings(
            """
            site c.test { to app:3000; }
            site a.test { to app:3002; }
            site b.test { to app:3001; }
            """
        )
        try await fixture.apply()
        let name = try #require(LineageName("c.test"))
        try await fixture.host.issue(["c.test"], deploys: false) { $0.lineage = name }
        // Where that of another site keeps all from being deployed together, too.
        fixture.settings(
            """
            site c.test { to app:3000; }
            site a.test { to app:3002; }
            site b.test { to app:3001; raw { \(raw) } }
            """
        )
        try fixture.expectDeployed(await fixture.deploy())
        #expect(try fixture.proxy.served("c.test") == fixture.newest("c.test"))
        #expect(fixture.proxy.served("a.test") == nil)
    }

    /// Removes what there is of a certificate, but for what an issuance leaves to look up.
    private func forget(_ text: String, _ fixture: ProxyFixture) throws {
        let name = try #require(LineageName(text))
        try fixture.host.disk.removeTree("\(TestHost.home)/lib/tls/gen/\(text)")
        try fixture.host.disk.removeFile(fixture.services.layout.include(name))
    }

    @Test func `of two certificates of which one cannot be used, the other still replaces a file`()
        async throws
    {
        let fixture = try await ProxyFixture(.renamed)
        try await fixture.commit(["b.test"])
        fixture.settings(
            "site c.test a.test { to app:3000; }\nsite b.test { to app:3001; raw { refused; } }\n"
        )
        let applied = try await fixture.deploy()
        #expect(throws: (any Error).self) { try fixture.expectDeployed(applied) }
        #expect(text(of: "a.test", fixture) == nil)
        #expect(try fixture.proxy.served("a.test") == fixture.newest("c.test"))
    }

    @Test func `a certificate that is not due keeps no change of its site from being served`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        let served = fixture.proxy.served("a.test")
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:4001; }\n")
        let workflow = try IssueCertificates(
            [try fixture.host.request(["a.test"]) { _ in }],
            services: fixture.services
        )
        let endings = await workflow.serveSites(await workflow.run())
        #expect(try endings.map { try $0.result.get().word } == ["unchanged"])
        #expect(text(of: "a.test", fixture)?.contains(":4000") == true)
        // Nobody has asked for that one.
        #expect(text(of: "b.test", fixture)?.contains(":4001") == false)
        #expect(fixture.proxy.served("a.test") == served)
        let reloads = fixture.proxy.reloads
        _ = await workflow.serveSites(endings)
        #expect(fixture.proxy.reloads == reloads)
    }

    @Test func `a name that another server has keeps only its own site from being changed`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let old = fixture.proxy.served("b.test")
        let file = text(of: "b.test", fixture)
        fixture.host.disk.put(
            "\(ModelProxy.directory)/own.conf",
            Array("server { listen 80; server_name b.test; }\n".utf8)
        )
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:4001; }\n")
        let endings = try await fixture.deploy()
        let failures = endings.filter { (try? $0.result.get()) == nil }
        #expect(failures.map { "\($0.name)" } == ["b.test"])
        let error = #expect(throws: ProxyError.self) { _ = try failures.first?.result.get() }
        let place = "/etc/nginx/conf.d/own.conf (on the host: \(ModelProxy.directory)/own.conf)"
        #expect(error?.diagnosis.why.contains(place) == true)
        #expect(fixture.proxy.served("b.test") == old)
        #expect(try fixture.proxy.served("a.test") == fixture.newest("a.test"))
        #expect(text(of: "a.test", fixture)?.contains(":4000") == true)
        #expect(text(of: "b.test", fixture) == file)
        let applied = try await ApplySettings(fixture.services).applySites()
        #expect(applied.refused.keys.map(\.description) == ["b.test"])
        #expect(applied.failure == nil)
        try fixture.host.disk.removeFile("\(ModelProxy.directory)/own.conf")
        try await fixture.apply()
        #expect(try fixture.proxy.served("b.test") == fixture.newest("b.test"))
    }

    @Test func `a plan names the sites that stay as they are beside what becomes of the others`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        fixture.host.disk.put(
            "\(ModelProxy.directory)/own.conf",
            Array("server { listen 80; server_name b.test; }\n".utf8)
        )
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:4001; }\n")
        let plan = try await ApplySettings(fixture.services).plan()
        #expect(plan.refused.keys.map(\.description) == ["b.test"])
        #expect(plan.files?.writes.map(\.path) == ["certctl-a.test.conf"])
        #expect(!plan.isEmpty)
    }

    @Test func `a site that nginx refuses keeps no other from being changed, added or removed`()
        async throws
    {
        let fixture = try await ProxyFixture(.changed)
        fixture.settings(
            """
            site a.test { to app:4000; raw { refused; } }
            site c.test { to app:3002; }
            """
        )
        let (old, file) = (fixture.proxy.served("a.test"), text(of: "a.test", fixture))
        let applied = try await ApplySettings(fixture.services).applySites()
        #expect(applied.refused.keys.map(\.description) == ["a.test"])
        #expect(applied.failure == nil)
        #expect(text(of: "a.test", fixture) == file)
        #expect(old != nil && fixture.proxy.served("a.test") == old)
        #expect(try fixture.proxy.served("c.test") == fixture.newest("c.test"))
        #expect(text(of: "b.test", fixture) == nil)
        #expect(fixture.proxy.restart() == nil)
    }

    @Test func `the last site goes where certctl.conf names no nginx any more`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        #expect(fixture.proxy.served("a.test") != nil)
        fixture.host.disk.put(ProxyFixture.path, [])
        #expect(try await fixture.apply())
        #expect(fixture.proxy.served("a.test") == nil)
        #expect(text(of: "a.test", fixture) == nil)
        #expect(fixture.proxy.restart() == nil)
        // And nginx is left alone from then on.
        let reloads = fixture.proxy.reloads
        #expect(try await !fixture.apply())
        #expect(fixture.proxy.reloads == reloads)
        #expect(
            ProxyDeployment(fixture.services, try SettingsLoader(fixture.services).load()) == nil
        )
    }

    @Test func `a reload that never works is the fault of no single site`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        fixture.proxy.setDeaf(true)
        let files = fixture.files
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:4001; }\n")
        let applied = try await ApplySettings(fixture.services).applySites()
        #expect((applied.failure as? Unserved)?.failure is TransactionFailure)
        #expect(applied.refused.isEmpty)
        #expect(fixture.files == files)
    }

    @Test func `what nginx does not read is written without a reload`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        // It has no site, and no server includes it.
        try await fixture.commit(["z.test"])
        try fixture.expectDeployed(await fixture.deploy())
        let reloads = fixture.proxy.reloads
        try await fixture.commit(["z.test"])
        let endings = try await fixture.deploy()
        try fixture.expectDeployed(endings)
        let name = try #require(LineageName("z.test"))
        #expect(try fixture.host.store.published(of: name)?.number.value == 2)
        let path = "\(ModelProxy.directory)/certctl-a.test.conf"
        let changed = try #require(fixture.host.disk.bytes(of: path)) + Array("# mine\n".utf8)
        fixture.host.disk.put(path, changed)
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:3001; }\n")
        #expect(try await fixture.apply())
        #expect(fixture.host.disk.bytes(of: "\(path).new") != nil)
        #expect(fixture.proxy.reloads == reloads)
    }

    @Test func `what answers the CA stays while certctl.conf has certificates without a site`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        let path = "\(ModelProxy.directory)/certctl-01-default.conf"
        let answering = fixture.host.disk.bytes(of: path)
        #expect(answering != nil)
        fixture.settings("certificate mail.test { watch 465; }\n")
        _ = try await fixture.apply()
        #expect(fixture.host.disk.bytes(of: path) == answering)
        let name = "\(ModelProxy.directory)/certctl-a.test.conf"
        #expect(fixture.host.disk.bytes(of: name) == nil)
        fixture.settings("")
        _ = try await fixture.apply()
        #expect(fixture.host.disk.bytes(of: path) == nil)
    }

    @Test func `what keeps a certificate from being deleted is told with the host's path`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let workflow = DeleteCertificate(fixture.services, configurations: [])
        let error = await #expect(throws: WorkflowError.self) {
            try await workflow.run("a.test", isForced: false)
        }
        let why = try #require(error).diagnosis.why
        #expect(why.contains("(on the host: \(ModelProxy.directory)/certctl-a.test.conf)"))
    }

    @Test func `nginx is asked for what it includes also where certctl.conf names none`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.host.configure("")
        let workflow = DeleteCertificate(fixture.services, configurations: [])
        await #expect(throws: WorkflowError.self) {
            try await workflow.run("a.test", isForced: false)
        }
        // One that cannot be asked was not certctl's to ask.
        fixture.host.disk.put("\(ModelProxy.directory)/broken.conf", Array("nonsense".utf8))
        #expect(try await workflow.run("a.test", isForced: false).description == "a.test")
    }

    @Test func `a site that was tried by itself is named where nginx's words do not`() {
        func told(_ words: String, at step: NginxTransaction.Fault.Step = .test) -> String {
            TransactionFailure.rolledBack(.init(step, words), unsettled: nil)
                .naming(site: "a.test").diagnosis.why
        }
        #expect(told("no key is defined") == "site a.test: no key is defined")
        let known = "no key in /etc/nginx/conf.d/certctl-a.test.conf:3"
        #expect(told(known) == known)
        #expect(told("No space left", at: .write) == "No space left")
    }
}

import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal
import Synchronization
import TestSupport
import Testing

@testable import Workflows

/// What `watch` tells besides what is served, what it keeps, and whom it alarms.
@Suite struct WatchCertificatesTests {
    private func states(_ observations: [Observation]) -> [Observation.State] {
        observations.map(\.state)
    }

    // MARK: The host and the store

    @Test(arguments: [true, false])
    func `a disk that takes nothing keeps nobody from looking, and from being told`(
        isFirst: Bool
    ) async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        if !isFirst { _ = try await fixture.watch() }
        fixture.servers.fail(.refused)
        var plan = MemoryFileSystem.Plan()
        plan.room = 0
        fixture.host.disk.plan(plan)
        let (services, servers) = (fixture.host.services, fixture.servers)
        let report = try await WatchCertificates(services, probe: servers, resolver: servers)
            .run(WatchCertificates.Request())
        #expect(report.observations.map(\.state) == [.silent])
        #expect((report.unkept as? FileSystemError)?.reason == .noSpace)
        #expect(fixture.alerts.count == 1)
    }

    @Test func `a store that is not there has nothing to watch`() async throws {
        let host = try TestHost()
        let servers = ScriptedServers()
        let watch = WatchCertificates(host.services, probe: servers, resolver: servers)
        let changes = host.disk.changes
        #expect(try await watch.run(WatchCertificates.Request()).observations.isEmpty)
        #expect(host.disk.changes == changes)
    }

    @Test func `a name that is no lineage is refused before anything is asked`() async throws {
        let fixture = try await WatchFixture()
        await #expect(throws: StoreError.unknownLineage("nope", known: ["example.com"])) {
            try await fixture.watch(["nope"])
        }
        #expect(fixture.servers.asked.isEmpty)
    }

    @Test func `that renew has never run is a warning as soon as there is something to renew`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.host.disk.removeFile("\(WatchFixture.home)/lib/renewal/clock.json")
        let seen = try await fixture.watch()
        #expect(states(seen) == [.renewNeverRan, .current])
        #expect(seen.first?.level == .warning)
        #expect(seen.first?.subject == "this host")
    }

    @Test func `that renew has not run for a day is a warning`() async throws {
        let fixture = try await WatchFixture()
        fixture.host.clock.advance(by: .seconds(86_400))
        #expect(try states(await fixture.watch()) == [.current])
        fixture.host.clock.advance(by: .seconds(1))
        let seen = try await fixture.watch()
        #expect(states(seen) == [.renewLate, .current])
        #expect(seen.first?.level == .warning)
    }

    @Test func `a host that has just started makes up for what it has missed`() async throws {
        let fixture = try await WatchFixture()
        let before = fixture.now - 3 * 86_400
        // Of the uptime before, which was longer.
        try fixture.store.save(ClockRecord(latest: before, uptime: 9_000_000, lastRun: before))
        #expect(try states(await fixture.watch()) == [.current])
        fixture.host.clock.advance(by: .seconds(7200))
        #expect(try states(await fixture.watch()) == [.renewLate, .current])
    }

    @Test func `a clock that went back is a warning`() async throws {
        let fixture = try await WatchFixture()
        let later = fixture.now + 7200
        try fixture.store.save(
            ClockRecord(latest: later, uptime: fixture.host.clock.uptime, lastRun: later)
        )
        #expect(try states(await fixture.watch()) == [.clockSkewed, .current])
    }

    @Test func `a clock that went ahead of the time that has passed is a warning`() async throws {
        let fixture = try await WatchFixture()
        let earlier = fixture.now - 10 * 86_400
        try fixture.store.save(
            ClockRecord(latest: earlier, uptime: fixture.host.clock.uptime, lastRun: earlier)
        )
        #expect(try states(await fixture.watch()) == [.clockSkewed, .current])
    }

    @Test(arguments: [(2, []), (3, [Observation.State.renewFailing])])
    func `three failures of a renewal are a warning, with the reason`(
        count: Int,
        found: [Observation.State]
    ) async throws {
        let fixture = try await WatchFixture()
        var state = RenewalState().about(try fixture.stored().number)
        for _ in 0..<count {
            state.failures[FakeCA.directoryURL] = FailureRecord(
                after: state.lastFailure,
                .temporary,
                reason: "the CA could not reach it",
                at: fixture.now,
                remaining: 86_400 * 30,
                StableRandom(seed: 1)
            )
        }
        try fixture.store.save(state, of: #require(LineageName("example.com")))
        let seen = try await fixture.watch()
        #expect(states(seen) == found + [.current])
        #expect(found.isEmpty || seen.first?.message.contains("could not reach it") == true)
    }

    private func note(
        _ failureClass: FailureClass,
        _ fixture: WatchFixture,
        after earlier: FailureRecord? = nil
    ) -> FailureRecord {
        FailureRecord(
            after: earlier,
            failureClass,
            reason: "port 80 is taken",
            at: fixture.now,
            remaining: 86_400 * 20,
            StableRandom(seed: 1)
        )
    }

    @Test(arguments: [(61.0, true), (10, false)])
    func `what no CA has heard of is a warning after a day, where the certificate is due`(
        age: Double,
        isFound: Bool
    ) async throws {
        let fixture = try await WatchFixture()
        try fixture.pass(age)
        let name = try #require(LineageName("example.com"))
        var state = RenewalState().about(try fixture.stored().number)
        state.failures[FakeCA.directoryURL] = note(.local, fixture)
        try fixture.store.save(state, of: name)
        #expect(try states(await fixture.watch()) == [.current])
        try fixture.pass(1.1)
        state.failures[FakeCA.directoryURL] = note(.local, fixture, after: state.lastFailure)
        try fixture.store.save(state, of: name)
        let seen = try await fixture.watch()
        #expect(states(seen) == (isFound ? [.renewFailing, .current] : [.current]))
        #expect(!isFound || seen.first?.message.contains("port 80 is taken") == true)
    }

    @Test func `what failed long before it was due is no warning on the day it is`() async throws {
        let fixture = try await WatchFixture()
        try fixture.pass(20)
        var state = RenewalState().about(try fixture.stored().number)
        state.failures[FakeCA.directoryURL] = note(.local, fixture)
        try fixture.store.save(state, of: #require(LineageName("example.com")))
        // It is due after 60 days, give or take half a day.
        try fixture.pass(40.4)
        #expect(try states(await fixture.watch()) == [.current])
        try fixture.pass(1.2)
        #expect(try states(await fixture.watch()) == [.renewFailing, .current])
    }

    @Test(arguments: [(61.0, 3, true), (61, 1, false), (10, 3, false)])
    func `a CA that is down is a warning, where a certificate of it is due`(
        age: Double,
        count: Int,
        isFound: Bool
    ) async throws {
        let fixture = try await WatchFixture()
        try fixture.pass(age)
        var limits = LimitRecord()
        for _ in 1...count {
            let earlier = limits.breakers[FakeCA.directoryURL]
            limits.breakers[FakeCA.directoryURL] = note(.authority, fixture, after: earlier)
        }
        try fixture.store.save(limits)
        let seen = try await fixture.watch()
        #expect(states(seen) == (isFound ? [.renewFailing, .current] : [.current]))
        #expect(!isFound || seen.first?.message.hasPrefix("its CA has failed") == true)
    }

    @Test func `failures before the current certificate are of the past`() async throws {
        let fixture = try await WatchFixture()
        var state = RenewalState()
        for _ in 0..<5 {
            state.failures[FakeCA.directoryURL] = FailureRecord(
                after: state.lastFailure,
                .temporary,
                reason: "old",
                at: fixture.now,
                remaining: nil,
                StableRandom(seed: 1)
            )
        }
        try fixture.store.save(state, of: #require(LineageName("example.com")))
        #expect(try states(await fixture.watch()) == [.current])
    }

    @Test func `a certificate that nobody serves still expires`() async throws {
        let fixture = try await WatchFixture()
        fixture.servers.fail(.refused)
        try fixture.pass(80)
        let seen = try await fixture.watch()
        #expect(states(seen) == [.expiring, .silent])
        #expect(seen.map(\.level) == [.critical, .warning])
    }

    @Test func `a certificate that was called back is critical, however long it lasts`()
        async throws
    {
        let fixture = try await WatchFixture()
        let number = try fixture.stored().number
        let name = try #require(LineageName("example.com"))
        try fixture.store.journal(name).append(.revoked(number, reason: nil))
        let seen = try await fixture.watch()
        #expect(states(seen) == [.revoked, .current])
        #expect(seen.first?.level == .critical)
    }

    @Test func `a lineage without a certificate is told and asks for nobody`() async throws {
        let fixture = try await WatchFixture()
        let lineages = "\(WatchFixture.home)/lib/lineages"
        fixture.host.disk.put(directory: "\(lineages)/new.example", mode: .privateDirectory)
        fixture.host.disk.put("\(lineages)/new.example/journal", [])
        let seen = try await fixture.watch()
        #expect(states(seen) == [.current, .waiting])
        #expect(seen.last?.level == .info)
        #expect(seen.last?.message.hasSuffix("certctl delete new.example forgets it") == true)
        fixture.host.configure("certificate new.example;")
        #expect(
            try await fixture.watch().last?.message.hasSuffix("certctl apply orders it") == true
        )
    }

    @Test(arguments: [nil, "privkey.pem", "cert.pem"])
    func `files that are gone or damaged are critical, and the next renew replaces them`(
        file: String?
    ) async throws {
        let fixture = try await WatchFixture()
        try await fixture.host.renew()
        let files = try fixture.stored().files
        if let file {
            fixture.host.disk.put("\(files.directory)/\(file)", Array("garbage".utf8))
        } else {
            for path in [files.privateKey, files.certificate, files.chain, files.fullChain] {
                try fixture.host.disk.removeFile(path)
            }
        }
        #expect(try await fixture.host.renew().endings.isEmpty)
        let seen = try #require(try await fixture.watch(["example.com"]).first)
        #expect(seen.state == .lost)
        #expect(seen.level == .critical)
        #expect(try await fixture.host.renew().words == ["example.com": "renewed: lost"])
        #expect(try states(await fixture.watch()).contains(.lost) == false)
    }

    @Test func `a fallback without an account is a warning, with the command that makes one`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.host.addSecond()
        let seen = try await fixture.watch()
        #expect(states(seen) == [.fallbackUnready, .current])
        #expect(seen.first?.level == .warning)
        let command = "certctl account register --ca \(TestHost.second) --agree-tos"
        #expect(seen.first?.message.contains(command) == true)
        try await fixture.host.issueBySubstitute("b.test")
        #expect(try states(await fixture.watch()).contains(.fallbackUnready) == false)
    }

    @Test func `a certctl.conf that cannot be used is critical, with the place and what to do`()
        async throws
    {
        let fixture = try await WatchFixture()
        let path = "\(WatchFixture.home)/etc/certctl.conf"
        fixture.host.disk.put(path, Array("key_type p256;\nemial a@b.test;\nhttp0 auto;\n".utf8))
        let seen = try await fixture.watch()
        #expect(states(seen) == [.settingsUnusable, .current])
        #expect(seen.first?.level == .critical)
        #expect(
            seen.first?.message == """
                nothing is renewed, since certctl.conf cannot be used: \(path):2:1: there is no \
                directive 'emial' here: certctl knows none of that name; did you mean email?; \
                and 1 more
                """
        )
        await #expect(throws: (any Error).self) { try await fixture.host.renew() }
        fixture.host.disk.put(path, Array("email a@b.test;\n".utf8))
        #expect(try states(await fixture.watch()) == [.current])
    }

    @Test func `so is one that others may write to, which nothing is read from`() async throws {
        let fixture = try await WatchFixture()
        let path = "\(WatchFixture.home)/etc/certctl.conf"
        fixture.host.disk.put(path, [], mode: FileMode(0o666))
        let seen = try await fixture.watch()
        #expect(states(seen) == [.settingsUnusable, .current])
        #expect(seen.first?.message.contains("chmod go-w '\(path)'") == true)
    }

    @Test func `the hooks are told once of a certctl.conf that cannot be used, and of its end`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        let path = "\(WatchFixture.home)/etc/certctl.conf"
        fixture.host.disk.put(path, Array("nonsense;".utf8))
        _ = try await fixture.watch()
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 1)
        try fixture.host.disk.removeFile(path)
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 2)
    }

    @Test func `one lineage that cannot be read hides no other`() async throws {
        let fixture = try await WatchFixture()
        let lineages = "\(WatchFixture.home)/lib/lineages"
        fixture.host.disk.put(directory: "\(lineages)/bad.example", mode: .privateDirectory)
        fixture.host.disk.put(directory: "\(lineages)/bad.example/journal")
        let seen = try await fixture.watch()
        #expect(states(seen) == [.unreadable, .current])
        #expect(seen.first?.lineage == "bad.example")
    }

    // MARK: Memory

    @Test func `since when it is so is remembered as long as it is so`() async throws {
        let fixture = try await WatchFixture()
        let start = fixture.now
        _ = try await fixture.watch()
        try fixture.pass(1)
        #expect(try await fixture.single().since == start)
        fixture.servers.fail(.refused)
        #expect(try await fixture.single().since == fixture.now)
    }

    @Test func `what was seen is kept for everyone to read, and whole`() async throws {
        let fixture = try await WatchFixture()
        let seen = try await fixture.watch()
        let folder = "\(WatchFixture.home)/lib/watch"
        #expect(try fixture.host.disk.status(folder)?.mode == .publicDirectory)
        for file in ["status.json", "certctl.prom"] {
            #expect(try fixture.host.disk.status("\(folder)/\(file)")?.mode == .publicFile)
        }
        let status = try #require(try fixture.store.watchStatus())
        #expect(status == WatchStatus(time: fixture.now, observations: seen))
        #expect(status.level == .ok)
    }

    @Test func `a status that is damaged is begun anew`() async throws {
        let fixture = try await WatchFixture()
        _ = try await fixture.watch()
        fixture.host.disk.put("\(WatchFixture.home)/lib/watch/status.json", Array("{".utf8))
        #expect(try states(await fixture.watch()) == [.current])
        #expect(try fixture.store.watchStatus()?.observations.count == 1)
    }

    @Test func `a look at one lineage leaves what is known of the others`() async throws {
        let fixture = try await WatchFixture()
        try await fixture.host.issue(["b.example"])
        fixture.servers.resolve("b.example", "192.0.2.2")
        try fixture.servers.serve(fixture.fullChain("b.example"), at: "192.0.2.2:443")
        _ = try await fixture.watch()
        let asked = fixture.servers.asked.count
        fixture.servers.fail(.refused)
        #expect(try await fixture.watch(["B.example"]).map(\.lineage) == ["b.example"])
        #expect(fixture.servers.asked.count == asked + 1)
        #expect(try fixture.store.watchStatus()?.observations.map(\.state) == [.current, .current])
    }

    @Test func `a lineage that is deleted is forgotten`() async throws {
        let fixture = try await WatchFixture()
        try await fixture.host.issue(["b.example"])
        _ = try await fixture.watch()
        try fixture.store.delete(#require(LineageName("b.example")))
        _ = try await fixture.watch(["example.com"])
        #expect(try fixture.store.watchStatus()?.observations.map(\.lineage) == ["example.com"])
    }

    @Test func `a copy of the metrics is written where it is asked for`() async throws {
        let fixture = try await WatchFixture()
        fixture.host.disk.put(directory: "/metrics")
        _ = try await fixture.watch(textfile: "/metrics/certctl.prom")
        let copy = try fixture.host.disk.readFile("/metrics/certctl.prom", limit: 100_000)
        let own = "\(WatchFixture.home)/lib/watch/certctl.prom"
        #expect(copy == (try fixture.host.disk.readFile(own, limit: 100_000)))
        #expect(try fixture.host.disk.status("/metrics/certctl.prom")?.mode == .publicFile)
        #expect(try fixture.host.disk.list("/metrics") == ["certctl.prom"])
    }

    @Test func `what renew would refuse is told before it shows in what is served`() async throws {
        let fixture = try await WatchFixture()
        let path = "\(WatchFixture.home)/lib/lineages/example.com"
        fixture.host.disk.setMode(path, FileMode(0o775))
        let seen = try await fixture.watch()
        #expect(states(seen) == [.unreadable, .current])
        #expect(seen.first?.message.contains("others may write") == true)
        // And it is looked for as before.
        try fixture.pass(89)
        #expect(try states(await fixture.watch()).contains(.expiring))
    }

    @Test func `a CA that is down is told of whoever is to be renewed there`() async throws {
        let fixture = try await WatchFixture()
        fixture.host.configure(
            "certificate example.com { ca https://new.test/directory; }\n"
        )
        fixture.host.wait(70 * .day)
        for _ in 1...30 {
            _ = try? await fixture.host.renew()
            fixture.host.wait(.hour)
        }
        let seen = try await fixture.watch()
        let failing = try #require(seen.first { $0.state == .renewFailing })
        #expect(failing.message.hasPrefix("its CA has failed"))
        let listed = try ListCertificates(fixture.host.services).one("example.com")
        #expect(listed.trouble != nil)
    }

    // MARK: Alarms

    @Test func `a finding is told to every hook, once`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook("a")
        try fixture.addHook("b")
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 2)
        #expect(
            fixture.alerts.first == [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL": "C",
                "CERTCTL_EVENT": "alert", "CERTCTL_LINEAGE": "example.com",
                "CERTCTL_LEVEL": "warning",
                "CERTCTL_MESSAGE": "example.com at 192.0.2.1:443: connection refused",
            ]
        )
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 2)
    }

    @Test func `what is right, or no fault, is told to no hook`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        try await fixture.issueUndeployed(["new.example"])
        let seen = try await fixture.watch()
        #expect(seen.contains { $0.level == .info })
        #expect(fixture.alerts.isEmpty)
    }

    @Test func `a finding that gets worse is told again, one that gets better is not`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        try fixture.pass(68)
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning"])
        try fixture.pass(0.5)
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 1)
        // After eleven more days an eighth is all that is left.
        try fixture.pass(11)
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning", "critical"])
    }

    @Test func `an old certificate is told once, however often another is renewed meanwhile`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        try await fixture.issueUndeployed(["example.com"])
        _ = try await DeployCertificates(fixture.host.services).run()
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning"])
        try await fixture.issueUndeployed(["example.com"])
        #expect(try states(await fixture.watch()) == [.deployPending, .old])
        _ = try await DeployCertificates(fixture.host.services).run()
        #expect(try await fixture.single().level == .warning)
        #expect(fixture.alerts.count == 1)
        try fixture.serveCurrent()
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning", "info"])
    }

    @Test func `after a start it cannot be told that renew runs again, before it does`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        let before = fixture.now - 3 * 86_400
        fixture.host.clock.advance(by: .seconds(7200))
        let record = ClockRecord(latest: before, uptime: 9_000_000, lastRun: before)
        try fixture.store.save(record)
        #expect(try states(await fixture.watch()) == [.renewLate, .current])
        fixture.host.clock.restart()
        try fixture.store.save(record)
        #expect(try states(await fixture.watch()) == [.current])
        #expect(fixture.alerts.count == 1)
        #expect(
            try fixture.store.watchStatus()?.observations.contains { $0.state == .renewLate }
                == true
        )
        try fixture.renewRuns()
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning", "info"])
    }

    @Test func `what cannot be read for a while is as it was before, and its end is told`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        let journal = "\(WatchFixture.home)/lib/lineages/example.com/journal"
        let bytes = try fixture.host.disk.readFile(journal, limit: 100_000)
        try fixture.host.disk.removeFile(journal)
        fixture.host.disk.put(link: journal, to: "/etc/passwd")
        #expect(try states(await fixture.watch()) == [.unreadable])
        try fixture.host.disk.removeFile(journal)
        fixture.host.disk.put(journal, bytes)
        _ = try await fixture.watch()
        try fixture.serveCurrent()
        _ = try await fixture.watch()
        let levels = fixture.alerts.map { $0["CERTCTL_LEVEL"] }
        #expect(levels == ["warning", "warning", "info", "info"])
    }

    @Test func `another finding of the same level is told`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.servers.serve(fixture.stranger())
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 2)
    }

    @Test func `a finding that is still there after a day is told again`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        for _ in 0..<3 {
            _ = try await fixture.watch()
            try fixture.pass(0.5)
        }
        #expect(fixture.alerts.count == 2)
    }

    @Test func `a finding that comes back is told again`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.serveCurrent()
        _ = try await fixture.watch()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning", "info", "warning"])
    }

    @Test func `that a finding is gone is told once, to hooks and in the history`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.serveCurrent()
        for _ in 1...3 { _ = try await fixture.watch() }
        let message = "example.com at 192.0.2.1:443: all right again; it was: connection refused"
        #expect(fixture.alerts.count == 2)
        #expect(fixture.alerts.last?["CERTCTL_LEVEL"] == "info")
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"] == message)
        let events = try fixture.store.history(HistoryQuery()).events.filter { $0.event == "alert" }
        #expect(events.map(\.detail).last == "info: \(message)")
        #expect(events.count == 2)
    }

    @Test func `that renew runs again is told, too`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.host.clock.advance(by: .seconds(86_401))
        _ = try await fixture.watch()
        try fixture.renewRuns()
        _ = try await fixture.watch()
        let last = try #require(fixture.alerts.last?["CERTCTL_MESSAGE"])
        #expect(
            last.hasPrefix("this host: all right again; it was: renew came to its end last at ")
        )
    }

    @Test func `no finding is gone because it was not looked for`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 1)
        try fixture.servers.serve(fixture.fullChain(), at: "192.0.2.7:443")
        _ = try await fixture.watch(at: [WatchTarget(host: "192.0.2.7", port: 443)])
        #expect(fixture.alerts.allSatisfy { $0["CERTCTL_LEVEL"] != "info" })
    }

    @Test func `no finding is gone that another one has taken the place of`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        try fixture.pass(80)
        _ = try await fixture.watch()
        try fixture.serveCurrent()
        let seen = try await fixture.watch()
        #expect(states(seen) == [.expiring])
        #expect(fixture.alerts.allSatisfy { $0["CERTCTL_LEVEL"] != "info" })
    }

    @Test func `a hook that fails is a warning, and is told again at the next run`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook("mail", 1)
        fixture.servers.fail(.refused)
        #expect(try states(await fixture.watch()) == [.silent])
        #expect(fixture.host.log.messages.contains("an alarm could not be raised"))
        try fixture.addHook("mail", 0)
        _ = try await fixture.watch()
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 2)
    }

    @Test func `where one hook fails it alone is told again`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook("a")
        try fixture.addHook("b", 1)
        fixture.servers.fail(.refused)
        for _ in 1...3 { _ = try await fixture.watch() }
        func told(_ hook: String) -> Int {
            fixture.host.hooks.commands.count { $0.executable.hasSuffix("/\(hook)") }
        }
        #expect((told("a"), told("b")) == (1, 3))
        try fixture.addHook("b", 0)
        for _ in 1...2 { _ = try await fixture.watch() }
        #expect((told("a"), told("b")) == (1, 4))
        // Both are told that it is over.
        try fixture.serveCurrent()
        _ = try await fixture.watch()
        #expect((told("a"), told("b")) == (2, 5))
    }

    @Test func `of what is over those are told who were told of it`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook("a")
        try fixture.addHook("b", 1)
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.serveCurrent()
        let status = Mutex<WatchStatus?>(nil)
        fixture.host.hooks.act("\(WatchFixture.post)/a") {
            let kept = try? fixture.store.watchStatus()
            status.withLock { $0 = kept }
        }
        _ = try await fixture.watch()
        let told = fixture.host.hooks.commands.map { $0.executable.suffix(1) }
        #expect(told == ["a", "b", "a"])
        // Were the run cut off before, the next one would tell it; it is no finding meanwhile.
        #expect(status.withLock(\.self)?.ended?.map(\.state) == [.silent])
        let kept = try #require(try fixture.store.watchStatus())
        for one in [status.withLock(\.self), kept] {
            #expect(one?.observations.map(\.state) == [.current])
        }
        #expect(kept.ended == nil)
    }

    @Test func `a hook that fails at the end of a finding is told of that again, for a day`()
        async throws
    {
        let fixture = try await WatchFixture()
        for hook in ["a", "b"] { try fixture.addHook(hook) }
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.serveCurrent()
        try fixture.addHook("b", 1)
        fixture.host.hooks.forget()
        for _ in 1...2 { _ = try await fixture.watch() }
        func told() -> [Substring] { fixture.host.hooks.commands.map { $0.executable.suffix(1) } }
        #expect(told() == ["a", "b", "b"])
        let history = try fixture.store.history(HistoryQuery()).events
        #expect(history.count { $0.event == "alert" } == 2)
        try fixture.addHook("b", 0)
        for _ in 1...2 { _ = try await fixture.watch() }
        #expect(told() == ["a", "b", "b", "b"])
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"]?.contains("all right again") == true)
    }

    @Test func `an end that no hook takes is forgotten after a day, and once it is there again`()
        async throws
    {
        for isAgain in [true, false] {
            let fixture = try await WatchFixture()
            try fixture.addHook()
            fixture.servers.fail(.refused)
            _ = try await fixture.watch()
            try fixture.serveCurrent()
            try fixture.addHook("mail", 1)
            _ = try await fixture.watch()
            #expect(try fixture.store.watchStatus()?.ended?.count == 1)
            if isAgain { fixture.servers.fail(.refused) } else { try fixture.pass(1) }
            _ = try await fixture.watch()
            #expect(try fixture.store.watchStatus()?.ended == nil)
        }
    }

    @Test func `a finding at an address that the name has no more is over`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        fixture.servers.resolve("example.com", "192.0.2.2")
        _ = try await fixture.watch()
        let seen = try #require(try fixture.store.watchStatus()?.observations)
        #expect(seen.compactMap(\.address) == ["192.0.2.2:443"])
        let news = "nobody looks any more (the name has another address now)"
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"]?.contains(news) == true)
    }

    @Test func `while a name has no address what was found at its last one is not over`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        fixture.servers.resolve("example.com", all: [])
        _ = try await fixture.watch()
        let seen = try #require(try fixture.store.watchStatus()?.observations)
        #expect(seen.map(\.state) == [.unresolved, .silent])
    }

    @Test func `of very many findings that one hook was not told of it gets a number, too`()
        async throws
    {
        let names = (1...30).map { "n\($0).example.com" }
        let fixture = try await WatchFixture(["example.com"] + names)
        try fixture.addHook("a")
        try fixture.addHook("b", 1)
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.addHook("b", 0)
        fixture.host.hooks.forget()
        for _ in 1...3 { _ = try await fixture.watch() }
        #expect(fixture.alerts.count == WatchAlerts.mostTold + 1)
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"]?.contains("11 more findings") == true)
    }

    @Test func `a link among the hooks silences none of the others`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook("b")
        try fixture.host.disk.makeSymbolicLink("\(WatchFixture.post)/a", to: "/usr/bin/mail")
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 1)
        #expect(fixture.host.log.messages.contains("an alarm could not be raised"))
    }

    @Test func `a hook that hangs is waited for once a run, and what was seen is kept before`()
        async throws
    {
        let fixture = try await WatchFixture(["example.com", "b.example.com"])
        try fixture.addHook()
        fixture.host.hooks.end("\(WatchFixture.post)/mail", .timedOut)
        fixture.servers.fail(.refused)
        let status = Mutex<[WatchStatus?]>([])
        fixture.host.hooks.act("\(WatchFixture.post)/mail") {
            status.withLock { $0.append(try? fixture.store.watchStatus()) }
        }
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 1)
        let kept = status.withLock { $0.first }
        #expect(kept??.observations.count { $0.state == .silent } == 2)
    }

    @Test func `a hook that is there from now on is told of what is there already`() async throws {
        let fixture = try await WatchFixture()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        try fixture.addHook()
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == 1)
    }

    @Test func `of very many findings the worst are told, and how many more there are`()
        async throws
    {
        let names = (1...30).map { "n\($0).example.com" }
        let fixture = try await WatchFixture(["example.com"] + names)
        try fixture.addHook()
        fixture.servers.fail(.refused)
        try fixture.servers.serve(fixture.stranger(["x.example"]), at: "192.0.2.2:443")
        fixture.servers.resolve("n7.example.com", "192.0.2.2")
        _ = try await fixture.watch()
        #expect(fixture.alerts.first?["CERTCTL_LEVEL"] == "critical")
        #expect(fixture.alerts.count == WatchAlerts.mostTold + 1)
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"]?.contains("11 more findings") == true)
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == WatchAlerts.mostTold + 1)
    }

    @Test func `news is part of the history, below watch alone`() async throws {
        let fixture = try await WatchFixture()
        fixture.servers.fail(.refused)
        let before = fixture.host.disk.contents(below: WatchFixture.home)
        _ = try await fixture.watch()
        _ = try await fixture.watch()
        let events = try fixture.store.history(HistoryQuery()).events.filter { $0.event == "alert" }
        #expect(
            events.map(\.detail) == ["warning: example.com at 192.0.2.1:443: connection refused"]
        )
        let after = fixture.host.disk.contents(below: WatchFixture.home)
        let changed = after.filter { before[$0.key] != $0.value }.keys
        #expect(changed.allSatisfy { $0.hasPrefix("\(WatchFixture.home)/lib/watch/") })
    }
}

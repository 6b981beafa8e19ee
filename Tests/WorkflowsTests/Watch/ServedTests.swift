import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Settings
import TestSupport
import Testing

@testable import Workflows

/// What is said of a certificate that is served.
@Suite struct ServedTests {
    private func expect(
        _ observation: Observation,
        _ state: Observation.State,
        _ level: Observation.Level,
        _ words: String = ""
    ) {
        #expect(observation.state == state)
        #expect(observation.level == level)
        #expect(words.isEmpty || observation.message.contains(words), "\(observation.message)")
    }

    @Test func `the stored certificate, served whole, is right`() async throws {
        let fixture = try await WatchFixture()
        let seen = try await fixture.single()
        expect(seen, .current, .ok)
        #expect(seen.lineage == "example.com")
        #expect(seen.subject == "example.com at 192.0.2.1:443")
        #expect(seen.notAfter == (try fixture.stored()).manifest.notAfter)
    }

    @Test func `an older generation of ours means that the server was not reloaded`() async throws {
        let fixture = try await WatchFixture()
        try await fixture.host.issue(["example.com"]) { $0.isForced = true }
        let seen = try await fixture.single()
        expect(seen, .old, .warning, "generation 000001 is served, and 000002 is stored")
    }

    @Test func `an older generation is no fault while the new one waits to be deployed`()
        async throws
    {
        let fixture = try await WatchFixture()
        try await fixture.issueUndeployed(["example.com"])
        let seen = try await fixture.watch()
        #expect(seen.map(\.state) == [.deployPending, .old])
        #expect(seen.map(\.level) == [.info, .info])
    }

    @Test func `whoever may not read root's records gives hooks an hour, too`() async throws {
        let fixture = try await WatchFixture()
        let (store, now) = (fixture.store, fixture.now)
        let name = try #require(LineageName("example.com"))
        func isAwaited(_ deployed: [LineageName: DeployRecord]?, since issued: Date?) throws -> Bool
        {
            let lineage = try WatchedLineage(
                name,
                in: store,
                RenewalMemory(store),
                store.limits(),
                nil,
                deployed: deployed,
                issued: issued,
                now: now
            )
            #expect(!lineage.isDeployPending)
            return lineage.isDeployAwaited(nil, now: now)
        }
        #expect(try isAwaited(nil, since: now - 60))
        #expect(try !isAwaited(nil, since: now - 3601))
        #expect(try !isAwaited(nil, since: nil))
        #expect(try !isAwaited(store.deployRecords(), since: now - 60))
    }

    @Test func `after an hour a deploy that is pending is a finding, and what is served is too`()
        async throws
    {
        let fixture = try await WatchFixture()
        try await fixture.issueUndeployed(["example.com"])
        fixture.host.clock.advance(by: .seconds(3601))
        let seen = try await fixture.watch()
        #expect(seen.map(\.state) == [.deployPending, .old])
        #expect(seen.map(\.level) == [.warning, .warning])
    }

    @Test func `a stranger's certificate is told with its issuer`() async throws {
        let fixture = try await WatchFixture()
        try fixture.servers.serve(fixture.stranger())
        expect(try await fixture.single(), .other, .warning, "CN=Test Intermediate")
    }

    @Test
    func `another lineage's current certificate is shared, and who is to be forgotten is told`()
        async throws
    {
        let fixture = try await WatchFixture()
        try await fixture.host.issue(["www.example.com", "example.com"])
        fixture.servers.resolve("www.example.com", "192.0.2.1")
        try fixture.servers.serve(fixture.fullChain("www.example.com"))
        func seen() async throws -> Observation {
            let all = try await fixture.watch(["example.com"])
            #expect(all.filter(\.isFinding).isEmpty)
            return try #require(all.first { $0.isServed })
        }
        let plain = try await seen()
        expect(plain, .shared, .info, "served with www.example.com's certificate")
        #expect(!plain.message.contains("certctl delete"))
        let path = "\(WatchFixture.home)/etc/certctl.conf"
        let site = "site www.example.com example.com { to app:80; }\n"
        fixture.host.disk.put(path, Array(site.utf8))
        expect(try await seen(), .shared, .info, "certctl delete example.com forgets it")
        // One that has been replaced since is as bad as ever.
        try await fixture.host.issue(["www.example.com", "example.com"]) { $0.isForced = true }
        let old = try await fixture.watch(["example.com"]).filter(\.isServed)
        expect(try #require(old.first), .other, .warning)
    }

    @Test func `a name whose site waits for its certificate is told what orders it`() async throws {
        let fixture = try await WatchFixture(["example.com", "www.example.com"])
        let path = "\(WatchFixture.home)/etc/certctl.conf"
        fixture.servers.fail(.noHandshake("unrecognized name"), for: "www.example.com")
        let alone = try await fixture.watch().filter { $0.name == "www.example.com" }
        expect(try #require(alone.first), .noTLS, .warning)
        let sites = "site example.com { to app:80; }\nsite www.example.com { to app:80; }\n"
        fixture.host.disk.put(path, Array(sites.utf8))
        let seen = try await fixture.watch().filter { $0.name == "www.example.com" }
        expect(try #require(seen.first), .noTLS, .info, "certctl apply orders it")
        expect(try #require(seen.first), .noTLS, .info, "unrecognized name")
    }

    @Test func `a certificate for another name is critical, and those that it is for are told`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.servers.serve(fixture.stranger(["other.example"]))
        expect(try await fixture.single(), .wrongName, .critical, "is for other.example")
    }

    @Test func `a certificate that has expired is critical`() async throws {
        let fixture = try await WatchFixture()
        try fixture.servers.serve(fixture.stranger(from: fixture.now - 100 * 86_400))
        expect(try await fixture.single(), .expired, .critical, "expired at")
    }

    @Test func `a certificate of the future is critical`() async throws {
        let fixture = try await WatchFixture()
        try fixture.servers.serve(fixture.stranger(from: fixture.now + 86_400))
        expect(try await fixture.single(), .early, .critical, "not valid before")
    }

    /// The fake CA's certificates are for 90 days.
    @Test(
        arguments: [
            (66.0, Observation.State.current, Observation.Level.ok), (68, .expiring, .warning),
            (79, .expiring, .critical), (91, .expired, .critical),
        ]
    )
    func `less than a quarter of the lifetime is a warning, less than an eighth is critical`(
        days: Double,
        state: Observation.State,
        level: Observation.Level
    ) async throws {
        let fixture = try await WatchFixture()
        try fixture.pass(days)
        expect(try await fixture.single(), state, level)
    }

    @Test func `the worst decides, and all is told`() async throws {
        let fixture = try await WatchFixture()
        try await fixture.host.issue(["example.com"]) { $0.isForced = true }
        try fixture.pass(80)
        let seen = try await fixture.watch().filter(\.isServed)
        #expect(seen.count == 1)
        expect(try #require(seen.first), .expiring, .critical, "000001 is served")
    }

    @Test func `issuers that are stored and not sent are missed`() async throws {
        let fixture = try await WatchFixture()
        let files = try fixture.stored().files
        try fixture.servers.serve(fixture.host.disk.readFile(files.certificate, limit: 10_000))
        expect(try await fixture.single(), .incomplete, .warning, "CN=Test Intermediate")
    }

    @Test(
        arguments: [
            (TLSProbeFailure.refused, Observation.State.silent, "refused"),
            (.timedOut(seconds: 5), .silent, "within 5 s"), (.noRoute, .unreachable, "no route"),
            (.stalled(seconds: 5), .silent, "handshake"), (.noHandshake("text"), .noTLS, "text"),
            (.broken("x"), .silent, "x"),
        ]
    )
    func `that nothing is presented is a warning, and says how`(
        failure: TLSProbeFailure,
        state: Observation.State,
        words: String
    ) async throws {
        let fixture = try await WatchFixture()
        fixture.servers.fail(failure)
        expect(try await fixture.single(), state, .warning, words)
    }

    @Test func `bytes that are no certificate are told, not trusted`() async throws {
        let fixture = try await WatchFixture()
        try fixture.servers.serve(
            Array("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n".utf8)
        )
        expect(try await fixture.single(), .other, .warning, "cannot be read")
    }

    @Test
    func `a certificate without a key here is for no server of ours: nobody there is no fault`()
        async throws
    {
        let fixture = try await WatchFixture()
        let directory = try fixture.stored().files.directory
        let path = "\(directory)/manifest.json"
        let text = String(
            decoding: try fixture.host.disk.readFile(path, limit: 10_000),
            as: UTF8.self
        )
        let lines = text.split(separator: "\n").filter { !$0.contains("privkey.pem") }
        let mended = lines.joined(separator: "\n").replacing(
            #"fullchain.pem" : "#,
            with: #"fullchain.pem" : "#
        )
        let json = mended.replacing(",\n  }", with: "\n  }")
        fixture.host.disk.put(path, Array(json.utf8))
        fixture.servers.fail(.refused)
        let seen = try await fixture.watch().filter(\.isServed)
        expect(try #require(seen.first), .silent, .info)
    }

    @Test func `a lineage that was never deployed is served nowhere, and that is no fault`()
        async throws
    {
        let fixture = try await WatchFixture()
        try await fixture.issueUndeployed(["new.example"])
        let seen = try await fixture.watch(["new.example"])
        #expect(seen.map(\.state) == [.deployPending, .unresolved])
        #expect(seen.map(\.level) == [.info, .info])
    }

    @Test func `every address of every name is looked at`() async throws {
        let fixture = try await WatchFixture(["example.com", "www.example.com"])
        fixture.servers.resolve("example.com", "192.0.2.1", "2001:db8::1")
        try fixture.servers.serve(fixture.fullChain(), at: "[2001:db8::1]:443")
        let seen = try await fixture.watch()
        #expect(
            Set(fixture.servers.asked) == [
                "example.com at 192.0.2.1:443", "example.com at [2001:db8::1]:443",
                "www.example.com at 192.0.2.1:443",
            ]
        )
        #expect(seen.count == 3)
        #expect(seen.allSatisfy { $0.state == .current })
        #expect(seen.map(\.name) == ["example.com", "example.com", "www.example.com"])
    }

    @Test func `a wildcard is looked up and asked for by a made-up label`() async throws {
        let servers = ScriptedServers()
        servers.resolve("certctl-probe.example.com", "192.0.2.1")
        let places = ServedAddresses(
            probe: servers,
            resolver: servers,
            addresses: nil,
            clock: ManualClock()
        )
        let lineage = try #require(LineageName("example.com"))
        let question = ServedAddresses.Question(
            lineage: lineage,
            name: "*.example.com",
            places: [.usual]
        )
        _ = await places.answers(to: [question])
        #expect(servers.asked == ["certctl-probe.example.com at 192.0.2.1:443"])
    }

    @Test func `a host without IPv6 misses nothing where IPv4 answers`() async throws {
        let fixture = try await WatchFixture()
        fixture.servers.resolve("example.com", "192.0.2.1", "2001:db8::1")
        fixture.servers.fail(.noRoute, at: "[2001:db8::1]:443")
        let seen = try await fixture.watch()
        #expect(seen.map(\.state) == [.current, .unreachable])
        #expect(seen.map(\.level) == [.ok, .info])
    }

    @Test func `an address that gives no sign of life is asked once for all names`() async throws {
        let names = (1...40).map { "n\($0).example.com" }
        let fixture = try await WatchFixture(["example.com"] + names)
        fixture.servers.fail(.timedOut(seconds: 5))
        let seen = try await fixture.watch()
        #expect(seen.count == 41)
        #expect(seen.allSatisfy { $0.state == .silent && $0.level == .warning })
        // As many as are asked side by side.
        #expect(fixture.servers.asked.count <= 16)
    }

    @Test func `one that accepts and says nothing is asked once for all names too`() async throws {
        let names = (1...40).map { "n\($0).example.com" }
        let fixture = try await WatchFixture(["example.com"] + names)
        fixture.servers.fail(.stalled(seconds: 5))
        let seen = try await fixture.watch()
        #expect(seen.count == 41)
        #expect(seen.allSatisfy { $0.state == .silent && $0.level == .warning })
        #expect(fixture.servers.asked.count <= 16)
    }

    @Test func `of a name with addresses without end a few are looked at`() async throws {
        let fixture = try await WatchFixture()
        fixture.servers.resolve("example.com", all: (1...200).map { "192.0.2.\($0)" })
        let seen = try await fixture.watch()
        #expect(seen.count == 16)
        #expect(fixture.servers.asked.count == 16)
    }

    @Test func `what takes too long in all is cut short, and the rest told as not looked at`()
        async throws
    {
        let names = (1...100).map { "n\($0).example.com" }
        let fixture = try await WatchFixture(["example.com"] + names)
        let clock = fixture.host.clock
        for (number, name) in names.enumerated() {
            fixture.servers.resolve(name, "198.51.100.\(number)")
        }
        fixture.servers.onProbe { clock.advance(by: .seconds(20)) }
        let seen = try await fixture.watch()
        #expect(fixture.servers.asked.count <= 30 + 16)
        #expect(seen.count == 101)
        let rest = seen.filter { $0.message.hasPrefix("not looked at") }
        #expect(rest.count == 101 - fixture.servers.asked.count)
        #expect(rest.allSatisfy { $0.state == .silent && $0.level == .warning })
    }

    @Test func `a name without an address is a warning`() async throws {
        let fixture = try await WatchFixture()
        fixture.servers.resolve("example.com")
        let seen = try await fixture.single()
        expect(seen, .unresolved, .warning, "no such name")
        #expect(seen.address == nil)
    }

    @Test func `what is served for so long that it is kept no more is still one of ours`()
        async throws
    {
        let fixture = try await WatchFixture()
        _ = try await fixture.watch()
        for _ in 1...5 {
            try await fixture.issueUndeployed(["example.com"])
            _ = try await DeployCertificates(fixture.host.services).run()
            fixture.host.clock.advance(by: .seconds(3600))
            try fixture.renewRuns()
            expect(
                try await fixture.single(),
                .old,
                .warning,
                "the server has not read its files again"
            )
        }
        let seen = try await fixture.single()
        #expect(seen.message.hasPrefix("one of ours is served that is so old"))
        try fixture.servers.serve(fixture.stranger())
        #expect(try await fixture.single().state == .other)
    }

    @Test func `other servers than those of the names can be looked at, each at all its addresses`()
        async throws
    {
        let fixture = try await WatchFixture()
        fixture.servers.resolve("proxy", "192.0.2.7", "2001:db8::7")
        let targets = [
            WatchTarget(host: "proxy", port: 8443), WatchTarget(host: "192.0.2.7", port: 8443),
            WatchTarget(host: "nowhere", port: 443),
        ]
        let seen = try await fixture.watch(at: targets)
        #expect(
            fixture.servers.asked == [
                "example.com at 192.0.2.7:8443", "example.com at [2001:db8::7]:8443",
            ]
        )
        #expect(seen.map(\.state) == [.unresolved, .silent, .silent])
        #expect(seen.first?.subject == "nowhere:443")
        let named = try await fixture.watch(["example.com"], at: targets)
        #expect(named.map(\.state) == seen.map(\.state))
    }
}

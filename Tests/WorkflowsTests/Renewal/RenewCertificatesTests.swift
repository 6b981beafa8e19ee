import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import Settings
import TestSupport
import Testing

@testable import Workflows

/// `certctl renew` renews what is due, each lineage for itself, and costs nothing while nothing is.
@Suite struct RenewCertificatesTests {
    private static let lineages = "\(TestHost.home)/lib/lineages"

    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    /// Issues a certificate for each name.
    private func issue(_ names: String...) async throws {
        for name in names { try await host.issue([name]) }
    }

    @Test func `a certificate of which nobody knows how it was asked for is told each time`()
        async throws
    {
        try await issue("a.test", "b.test")
        for file in ["settings.json", "journal"] {
            try host.disk.removeFile("\(Self.lineages)/b.test/\(file)")
        }
        host.wait(61 * .day)
        #expect(
            try await host.renew().words == ["a.test": "renewed: lifetime", "b.test": "failed: 8"]
        )
        #expect(try await host.renew().words["b.test"] == "failed: 8")
    }

    @Test func `with nothing due no CA is asked and no lineage is looked at`() async throws {
        try await issue("a.test", "b.test")
        let first = try await host.renew()
        #expect(first.words == ["a.test": "kept", "b.test": "kept"])
        host.wait(.hour)
        let before = host.requests()
        let disk = WatchedFileSystem(host.disk)

        let report = try await host.renew(on: disk)

        #expect(host.requests() == before)
        #expect(report.count == 2)
        #expect(report.endings.isEmpty)
        #expect(report.next != nil)
        #expect(disk.paths.contains("\(TestHost.home)/lib/schedule"))
        let unneeded = disk.paths.filter {
            $0.hasPrefix(Self.lineages + "/") || $0.hasPrefix("\(TestHost.home)/lib/tls/gen/")
        }
        #expect(unneeded == [])
    }

    @Test func `without any certificate there is nothing to do`() async throws {
        let report = try await host.renew()
        #expect(report.count == 0)
        #expect(report.next == nil)
        #expect(host.requests() == 0)
    }

    @Test func `what was never issued is no certificate, and named it is told as such`()
        async throws
    {
        try await issue("a.test")
        host.misbehave {
            $0.challengeProblem = "no route to host"
        }
        #expect(await host.exitCode(["w.test"]) == .challengeFailed)
        for _ in 1...2 { #expect(try await host.renew().count == 1) }
        let report = try await host.renew(["w.test"], isForced: true)
        #expect(report.words == ["w.test": "waiting"])
        #expect(report.count == 0)
    }

    @Test func `once it was issued, what was never issued before is looked at`() async throws {
        host.misbehave {
            $0.challengeProblem = "no route to host"
        }
        #expect(await host.exitCode(["w.test"]) == .challengeFailed)
        try await host.renew()
        host.misbehave { $0.challengeProblem = nil }
        try await issue("w.test")
        #expect(try await host.renew().words == ["w.test": "kept"])
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["w.test": "renewed: lifetime"])
    }

    @Test func `of lineages that are named only those are told, with when they are looked at`()
        async throws
    {
        try await issue("a.test")
        host.wait(.day)
        try await issue("b.test")
        try await host.renew()
        let report = try await host.renew(["b.test"])
        #expect(report.count == 1)
        #expect(report.next?.name.description == "b.test")
    }

    @Test func `what was renewed is looked at with the next run`() async throws {
        try await issue("a.test")
        let report = try await host.renew(isForced: true)
        #expect(report.renewed.count == 1)
        #expect(report.again?.description == "a.test")
        #expect(try await host.renew().again == nil)
    }

    @Test func `a try by force that failed moves no look at what is not due`() async throws {
        try await issue("a.test")
        try await host.renew()
        let next = try #require(try await host.renew().next?.moment)
        host.misbehave { $0.challengeProblem = "no route to host" }
        let forced = try await host.renew(["a.test"], isForced: true)
        #expect(forced.words == ["a.test": "failed: 6"])
        #expect(forced.next?.moment == next)
        #expect(try await host.renew(["a.test"]).next?.moment == next)
    }

    @Test
    func `around two thirds of its lifetime it is renewed, by a CA that gives no advice`()
        async throws
    {
        try await issue("a.test")
        let notAfter = try #require(try host.notAfter("a.test"))
        host.wait(notAfter.timeIntervalSince(host.clock.now) - 30.5 * .day - 1)
        #expect(try await host.renew().words == ["a.test": "kept"])
        host.wait(.day + 1)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
        #expect(try host.generation("a.test") == 2)
        #expect(host.certificates() == 2)
        #expect(try await host.renew().words == ["a.test": "kept"])
    }

    @Test(arguments: [6, 45, 90, 398])
    func `no lifetime is too short or too long`(_ days: Double) async throws {
        host.misbehave { $0.lifetime = days * .day }
        try await issue("a.test")
        var renewals = 0
        for _ in 0..<Int(days * 4) {
            host.wait(6 * .hour)
            renewals += try await host.renew().renewed.count
            #expect(try #require(try host.notAfter("a.test")) > host.clock.now + days / 5 * .day)
        }
        #expect((1...2).contains(renewals))
    }

    @Test func `what is renewed is left for deploy`() async throws {
        try await issue("a.test")
        let served = host.served.filter { !$0.key.contains("/gen/") && !$0.key.contains("/.tmp") }
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
        #expect(
            host.served.filter { !$0.key.contains("/gen/") && !$0.key.contains("/.tmp") } == served
        )
        let name = try #require(LineageName("a.test"))
        #expect(try host.store.lineage(name).progress.committed == GenerationNumber(2))
        let endings = try await DeployCertificates(host.services).run([name])
        #expect(endings.count == 1)
        #expect(try host.faultOfServedPair("a.test") == nil)
        #expect(host.served != served)
    }

    @Test func `the one that is most overdue comes first`() async throws {
        for day in 0..<12 {
            try await issue("n\(day).test")
            host.wait(.day)
        }
        host.wait(66 * .day)
        let before = host.network.withCA { $0.orderedNames.count }
        let report = try await host.renew()
        #expect(report.renewed.count == 12)
        let order = host.network.withCA { $0.orderedNames.dropFirst(before).flatMap(\.self) }
        // Four orders are under way at a time, and of those any may be first.
        for (place, name) in order.enumerated() {
            let day = try #require(Int(name.dropFirst().prefix { $0 != "." }))
            #expect(abs(place - day) <= 4, "\(order)")
        }
    }

    @Test func `a lineage that cannot be read keeps no other from being renewed`() async throws {
        try await issue("a.test", "b.test", "c.test")
        host.wait(61 * .day)
        let path = "\(Self.lineages)/b.test/settings.json"
        host.disk.put(path, Array(#"{"names":[]}"#.utf8))
        try host.disk.removeFile("\(Self.lineages)/c.test/journal")
        host.disk.put(directory: "\(Self.lineages)/c.test/journal")
        let words = try await host.renew().words
        #expect(words["a.test"] == "renewed: lifetime")
        #expect(words["c.test"]?.hasPrefix("failed") == true)
    }

    @Test func `settings that name no host, or none that there can be, are one failure`()
        async throws
    {
        try await issue("a.test", "b.test", "c.test")
        host.wait(61 * .day)
        for (name, hosts) in [("b.test", [String]()), ("c.test", ["no host at all"])] {
            let lineage = try #require(LineageName(name))
            var settings = try #require(try host.store.lineage(lineage).settings)
            settings.names = hosts
            try host.store.save(settings, of: lineage)
        }
        let words = try await host.renew().words
        #expect(words["a.test"] == "renewed: lifetime")
        #expect(words["b.test"] == "failed: 3")
        #expect(words["c.test"]?.hasPrefix("failed") == true)
    }

    @Test(arguments: [false, true])
    func
        `a key that others could have read is replaced; who is to keep it is told, and keeps no other from being renewed`(
            isKept: Bool
        ) async throws
    {
        try await issue("a.test", "b.test")
        host.wait(61 * .day)
        let name = try #require(LineageName("b.test"))
        let lineage = try host.store.lineage(name)
        var settings = try #require(lineage.settings)
        settings.reusesKey = isKept ? true : nil
        try host.store.save(settings, of: name)
        let key = try #require(lineage.current?.files.privateKey)
        host.disk.setMode(key, FileMode(0o666))
        let words = try await host.renew().words
        let word = isKept ? "failed: 8" : "renewed: lifetime"
        #expect(words == ["a.test": "renewed: lifetime", "b.test": word])
        guard !isKept else { return }
        let new = try #require(try host.store.lineage(name).current?.files.privateKey)
        #expect(new != key)
        #expect(try host.disk.status(new)?.mode == .privateFile)
        #expect(host.disk.bytes(of: new) != host.disk.bytes(of: key))
    }

    @Test func `one that another certctl is at work on is left, and nobody waits for it`()
        async throws
    {
        try await issue("a.test", "b.test")
        host.wait(61 * .day)
        let start = host.clock.now
        do {
            let lock = try host.store.lock(#require(LineageName("a.test")))
            #expect(lock != nil)
            let words = try await host.renew().words
            #expect(words == ["a.test": "busy", "b.test": "renewed: lifetime"])
            withExtendedLifetime(lock) {}
        }
        #expect(host.clock.now.timeIntervalSince(start) < 10)
        #expect(try await host.renew().words["a.test"] == "renewed: lifetime")
    }

    @Test
    func `that another certctl comes to no end is told once it lasts, and holds nothing back`()
        async throws
    {
        try await issue("a.test")
        host.wait(61 * .day)
        let name = try #require(LineageName("a.test"))
        do {
            let lock = try host.store.lock(name)
            for _ in 1...26 {
                #expect(try await host.renew().words == ["a.test": "busy"])
                host.wait(.hour)
            }
            let servers = ScriptedServers()
            let watch = WatchCertificates(host.services, probe: servers, resolver: servers)
            let seen = try await watch.run(WatchCertificates.Request()).observations
            let failing = try #require(seen.first { $0.state == .renewFailing })
            #expect(failing.message.contains("another certctl"))
            withExtendedLifetime(lock) {}
        }
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
        #expect(try host.store.renewalState(of: name).lastFailure == nil)
    }

    @Test func `a second renew leaves everything to the first`() async throws {
        try await issue("a.test")
        host.wait(61 * .day)
        let before = host.requests()
        do {
            let lock = try host.store.lockRenewal()
            #expect(lock != nil)
            let report = try await host.renew()
            #expect(report.isBusy)
            #expect(report.endings.isEmpty)
            withExtendedLifetime(lock) {}
        }
        #expect(host.requests() == before)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
    }

    // MARK: What other commands do

    @Test func `a certificate that was issued since is looked at by the next run`() async throws {
        try await issue("a.test")
        try await host.renew()
        try await issue("b.test")
        host.wait(.hour)
        let report = try await host.renew()
        #expect(report.words == ["b.test": "kept"])
        #expect(report.count == 2)
    }

    @Test func `a certificate that was called back is renewed by the next run`() async throws {
        try await issue("a.test", "b.test")
        try await host.renew()
        host.wait(.hour)
        _ = try await CertificateRevocation(host.services, reason: .superseded)
            .run(lineage: "a.test", byKey: false)
        let report = try await host.renew()
        #expect(report.words == ["a.test": "renewed: revoked"])
        host.wait(.hour)
        #expect(try await host.renew().words == ["a.test": "kept"])
    }

    @Test func `a certificate that was deleted is forgotten by the next run`() async throws {
        try await issue("a.test", "b.test")
        try await host.renew()
        host.wait(.hour)
        _ = try await DeleteCertificate(host.services, configurations: []).run(
            "a.test",
            isForced: false
        )
        let report = try await host.renew()
        #expect(report.count == 1)
        #expect(report.endings.isEmpty)
        let disk = WatchedFileSystem(host.disk)
        host.wait(.hour)
        #expect(try await host.renew(on: disk).endings.isEmpty)
        #expect(disk.paths.filter { $0.hasPrefix(Self.lineages + "/") } == [])
    }

    @Test func `a lineage that was put back by hand is found within a day`() async throws {
        try await issue("a.test", "b.test")
        let files = host.disk.contents(below: "\(TestHost.home)/lib")
        _ = try await DeleteCertificate(host.services, configurations: []).run(
            "b.test",
            isForced: false
        )
        try await host.renew()
        for (path, bytes) in files where path.contains("/b.test/") { host.disk.put(path, bytes) }
        host.wait(.day)
        let report = try await host.renew()
        #expect(report.words["b.test"] == "kept")
        #expect(report.count == 2)
    }

    @Test func `an older backup is renewed once, and not again and again`() async throws {
        try await issue("a.test")
        let backup = host.disk.contents(below: "\(TestHost.home)/lib")
        host.wait(61 * .day)
        try await host.renew()
        for path in host.disk.contents(below: "\(TestHost.home)/lib").keys.sorted() {
            try host.disk.removeFile(path)
        }
        for (path, bytes) in backup where !path.contains("/live/") { host.disk.put(path, bytes) }
        var renewals = 0
        for _ in 1...48 {
            renewals += try await host.renew().renewed.count
            host.wait(.hour)
        }
        #expect(renewals == 1)
    }

    @Test func `an order that an earlier run has begun is gone on with`() async throws {
        try await issue("a.test")
        try await host.renew()
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .finalize ? .failure(.notConnected("reset")) : nil
            }
        }
        host.wait(.hour)
        #expect(try await host.renew(["a.test"], isForced: true).words == ["a.test": "failed: 4"])
        host.misbehave { $0.outage = nil }
        host.wait(.hour)
        #expect(try await host.renew().words == ["a.test": "renewed: begun"])
        #expect(host.network.withCA { $0.orderedNames.count } == 2)
        #expect(host.certificates() == 2)
    }

    @Test func `one for other names, which a person has begun, renews nothing`() async throws {
        try await issue("a.test")
        try await host.renew()
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .finalize ? .failure(.notConnected("reset")) : nil
            }
        }
        let more = try host.request(["a.test", "www.a.test"]) {
            $0.lineage = LineageName("a.test")
        }
        let services = host.services
        let endings = try await IssueCertificates([more], services: services).run()
        #expect(throws: ACMEError.self) { try endings.first?.result.get() }
        host.misbehave { $0.outage = nil }
        host.wait(.hour)
        #expect(try await host.renew().renewed.isEmpty)
        #expect(host.certificates() == 1)
        // He goes on with it.
        _ = try await IssueCertificates([more], services: services).run()
        #expect(host.network.withCA { $0.orderedNames.count } == 2)
        #expect(host.certificates() == 2)
    }

    @Test func `whose block it is by its first name decides which CA it waits for`() throws {
        let url = "https://ca.other.test/directory"
        host.configure("site x.test www.x.test { to x:80; ca \(url); }")
        let settings = try SettingsLoader(host.services).load()
        let name = try #require(LineageName("web"))
        #expect(settings.block(of: name) == nil)
        let block = settings.block(of: name, for: ["www.x.test", "y.test"])
        #expect(block?.authority?.authority.directory.description == url)
        #expect(settings.block(of: name, for: ["y.test", "www.x.test"]) == nil)
        #expect(settings.block(of: name, for: []) == nil)
    }

    // MARK: What a person asks for

    @Test func `a rehearsal passes over settings that name no host`() async throws {
        try await issue("a.test")
        let name = try #require(LineageName("a.test"))
        var settings = try #require(try host.store.lineage(name).settings)
        settings.names = []
        try host.store.save(settings, of: name)
        let endings = try await RehearseRenewals(host.services, RenewRequest()).run().endings
        #expect(endings.isEmpty)
    }

    @Test func `a name that is none is told before anything is done`() async throws {
        try await issue("a.test")
        host.wait(61 * .day)
        let before = host.requests()
        await #expect(throws: StoreError.unknownLineage("b.test", known: ["a.test"])) {
            try await host.renew(["a.test", "b.test"])
        }
        #expect(host.requests() == before)
    }

    @Test func `what is named and not due is kept`() async throws {
        try await issue("a.test", "b.test")
        host.wait(61 * .day)
        #expect(try await host.renew(["b.test"]).words == ["b.test": "renewed: lifetime"])
        #expect(try await host.renew(["b.test"]).words == ["b.test": "kept"])
        #expect(try await host.renew().words["a.test"] == "renewed: lifetime")
    }

    @Test func `what is forced is renewed because it was asked for`() async throws {
        try await issue("a.test", "b.test")
        #expect(
            try await host.renew(["a.test"], isForced: true).words == ["a.test": "renewed: demand"]
        )
        host.wait(61 * .day)
        #expect(
            try await host.renew(isForced: true).words
                == ["a.test": "renewed: lifetime", "b.test": "renewed: lifetime"]
        )
    }

    @Test func `a lineage that is named twice is renewed once`() async throws {
        try await issue("a.test")
        let report = try await host.renew(["a.test", "A.test", "a.test"], isForced: true)
        #expect(report.words == ["a.test": "renewed: demand"])
        #expect(try host.generation("a.test") == 2)
    }

    @Test func `a rehearsal of a lineage that is named twice is one`() async throws {
        let clock = host.clock
        host.network.add(
            FakeCA(host.authority, at: "https://acme-staging-v02.api.letsencrypt.org") {
                clock.truth
            }
        )
        host.network.add(FakeCA(host.authority, at: FakeCA.letsEncrypt) { clock.truth })
        try await host.issue(["a.test"]) { $0.authority = CertificateAuthority("letsencrypt") }
        var request = RenewRequest(agreesToTerms: { _ in true })
        request.names = ["a.test", "A.test"]
        let endings = try await RehearseRenewals(host.services, request).run().endings
        #expect(endings.count == 1)
    }

    // MARK: Others at work

    @Test func `a person has another run waited for, and is told where that takes long`()
        async throws
    {
        try await issue("a.test")
        let lock = try #require(try host.store.lockRenewal())
        #expect(try await host.renew().isBusy)
        await #expect(throws: StoreError.busy("the renewal")) {
            try await host.renew(["a.test"])
        }
        await #expect(throws: StoreError.busy("the renewal")) {
            try await host.renew(isForced: true)
        }
        await #expect(throws: StoreError.unknownLineage("b.test", known: ["a.test"])) {
            try await host.renew(["b.test"])
        }
        lock.release()
        #expect(try await host.renew(["a.test"]).words == ["a.test": "kept"])
    }
}

import CertificateStore
import Platform
import TestSupport
import Testing

@testable import Workflows

/// certctl.conf says where a certificate is looked for.
@Suite struct WatchPlacesTests {
    /// A host whose block for `example.com` says `directive`.
    private func fixture(_ directive: String) async throws -> WatchFixture {
        let fixture = try await WatchFixture()
        fixture.host.configure("certificate example.com { \(directive) }")
        return fixture
    }

    @Test func `ports are asked at the addresses of each name`() async throws {
        let fixture = try await fixture("watch 993 465;")
        fixture.servers.resolve("example.com", "192.0.2.1", "2001:db8::1")
        let seen = try await fixture.watch()
        #expect(
            fixture.servers.asked == [
                "example.com at 192.0.2.1:993", "example.com at [2001:db8::1]:993",
                "example.com at 192.0.2.1:465", "example.com at [2001:db8::1]:465",
            ]
        )
        #expect(seen.map(\.state) == [.silent, .silent, .silent, .silent])
    }

    @Test func `what another server presents is compared as usual`() async throws {
        let fixture = try await fixture("watch mail.internal:993 [2001:db8::5]:443;")
        fixture.servers.resolve("mail.internal", "10.0.0.5")
        try fixture.servers.serve(fixture.fullChain(), at: "10.0.0.5:993")
        let seen = try await fixture.watch()
        #expect(seen.map(\.state) == [.current, .silent])
        #expect(seen.map(\.address) == ["10.0.0.5:993", "[2001:db8::5]:443"])
        #expect(seen.allSatisfy { $0.name == "example.com" })
    }

    @Test func `a server without an address is told beside those that have one`() async throws {
        let fixture = try await fixture("watch nowhere.internal:993 443;")
        let seen = try await fixture.watch()
        #expect(seen.map(\.state) == [.current, .unresolved])
        #expect(seen.last?.subject == "example.com at nowhere.internal:993")
    }

    @Test func `a name without an address is told once for all of its ports`() async throws {
        let fixture = try await fixture("watch 993 465;")
        fixture.servers.resolve("example.com")
        let seen = try await fixture.single()
        #expect(seen.state == .unresolved)
        #expect(seen.address == nil)
    }

    @Test
    func `nobody is asked where it is off, and the stored certificate is watched all the same`()
        async throws
    {
        let fixture = try await fixture("watch off;")
        let seen = try await fixture.single()
        #expect(fixture.servers.asked.isEmpty)
        #expect(seen.state == .unwatched)
        #expect(seen.level == .ok)
        #expect(!seen.isServed)
        try fixture.pass(80)
        #expect(try await fixture.single().state == .expiring)
        #expect(fixture.servers.asked.isEmpty)
    }

    @Test func `where it is off only a place that is given for it by name is asked`() async throws {
        let fixture = try await fixture("watch off;")
        let targets = [WatchTarget(host: "192.0.2.1", port: 443)]
        #expect(try await fixture.watch(at: targets).map(\.state) == [.unwatched])
        #expect(fixture.servers.asked.isEmpty)
        let seen = try await fixture.watch(["example.com"], at: targets)
        #expect(seen.map(\.state) == [.current])
        #expect(fixture.servers.asked == ["example.com at 192.0.2.1:443"])
    }

    @Test func `a block of one name says nothing of the others of its certificate`() async throws {
        let fixture = try await WatchFixture(["example.com", "mail.example.com"])
        fixture.host.configure("certificate mail.example.com other.test { name mail; watch 993; }")
        _ = try await fixture.watch(["example.com"])
        #expect(
            Set(fixture.servers.asked) == [
                "example.com at 192.0.2.1:443", "mail.example.com at 192.0.2.1:993",
            ]
        )
    }

    @Test func `a server that only has IPv6 is missed, whatever else answers by IPv4`() async throws
    {
        let fixture = try await fixture("watch 443 [2001:db8::5]:993;")
        fixture.servers.fail(.noRoute, at: "[2001:db8::5]:993")
        let seen = try await fixture.watch()
        #expect(seen.map(\.state) == [.current, .unreachable])
        #expect(seen.last?.level == .warning)
    }

    // MARK: Without certctl.conf

    private static let broken = "certificate example.com { wotch 993; }"

    @Test
    func `while certctl.conf cannot be used nobody is asked where it had somebody else asked`()
        async throws
    {
        let fixture = try await fixture("watch 993;")
        try fixture.servers.serve(fixture.fullChain(), at: "192.0.2.1:993")
        #expect(try await fixture.single().state == .current)
        fixture.host.configure(Self.broken)
        for _ in 1...2 {
            #expect(try await fixture.watch().map(\.state) == [.settingsUnusable, .current])
        }
        #expect(fixture.servers.asked.allSatisfy { $0.hasSuffix(":993") })
        // How long the stored one lasts is told by that alone then.
        try fixture.pass(80)
        #expect(try await fixture.watch().map(\.state).contains(.expiring))
    }

    @Test func `nor at the usual port of a name that had another server asked`() async throws {
        let fixture = try await fixture("watch 192.0.2.9:443;")
        try fixture.servers.serve(fixture.fullChain(), at: "192.0.2.9:443")
        _ = try await fixture.watch()
        fixture.host.configure(Self.broken)
        for _ in 1...2 {
            #expect(try await fixture.watch().map(\.state) == [.settingsUnusable, .current])
        }
        #expect(fixture.servers.asked == ["example.com at 192.0.2.9:443"])
    }

    @Test func `while certctl.conf cannot be used nobody is asked where it had nobody asked`()
        async throws
    {
        let fixture = try await fixture("watch off;")
        _ = try await fixture.watch()
        fixture.host.configure(Self.broken)
        for _ in 1...2 {
            #expect(try await fixture.watch().map(\.state) == [.settingsUnusable, .unwatched])
        }
        #expect(fixture.servers.asked.isEmpty)
    }

    // MARK: Alarms

    @Test func `a certificate that expires is not all right again`() async throws {
        let fixture = try await fixture("watch off;")
        try fixture.addHook()
        try fixture.pass(85)
        _ = try await fixture.watch()
        try fixture.pass(6)
        _ = try await fixture.watch()
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["critical", "critical"])
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"]?.contains("has expired") == true)
    }

    @Test func `a look by hand is nobody's alarm, and nothing of it is kept`() async throws {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        let (told, kept) = (fixture.alerts.count, try fixture.store.watchStatus())
        #expect(told == 1)
        fixture.host.clock.advance(by: .seconds(60))
        let targets = [WatchTarget(host: "192.0.2.9", port: 443)]
        let textfile = "\(WatchFixture.home)/certctl.prom"
        let seen = try await fixture.watch(at: targets, textfile: textfile)
        #expect(seen.map(\.address) == ["192.0.2.9:443"])
        #expect(fixture.alerts.count == told)
        #expect(try fixture.store.watchStatus() == kept)
        let copy = try fixture.host.disk.readFile(textfile, limit: 100_000)
        #expect(String(decoding: copy, as: UTF8.self).contains("192.0.2.9:443"))
        _ = try await fixture.watch()
        #expect(fixture.alerts.count == told)
    }

    @Test func `whoever was told of a finding is told when its certificate is deleted`()
        async throws
    {
        let fixture = try await WatchFixture()
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        _ = try await DeleteCertificate(fixture.host.services).run("example.com", isForced: true)
        for _ in 1...2 { _ = try await fixture.watch() }
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning", "info"])
        let message =
            "example.com at 192.0.2.1:443: nobody looks any more (deleted); it was: connection refused"
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"] == message)
    }

    @Test func `whoever was told of a finding is told when nobody looks any more`() async throws {
        let fixture = try await fixture("")
        try fixture.addHook()
        fixture.servers.fail(.refused)
        _ = try await fixture.watch()
        fixture.host.configure("certificate example.com { watch off; }")
        for _ in 1...2 { _ = try await fixture.watch() }
        #expect(fixture.alerts.map { $0["CERTCTL_LEVEL"] } == ["warning", "info"])
        let message =
            "example.com at 192.0.2.1:443: nobody looks any more (watch off); it was: connection refused"
        #expect(fixture.alerts.last?["CERTCTL_MESSAGE"] == message)
    }
}

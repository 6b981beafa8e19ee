import CertificateStore
import FoundationEssentials
import Platform
import Renewal
import Settings
import TestSupport
import Testing

@testable import Workflows

/// `certctl forecast`: reads what there is, asks nobody, changes nothing.
@Suite struct ForecastRenewalsTests {
    private let host: TestHost

    init() async throws {
        host = try TestHost()
        try await host.issue(["a.example.com"])
        try await host.issue(["b.example.com"])
    }

    private func forecast(_ names: [String] = [], days: Int = 365) throws -> Forecast {
        try ForecastRenewals(host.services).run(names, days: days).forecast
    }

    @Test func `all certificates are told of, or those that are named`() throws {
        #expect(try forecast().lines.map(\.name) == ["a.example.com", "b.example.com"])
        #expect(try forecast(["b.example.com"]).lines.map(\.name) == ["b.example.com"])
        #expect(try forecast(["b.example.com", "B.example.com"]).lines.count == 1)
        #expect(throws: StoreError.self) { try forecast(["c.example.com"]) }
    }

    @Test func `the renewals are those of the policy`() throws {
        let report = try ListCertificates(host.services).one("a.example.com")
        let line = try #require(try forecast().lines.first)
        #expect(line.renewals.first == report.due)
        #expect(line.notAfter == report.lineage.current?.manifest.notAfter)
        #expect(line.renewals.count > 1)
    }

    @Test func `nothing is changed and nobody asked`() throws {
        let (changes, requests) = (host.disk.changes, host.network.withCA { $0.orderCount })
        _ = try forecast()
        #expect(host.disk.changes == changes)
        #expect(host.network.withCA { $0.orderCount } == requests)
    }

    @Test func `a CA that is asked by its URL is under the rules for all`() throws {
        let line = try #require(try forecast().lines.first)
        #expect(line.authority.kind == .other)
        #expect(line.authority.limits == nil)
    }

    @Test func `certctl.conf says where the next one comes from, and with which profile`() throws {
        let text = """
            certificate a.example.com { ca letsencrypt; profile shortlived; }
            certificate b.example.com { ca letsencrypt; }
            """
        host.disk.put("\(TestHost.home)/etc/certctl.conf", Array(text.utf8))
        let authorities = try forecast().lines.map(\.authority)
        #expect(authorities.map(\.name) == ["letsencrypt", "letsencrypt"])
        #expect(authorities.map(\.kind) == [.letsEncrypt, .letsEncrypt])
        #expect(authorities.map(\.profile) == ["shortlived", nil])
        #expect(authorities.first?.limits == .letsEncrypt)
    }

    @Test func `what another CA was asked with says nothing of the next one`() throws {
        let name = try #require(LineageName("a.example.com"))
        var settings = try #require(try host.store.lineage(name).settings)
        (settings.profile, settings.authorityRoots) = ("tiny", "/etc/ca.pem")
        try host.store.save(settings, of: name)
        func authority() throws -> ForecastAuthority? {
            try forecast(["a.example.com"]).lines.first?.authority
        }
        #expect(try authority()?.kind == .own)
        #expect(try authority()?.profile == "tiny")
        host.configure("certificate a.example.com { ca letsencrypt; }")
        #expect(try authority()?.kind == .letsEncrypt)
        #expect(try authority()?.profile == nil)
        host.configure("certificate a.example.com { ca https://acme.other.test/directory; }")
        #expect(try authority()?.kind == .other)
    }

    @Test func `settings that cannot be read are told`() throws {
        host.disk.put("\(TestHost.home)/etc/certctl.conf", Array("emial x;".utf8))
        #expect(throws: SettingsError.self) { try forecast() }
    }
}

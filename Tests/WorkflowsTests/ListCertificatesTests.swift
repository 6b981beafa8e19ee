import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import TestSupport
import Testing

@testable import Workflows

/// `certctl list` and `certctl show` tell what is wrong with a certificate that is not there, not whole
/// or not renewed, and why.
@Suite struct ListCertificatesTests {
    private static let generation = "\(TestHost.home)/lib/tls/gen/a.test/000001"

    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    private func report(_ name: String = "a.test") throws -> LineageReport {
        try ListCertificates(host.services).one(name)
    }

    @Test func `what was never issued is told with its hosts and why`() async throws {
        host.misbehave {
            $0.challengeProblem = "no route to host"
        }
        #expect(await host.exitCode(["a.test", "www.a.test"]) == .challengeFailed)
        let report = try report()
        #expect(report.state == .waiting)
        #expect(report.names == ["a.test", "www.a.test"])
        let trouble = try #require(report.trouble)
        #expect(trouble.reason.contains("could not validate"))
        #expect(trouble.next == nil)
    }

    @Test func `the failure of an order is of the past once there is a certificate`() async throws {
        host.misbehave {
            $0.challengeProblem = "no route to host"
        }
        #expect(await host.exitCode(["a.test"]) == .challengeFailed)
        host.misbehave { $0.challengeProblem = nil }
        try await host.issue(["a.test"])
        #expect(try report().trouble == nil)
    }

    @Test func `failures of this host are counted, with the reason`() async throws {
        try await host.issue(["a.test"])
        let name = try #require(LineageName("a.test"))
        var state = RenewalState().about(GenerationNumber(1))
        for _ in 1...5 {
            state.failures[FakeCA.directoryURL] = FailureRecord(
                after: state.lastFailure,
                .local,
                reason: "port 80 is taken",
                at: host.clock.now,
                remaining: 30 * .day,
                StableRandom(seed: 1)
            )
        }
        try host.store.save(state, of: name)
        let trouble = try #require(try report().trouble)
        #expect(trouble.count == 5)
        #expect(trouble.reason == "port 80 is taken")
    }

    @Test func `what has failed and is not due is not tried before it is due`() async throws {
        try await host.issue(["a.test"])
        host.misbehave { $0.challengeProblem = "no route to host" }
        try await host.renew(isForced: true)
        let early = try report()
        #expect(early.trouble?.next == early.due)
        host.wait(61 * .day)
        try await host.renew()
        let late = try #require(try report().trouble?.next)
        #expect(late > host.clock.now && late < host.clock.now + .day)
    }

    @Test func `its files are told by the path that stays, once readers are led there`()
        async throws
    {
        try await host.issue(["a.test"])
        let lib = "\(TestHost.home)/lib/tls"
        #expect(try report().files?.fullChain == "\(lib)/live/a.test/fullchain.pem")
        try await host.renew(isForced: true)
        #expect(try report().isDeployPending)
        #expect(try report().files?.fullChain == "\(lib)/gen/a.test/000002/fullchain.pem")
    }

    @Test func `what is lost is tried again when the pause is over, due or not`() async throws {
        try await host.issue(["a.test"])
        host.disk.put("\(Self.generation)/privkey.pem", Array("garbage".utf8))
        host.misbehave { $0.challengeProblem = "no route to host" }
        try await host.renew()
        let next = try #require(try report().trouble?.next)
        #expect(next < host.clock.now + .hour)
    }

    @Test func `one that cannot be read hides none of the others`() async throws {
        try await host.issue(["a.test"])
        try await host.issue(["b.test"])
        let journal = "\(TestHost.home)/lib/lineages/a.test/journal"
        try host.disk.removeFile(journal)
        host.disk.put(link: journal, to: "/etc/passwd")
        let all = try ListCertificates(host.services).all()
        #expect(all.reports.map { "\($0.lineage.name)" } == ["b.test"])
        #expect(all.unreadable.map { "\($0.name)" } == ["a.test"])
    }

    @Test func `a CA that is down is told with what is due there, and with nothing else`()
        async throws
    {
        try await host.issue(["a.test"])
        host.wait(40 * .day)
        try await host.issue(["b.test"])
        host.wait(21 * .day)
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        try await host.renew()
        let trouble = try #require(try report().trouble)
        #expect(trouble.count == 1)
        #expect(trouble.reason.contains("refused"))
        #expect(try #require(trouble.next) > host.clock.now)
        #expect(try report("b.test").trouble == nil)
    }

    @Test(arguments: ["privkey.pem", "fullchain.pem", "manifest.json"])
    func `files that are damaged are told, and not as a deployment`(_ file: String) async throws {
        try await host.issue(["a.test"])
        host.disk.put("\(Self.generation)/\(file)", Array("garbage".utf8))
        let report = try report()
        #expect(report.state == .lost)
        #expect(!report.isDeployPending)
    }

    @Test func `what certctl.conf asks for and nobody has issued is wanted`() async throws {
        try await host.issue(["b.test"])
        host.configure("certificate a.test www.a.test;\ncertificate b.test;\n")
        let reports = try ListCertificates(host.services).all().reports
        #expect(reports.map(\.state) == [.wanted, .valid])
        #expect(reports.first?.names == ["a.test", "www.a.test"])
    }

    @Test func `an order that failed and that certctl.conf does not ask for is forgotten`()
        async throws
    {
        try await host.issue(["b.test"])
        host.misbehave { $0.challengeProblem = "no route to host" }
        #expect(await host.exitCode(["a.test"]) == .challengeFailed)
        let workflow = ListCertificates(host.services)
        let reports = try workflow.all().reports
        host.configure("certificate a.test;\n")
        #expect(workflow.forgotten(among: reports).isEmpty)
        host.configure("")
        #expect(workflow.forgotten(among: reports).map(\.description) == ["a.test"])
        host.configure("certificate {\n")
        #expect(workflow.forgotten(among: reports).isEmpty)
    }

    @Test func `a certctl.conf that cannot be read hides no certificate`() async throws {
        try await host.issue(["a.test"])
        host.configure("certificate {\n")
        #expect(try ListCertificates(host.services).all().reports.map(\.state) == [.valid])
        #expect(host.log.messages.contains("certctl.conf does not tell what is wanted"))
    }
}

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

/// Let's Encrypt's published limits are counted here, so that the CA does not have to refuse.
@Suite struct RenewalLimitTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
        let clock = host.clock
        host.network.add(FakeCA(host.authority, at: FakeCA.letsEncrypt) { clock.truth })
    }

    private func issue(_ names: [String], isForced: Bool = true) async throws {
        try await host.issue(names) { request in
            request.authority = CertificateAuthority("letsencrypt")
            request.isForced = isForced
        }
    }

    /// Five certificates for the same names in a day: all that the CA allows in a week.
    private func useUp() async throws {
        for _ in 1...5 {
            try await issue(["a.test"])
            host.wait(.hour)
        }
    }

    @Test func `before the last ones it is told which attempt it is`() async throws {
        try await useUp()
        let lines = host.log.lines(from: .notice).filter { $0.contains("nearly reached") }
        #expect(lines.contains { $0.contains("attempt=4 of 5") && $0.contains("for=a.test") })
        #expect(lines.contains { $0.contains("attempt=5 of 5") })
        #expect(!lines.contains { $0.contains("attempt=1 of 5") || $0.contains("6 of 5") })
    }

    @Test func `a renewal that the CA would refuse is not asked for, and told until when`()
        async throws
    {
        try await useUp()
        try await revoke()
        let before = host.requests(at: 1)
        let report = try await host.renew()
        #expect(report.words == ["a.test": "held: rateLimit"])
        guard case .held(let until, _, let reason) = report.endings.first?.outcome else { return }
        // The first of five was five hours ago, and one comes back every 34 hours.
        #expect(abs(until.timeIntervalSince(host.clock.now) - 29 * .hour) < .minute)
        #expect(reason.contains("limit of 5 certificates for exactly these names"))
        #expect(reason.contains(until.formatted(.iso8601)))
        #expect(host.count(.newOrder, at: 1) == 5)
        #expect(host.requests(at: 1) - before <= 2)
    }

    @Test func `once there is room again it is renewed`() async throws {
        try await useUp()
        try await revoke()
        try await host.renew()
        host.wait(28 * .hour)
        #expect(try await host.renew(["a.test"]).words == ["a.test": "held: rateLimit"])
        host.wait(2 * .hour)
        #expect(try await host.renew().words == ["a.test": "renewed: revoked"])
    }

    @Test func `a person who insists asks all the same`() async throws {
        try await useUp()
        let words = try await host.renew(["a.test"], isForced: true).words
        #expect(words == ["a.test": "renewed: demand"])
        #expect(host.count(.newOrder, at: 1) == 6)
    }

    @Test func `an order of a person is refused likewise`() async throws {
        try await useUp()
        try await revoke()
        do {
            try await issue(["a.test"], isForced: false)
            Issue.record("a sixth was issued")
        } catch let error as WorkflowError {
            #expect(error.diagnosis.exitCode == .rateLimited)
            #expect(error.diagnosis.why.contains("limit of 5 certificates for exactly these names"))
        }
        #expect(host.count(.newOrder, at: 1) == 5)
    }

    @Test func `an order that names its predecessor is not counted`() async throws {
        let clock = host.clock
        host.network.withCA(1) { ca in
            ca.behaviour.moreOfDirectory = #","renewalInfo":"\#(ca.base)/renewalInfo""#
            ca.behaviour.advice = {
                FakeCA.window(clock.truth - 20 * .hour, clock.truth - 10 * .hour)
            }
        }
        try await useUp()
        var renewals = 0
        for _ in 1...24 {
            renewals += try await host.renew().renewed.count
            host.wait(.hour)
        }
        #expect(renewals == 1)
    }

    @Test func `a name that the CA could not validate five times in an hour is left alone`()
        async throws
    {
        try await issue(["a.test"])
        host.network.withCA(1) { $0.behaviour.challengeProblem = "no route to host" }
        for _ in 1...5 { _ = try? await issue(["a.test"]) }
        #expect(host.count(.newOrder, at: 1) == 6)
        try await revoke()
        let report = try await host.renew()
        #expect(report.words == ["a.test": "held: rateLimit"])
        guard case .held(_, _, let reason) = report.endings.first?.outcome else { return }
        #expect(reason.contains("failed validations of this name"))
        host.network.withCA(1) { $0.behaviour.challengeProblem = nil }
        host.wait(13 * .minute)
        #expect(try await host.renew().words == ["a.test": "renewed: revoked"])
    }

    private func revoke() async throws {
        _ = try await CertificateRevocation(host.services, reason: .superseded)
            .run(lineage: "a.test", byKey: false)
    }

    /// How many new orders are noted.
    private func used() throws -> Int {
        try host.store.limits().ledger.standing(
            RateLimits.letsEncrypt.newOrders,
            of: "letsencrypt account",
            at: host.clock.now
        ).used
    }

    /// A renewal is one to the CA only where it has issued for these names before.
    @Test func `what another CA has issued is a new order here`() async throws {
        try await host.issue(["a.test"])
        host.configure("certificate a.test { ca letsencrypt; }\n")
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
        #expect(host.count(.newOrder, at: 1) == 1)
        #expect(try used() == 1)
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
        #expect(try used() == 0)
    }

    @Test func `so it is where a person asks for it`() async throws {
        try await host.issue(["a.test"])
        try await issue(["a.test"])
        #expect(try used() == 1)
        try await issue(["a.test"])
        #expect(try used() == 1)
    }

    @Test func `before the last ones it is told when there is another`() async throws {
        let start = host.clock.now
        try await useUp()
        let lines = host.log.lines(from: .notice).filter { $0.contains("attempt=4 of 5") }
        let line = try #require(lines.first { $0.contains("certificates for exactly these names") })
        // One comes back every 34 hours, from the first one on.
        let first = (start + 34 * .hour).formatted(.iso8601).prefix(14)
        #expect(line.contains("next=\(first)"), "\(line)")
    }

    @Test func `what is used is written down at the end, or it is told that it was not`()
        async throws
    {
        let limits = try LimitKeeper(host.services)
        let authority = try #require(CertificateAuthority("letsencrypt"))
        let now = host.clock.now
        limits.noteHold(authority, until: now + .day, at: now)
        try host.store.prepare()
        let lock = try #require(try host.store.lockLimits())
        await #expect(throws: StoreError.busy("the limits")) { try await limits.save() }
        await limits.saveQuietly()
        #expect(host.log.messages.contains("what is used of limits cannot be saved"))
        lock.release()
        try await limits.save()
        #expect(try host.store.limits().holds.values.count == 1)
    }

    @Test func `a certificate that the CA issues shows that the account was not what it refused`()
        throws
    {
        let limits = try LimitKeeper(host.services)
        let authority = try #require(CertificateAuthority("zerossl"))
        let now = host.clock.now
        limits.noteHold(authority, until: now + .day, at: now)
        limits.noteIssued(LimitedOrder(.renewal, ["b.test"], from: authority), at: now)
        #expect(limits.health(of: authority).blocked(at: now) == nil)
    }

    @Test func `what is under way counts until it has come to nothing`() throws {
        let limits = try LimitKeeper(host.services)
        let authority = try #require(CertificateAuthority("letsencrypt"))
        let now = host.clock.now
        let orders = try (1...51).map { number in
            let host = "\(number).a.test"
            let name = try #require(LineageName(host))
            return (name, LimitedOrder(.new, [host], from: authority))
        }
        for (name, order) in orders.dropLast() { try limits.begin(name, order, at: now) }
        let (name, order) = try #require(orders.last)
        func isRefused() -> Bool {
            do {
                try limits.begin(name, order, at: now)
                limits.end(name)
                return false
            } catch {
                return (error as? WorkflowError)?.isHold ?? false
            }
        }
        #expect(isRefused(), "50 certificates for a domain are under way")
        limits.noteIssued(orders[0].1, at: now)
        limits.end(orders[0].0)
        #expect(isRefused(), "one has been issued, 49 are under way")
        limits.end(orders[1].0)
        #expect(!isRefused(), "one has been issued, 48 are under way")
    }

    @Test func `no limit holds for longer than limits last`() throws {
        let limits = try LimitKeeper(host.services)
        let authority = try #require(CertificateAuthority("letsencrypt"))
        let now = host.clock.now
        limits.noteHold(authority, until: now + 100 * .day, at: now)
        #expect(limits.health(of: authority).blocked(at: now) == now + 7 * .day)
    }
}

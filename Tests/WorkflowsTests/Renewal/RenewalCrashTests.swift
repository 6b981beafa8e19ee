import CertificateStore
import FoundationEssentials
import Platform
import Renewal
import TestSupport
import Testing

@testable import Workflows

/// A death at every call by which `renew` changes the disk, and at every such call a power cut, of
/// renewals that nothing but a wish has asked for: afterwards the certificate's age does not tell.
///
/// The next run goes on where it was: one order to spare at most, and never a second certificate.
@Suite struct RenewalCrashTests {
    enum Death: CaseIterable, Sendable {
        case kill
        case powerCut
    }

    /// What makes the certificate due.
    enum Reason: CaseIterable, Sendable {
        case demand
        case window
    }

    private func prepared(_ reason: Reason) async throws -> TestHost {
        let host = try TestHost()
        let clock = host.clock
        let start = clock.now + 20 * .day
        if reason == .window { host.advise { FakeCA.window(start, start + .day) } }
        try await host.issue(["a.test"])
        try await host.renew()
        switch reason {
        case .demand: host.wait(.hour)
        case .window: host.wait(22 * .day)
        }
        return host
    }

    private func run(_ host: TestHost, _ reason: Reason) async throws -> RenewReport {
        try await host.renew(reason == .demand ? ["a.test"] : [], isForced: reason == .demand)
    }

    @Test(arguments: Death.allCases, Reason.allCases)
    func `a death at any call costs no second certificate`(
        _ death: Death,
        _ reason: Reason
    ) async throws {
        let whole = try await prepared(reason)
        let before = whole.disk.changes
        #expect(try await run(whole, reason).renewed.count == 1)
        let calls = whole.disk.changes - before
        #expect(calls > 50)
        var (spare, lost) = (0, 0)
        for call in 1...calls {
            let host = try await prepared(reason)
            let (orders, certificates) = (host.count(.newOrder), host.certificates())
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            _ = try? await run(host, reason)
            #expect(host.disk.isDead)
            death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()

            // Whatever was begun is finished by what the timer runs, and in one run.
            try await host.renew()
            let made = host.certificates() - certificates
            #expect(made <= 1, "call \(call)")
            #expect(try host.generation("a.test") == 1 + made, "call \(call)")
            // What a person asked for is remembered from the order on, not from the wish.
            if reason != .demand { #expect(made == 1, "call \(call)") }
            lost += host.count(.newOrder) - orders > made ? 1 : 0
            try expectPairs(host, call)
            host.wait(.hour)
            #expect(try await host.renew().renewed.isEmpty, "call \(call)")
            #expect(host.certificates() - certificates == made, "call \(call)")
            spare = max(spare, host.count(.newOrder) - orders - 1)
            #expect(host.disk.exposedKeys == [])
        }
        #expect(spare <= 1)
        // Between the CA's answer to newOrder and the record of it: opening, cutting, writing, syncing.
        #expect(lost <= 4)
    }

    private func expectPairs(_ host: TestHost, _ call: Int) throws {
        let directory = "\(TestHost.home)/lib/tls/gen/a.test"
        for name in try host.disk.list(directory) {
            let path = "\(directory)/\(name)"
            let fault = try host.fault(
                ofCertificate: "\(path)/fullchain.pem",
                key: "\(path)/privkey.pem"
            )
            #expect(fault == nil, "call \(call)")
        }
    }
}

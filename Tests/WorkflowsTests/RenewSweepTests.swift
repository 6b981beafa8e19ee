import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal
import TestSupport
import Testing

@testable import Workflows

/// Cases D01, D02, D03 and K21 for `certctl renew`: a call that fails, and a death, at every call that
/// changes the disk.
///
/// Whatever happens, the next run has to end with a renewed certificate in use (O6), every pair fits
/// (O1), what was there before is as it was (O2), no key was readable by others (O3), and the CA has
/// made one certificate (O4).
@Suite struct RenewSweepTests {
    private static let name = LineageName("example.com")

    enum Death: CaseIterable, Sendable {
        case kill
        case powerCut
    }

    /// The calls between the CA's answer to newOrder and the record of it: opening the journal,
    /// cutting its tail, writing and syncing.
    private static let unrecordedOrders = 4

    /// A certificate in use that has been due for a while, on a host that has renewed before.
    private func prepared() async throws -> TestHost {
        let host = try TestHost()
        try await host.issue()
        #expect(await renew(host) == .success)
        host.clock.advance(by: .seconds(75 * 86_400))
        return host
    }

    /// What `certctl renew` does, and its exit code.
    private func renew(_ host: TestHost) async -> ExitCode {
        do {
            let request = RenewRequest(agreesToTerms: { _ in true })
            let report = try await RenewCertificates(host.services, request).run()
            let deployed = try await DeployCertificates(host.services).run(after: report)
            for ending in report.endings {
                if case .failed(let error) = ending.outcome { throw error }
            }
            for ending in deployed { _ = try ending.result.get() }
            return .success
        } catch {
            return (error as? any Diagnosable)?.diagnosis.exitCode ?? .internalError
        }
    }

    private func countCalls() async throws -> Int {
        let host = try await prepared()
        let before = host.disk.changes
        #expect(await renew(host) == .success)
        let calls = host.disk.changes - before
        // Whoever has nothing to do changes little.
        #expect(calls > 50)
        return calls
    }

    /// What has to be so after the run that follows.
    private func expectRenewed(_ host: TestHost, _ old: [String: [UInt8]], _ call: Int) throws {
        let name = try #require(Self.name)
        #expect(try host.faultOfServedPair() == nil, "call \(call)")
        let current = try #require(try host.store.lineage(name).current)
        #expect(current.number == GenerationNumber(2), "call \(call)")
        #expect(try host.store.firstDifference(from: current, of: name) == nil, "call \(call)")
        #expect(
            try host.store.deployRecords()[name]?.isDone(current.number) == true,
            "call \(call)"
        )
        for (path, bytes) in old {
            let isThere = host.disk.contents(below: path)[path] == bytes
            #expect(isThere, "call \(call): \(path)")
        }
        #expect(host.disk.exposedKeys == [])
    }

    private func generations(_ host: TestHost) -> [String: [UInt8]] {
        host.disk.contents(below: "\(TestHost.home)/lib/tls/gen/example.com/000001")
    }

    @Test(arguments: [FileSystemError.Reason.noSpace, .inputOutput])
    func `a call that fails once is survived at every place`(
        _ reason: FileSystemError.Reason
    ) async throws {
        for call in 1...(try await countCalls()) {
            let host = try await prepared()
            let old = generations(host)
            let certificates = host.network.withCA { $0.certificateCount }
            var plan = MemoryFileSystem.Plan()
            plan.failsAt = (host.disk.changes + call, reason)
            host.disk.plan(plan)
            #expect([.success, .store].contains(await renew(host)), "call \(call)")
            #expect(try host.faultOfServedPair() == nil, "call \(call)")

            host.disk.restart()
            // A failure is not tried again at once.
            host.clock.advance(by: .seconds(7200))
            #expect(await renew(host) == .success, "call \(call)")
            try expectRenewed(host, old, call)
            #expect(host.network.withCA { $0.certificateCount } == certificates + 1, "call \(call)")
        }
    }

    @Test(arguments: Death.allCases)
    func `a death at any call costs nothing`(_ death: Death) async throws {
        var spareOrders = 0
        for call in 1...(try await countCalls()) {
            let host = try await prepared()
            let old = generations(host)
            let before = host.network.withCA { ($0.orderCount, $0.certificateCount) }
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            _ = await renew(host)
            #expect(host.disk.isDead)

            death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()
            #expect(try host.faultOfServedPair() == nil, "call \(call)")
            #expect(await renew(host) == .success, "call \(call)")
            try expectRenewed(host, old, call)
            let made = host.network.withCA { ($0.orderCount, $0.certificateCount) }
            #expect(made.1 == before.1 + 1, "call \(call)")
            spareOrders += made.0 - before.0 - 1
        }
        #expect((0...Self.unrecordedOrders).contains(spareOrders))
    }

    @Test func `where nothing can be stored no CA is asked for anything`() async throws {
        let host = try await prepared()
        let requests = host.network.withCA { $0.counts }
        var plan = MemoryFileSystem.Plan()
        plan.room = 1024 * 1024
        host.disk.plan(plan)
        #expect(await renew(host) == .store)
        #expect(host.network.withCA { $0.counts } == requests)

        host.disk.plan(MemoryFileSystem.Plan())
        #expect(await renew(host) == .success)
        #expect(host.network.withCA { $0.counts } != requests)
    }

    @Test func `that nothing can be stored is kept, and no run counts until it can be`()
        async throws
    {
        let host = try await prepared()
        let name = try #require(Self.name)
        let last = try host.store.clockRecord()?.lastRun
        var plan = MemoryFileSystem.Plan()
        plan.room = 1024 * 1024
        host.disk.plan(plan)
        for _ in 1...2 {
            #expect(await renew(host) == .store)
            host.wait(.hour)
        }
        let state = try host.store.renewalState(of: name)
        #expect(state.lastFailure?.tries == 2)
        #expect(state.lastFailure?.failureClass == .local)
        #expect(try host.store.clockRecord()?.lastRun == last)
        #expect(try host.store.history(HistoryQuery()).events.contains { $0.event == "failed" })

        host.disk.plan(MemoryFileSystem.Plan())
        // Of whoever asks for one by name, too, it is not known whether the others are looked after.
        _ = try await host.renew(["example.com"])
        #expect(try host.store.clockRecord()?.lastRun == last)
        #expect(await renew(host) == .success)
        #expect(try host.store.clockRecord()?.lastRun != last)
    }

    @Test func `a certificate whose files are gone is renewed at once`() async throws {
        let host = try TestHost()
        try await host.issue()
        let name = try #require(Self.name)
        let files = try #require(try host.store.lineage(name).current).files
        try host.disk.removeFile(files.privateKey)
        #expect(await renew(host) == .success)
        #expect(try host.store.lineage(name).current?.number == GenerationNumber(2))
        #expect(try host.faultOfServedPair() == nil)
    }
}

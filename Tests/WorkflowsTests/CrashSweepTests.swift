import ACME
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import CertificateStore
@testable import Workflows

/// A death at every call that changes the disk, and at every such call a power cut.
///
/// After each one a clean run has to end with a certificate, and: every pair fits (O1), what was
/// there before is as it was (O2), no key was ever readable by others (O3), the CA has made one
/// certificate (O4).
@Suite struct CrashSweepTests {
    enum Death: CaseIterable, Sendable {
        case kill
        case powerCut
    }

    /// What is on disk when the sweep begins.
    enum Start: CaseIterable, Sendable {
        case nothing
        case oldCertificate
    }

    /// The kill points between the CA's answer to newOrder and the record of it: opening the
    /// journal, cutting its tail, writing and syncing.
    private static let unrecordedOrders = 4

    @Test(arguments: Death.allCases, Start.allCases)
    func `a death at any call costs nothing`(_ death: Death, _ start: Start) async throws {
        let calls = try await countCalls(start)
        #expect(calls > 50)
        var spareOrders = 0
        for call in 1...calls {
            spareOrders += try await sweep(dyingAt: call, death, start)
        }
        #expect(spareOrders <= Self.unrecordedOrders)
    }

    /// Counts the changing calls of a whole issue.
    private func countCalls(_ start: Start) async throws -> Int {
        let host = try await prepared(start)
        let before = host.disk.changes
        try await host.issue { $0.isForced = true }
        return host.disk.changes - before
    }

    private func prepared(_ start: Start) async throws -> TestHost {
        let host = try TestHost()
        if start == .oldCertificate { try await host.issue() }
        return host
    }

    /// Returns how many orders were made too many.
    private func sweep(dyingAt call: Int, _ death: Death, _ start: Start) async throws -> Int {
        let host = try await prepared(start)
        let old = host.disk.contents(below: "\(TestHost.home)/lib/tls/gen")
        let (orders, certificates) = host.network.withCA { ($0.orderCount, $0.certificateCount) }
        var plan = MemoryFileSystem.Plan()
        plan.diesAt = host.disk.changes + call
        host.disk.plan(plan)
        _ = await host.exitCode { $0.isForced = true }
        // A death while the history is written is no failure of the command.
        #expect(host.disk.isDead)

        death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()
        // Before anything is mended, readers have to be served.
        if start == .oldCertificate { #expect(try host.faultOfServedPair() == nil) }
        try await host.issue()

        #expect(try host.faultOfServedPair() == nil, "call \(call)")
        try expectGenerationsFit(host)
        for (path, bytes) in old {
            #expect(host.disk.contents(below: path)[path] == bytes, "call \(call)")
        }
        #expect(host.disk.exposedKeys == [])
        let made = host.network.withCA {
            ($0.orderCount - orders, $0.certificateCount - certificates)
        }
        #expect(made.1 <= 1, "call \(call)")
        #expect(made.0 <= 2, "call \(call)")
        return max(0, made.0 - 1)
    }

    private func expectGenerationsFit(_ host: TestHost) throws {
        let directory = "\(TestHost.home)/lib/tls/gen/example.com"
        for name in try host.disk.list(directory) {
            let files = GenerationFiles(directory: "\(directory)/\(name)")
            let fault = try host.fault(ofCertificate: files.fullChain, key: files.privateKey)
            #expect(fault == nil)
        }
    }

    @Test func `a reader that opens certificate and key one after the other gets a pair`()
        async throws
    {
        let host = try TestHost()
        try await host.issue()
        // Paths that a reader may have read from the include at any time before.
        let seen = Mutex<Set<[UInt8]>>([])
        let faults = Mutex<[String]>([])
        host.disk.observe { disk in
            let include = try? disk.readFile(
                "\(TestHost.home)/lib/tls/nginx/example.com.conf",
                limit: 4096
            )
            guard let include, seen.withLock({ $0.insert(include).inserted }) else { return }
            do {
                let fault = try host.faultOfServedPair()
                faults.withLock { $0 += fault.map { [$0] } ?? [] }
            } catch {
                faults.withLock { $0.append("\(error)") }
            }
        }
        for _ in 1...3 {
            try await host.issue { $0.isForced = true }
        }
        #expect(seen.withLock { $0.count } == 4)
        #expect(faults.withLock { $0 } == [])
    }

    @Test(arguments: [FileSystemError.Reason.noSpace, .inputOutput])
    func `a call that fails once is survived at every place`(
        _ reason: FileSystemError.Reason
    ) async throws {
        let calls = try await countCalls(.oldCertificate)
        for call in 1...calls {
            let host = try await prepared(.oldCertificate)
            let before = try host.store.lineage(#require(LineageName("example.com"))).current
            var plan = MemoryFileSystem.Plan()
            plan.failsAt = (host.disk.changes + call, reason)
            host.disk.plan(plan)
            let code = await host.exitCode { $0.isForced = true }
            #expect([.success, .store].contains(code), "call \(call)")
            #expect(try host.faultOfServedPair() == nil, "call \(call)")
            if let before { #expect(try host.disk.status(before.files.manifest) != nil) }

            host.disk.restart()
            #expect(await host.exitCode() == .success, "call \(call)")
        }
    }
}

import CertificateStore
import FoundationEssentials
import Platform
import Renewal
import Synchronization
import TestSupport
import Testing

@testable import Workflows

/// The schedule is a cache: lost or damaged it is made again, and the answer is the same.
@Suite struct RenewalScheduleTests {
    private static let path = "\(TestHost.home)/lib/schedule"

    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    /// Three lineages that are not due, and what a run says of them.
    private func prepare() async throws -> (bytes: [UInt8], next: (LineageName, Date)) {
        let clock = host.clock
        let start = clock.now + 30 * .day
        host.advise { FakeCA.window(start, start + .day, retryAfter: "86400") }
        for name in ["a.test", "b.test", "c.test"] {
            try await host.issue([name])
            host.wait(.hour)
        }
        try await host.renew()
        host.wait(.hour)
        let report = try await host.renew()
        let next = try #require(report.next)
        return (try host.disk.readFile(Self.path, limit: 65_536), (next.name, next.moment))
    }

    private func expectSame(
        _ next: (LineageName, Date),
        _ comment: Comment
    ) async throws {
        let before = host.requests()
        let report = try await host.renew()
        #expect(report.count == 3, comment)
        #expect(report.renewed.isEmpty, comment)
        #expect(report.next?.name == next.0, comment)
        #expect(report.next?.moment == next.1, comment)
        #expect(host.requests() == before, comment)
    }

    @Test func `cut off anywhere, it is made again without a question to anyone`() async throws {
        let (bytes, next) = try await prepare()
        for length in 0..<bytes.count {
            host.disk.put(Self.path, Array(bytes.prefix(length)))
            try await expectSame(next, "cut at \(length)")
            // And the next run reads nothing but it.
            let disk = WatchedFileSystem(host.disk)
            #expect(try await host.renew(on: disk).next?.moment == next.1)
            let unneeded = disk.paths.filter { $0.contains("/lineages/") }
            #expect(unneeded == [], "cut at \(length)")
        }
    }

    @Test func `with any bit turned over, likewise`() async throws {
        let (bytes, next) = try await prepare()
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 1 << UInt8(place % 8)
            host.disk.put(Self.path, damaged)
            try await expectSame(next, "byte \(place)")
        }
    }

    @Test func `without it, likewise`() async throws {
        let (_, next) = try await prepare()
        try host.disk.removeFile(Self.path)
        try await expectSame(next, "no schedule")
    }

    @Test(arguments: ["schedule", "renewal/advice", "renewal/limits.json", "renewal/clock.json"])
    func `what the disk cannot read any more and may be lost keeps nothing from being renewed`(
        file: String
    ) async throws {
        _ = try await prepare()
        let path = "\(TestHost.home)/lib/\(file)"
        if try host.disk.status(path) == nil { host.disk.put(path, Array("x".utf8)) }
        var plan = MemoryFileSystem.Plan()
        plan.unreadable = [path]
        host.disk.plan(plan)
        host.wait(31 * .day)
        var renewed = 0
        for _ in 1...24 {
            renewed += try await host.renew().renewed.count
            host.wait(.hour)
        }
        #expect(renewed == 3)
    }

    @Test func `a certificate that the disk cannot read any more is replaced`() async throws {
        _ = try await prepare()
        let path = "\(TestHost.home)/lib/tls/gen/b.test/000001/privkey.pem"
        #expect(try host.disk.status(path) != nil)
        var plan = MemoryFileSystem.Plan()
        plan.unreadable = [path]
        host.disk.plan(plan)
        host.wait(2 * .day)
        #expect(try await host.renew().words["b.test"] == "renewed: lost")
    }

    @Test func `what stands in its place and is no file is told`() async throws {
        _ = try await prepare()
        try host.disk.removeFile(Self.path)
        host.disk.put(link: Self.path, to: "/etc/passwd")
        let report = try await host.renew()
        #expect(report.count == 3)
        #expect(try host.disk.status(Self.path)?.kind == .file)
    }

    @Test func `one of a clock that was ahead is not believed`() async throws {
        let (_, next) = try await prepare()
        host.clock.jump(by: 20 * .hour)
        try await host.renew()
        host.clock.jump(by: -20 * .hour)
        host.wait(.minute)
        let report = try await host.renew()
        #expect(report.count == 3)
        #expect(report.words.count == 3)
        #expect(report.next?.moment ?? .distantFuture <= next.1)
    }

    @Test func `a schedule that cannot be written keeps nothing from being renewed`()
        async throws
    {
        _ = try await prepare()
        try host.disk.removeFile(Self.path)
        host.disk.put(directory: Self.path)
        host.wait(35 * .day)
        _ = try? await host.renew()
        for name in ["a.test", "b.test", "c.test"] {
            #expect(try host.generation(name) == 2)
        }
    }

    @Test(arguments: [true, false])
    func `what another process changes while a run looks at it is looked at by the next`(
        isOrdered: Bool
    ) async throws {
        let (store, clock) = (host.store, host.clock)
        let name = try #require(LineageName("a.test"))
        let isMarking = Mutex(false)
        // As `certctl revoke` does, in the midst of the run.
        let mark: @Sendable () -> Void = {
            guard isMarking.withLock({ $0 }) else { return }
            #expect(throws: Never.self) { try store.lookSoon(at: name) }
        }
        if isOrdered {
            host.misbehave { behaviour in
                behaviour.outage = { resource, _ in
                    if resource == .challenge { mark() }
                    return nil
                }
            }
        } else {
            let start = clock.now + 40 * .day
            host.advise {
                mark()
                return FakeCA.window(start, start + .day, retryAfter: "3600")
            }
        }
        try await host.issue(["a.test"])
        try await host.renew()
        host.wait(isOrdered ? 61 * .day : 2 * .hour)
        if isOrdered { host.misbehave { $0.challengeProblem = "no route to host" } }
        isMarking.withLock { $0 = true }
        let words = try await host.renew().words
        #expect(words == ["a.test": isOrdered ? "failed: 6" : "kept"])
        let glance = try #require(try store.scheduleFile()?.glance(at: clock.now))
        #expect(glance.isAnyDue)
    }

    @Test func `what a run has ordered itself is no news to the next`() async throws {
        try await host.issue(["a.test"])
        try await host.renew()
        host.wait(61 * .day)
        try await host.renew()
        try await host.renew()
        let file = try #require(try host.store.scheduleFile())
        #expect(file.glance(at: host.clock.now)?.isAnyDue == false)
    }
}

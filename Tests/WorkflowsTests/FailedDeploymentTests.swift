import CertificateStore
import FoundationEssentials
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Workflows

/// What everyone may know of a deployment that has failed.
@Suite struct FailedDeploymentTests {
    private static let hook = "\(TestHost.home)/etc/hooks/deploy.d/tell"
    private static let post = "\(TestHost.home)/etc/hooks/post.d/tell"
    private static let live = "\(TestHost.home)/lib/tls/live"
    private static let file = "\(live)/.example.com~failed"

    /// A host of which a hook has failed for its certificate, and would not any more.
    private func failed(withPost: Bool = false) async throws -> TestHost {
        let host = try TestHost()
        for path in [Self.hook] + (withPost ? [Self.post] : []) {
            host.disk.put(path, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        }
        host.hooks.end(Self.hook, .exited(1))
        try await host.issue(deploys: false)
        _ = try await DeployCertificates(host.services).run()
        #expect(try told(host)?.count == 1)
        host.hooks.end(Self.hook, .exited(0))
        return host
    }

    private func name() throws -> LineageName { try #require(LineageName("example.com")) }

    private func told(_ host: TestHost) throws -> FailedDeployment? {
        try host.store.failedDeployment(of: name())
    }

    @Test func `each failure is told, and no more once all has succeeded`() async throws {
        let host = try await failed()
        let first = try told(host)
        #expect(first?.generation == GenerationNumber(1))
        // In whole seconds.
        #expect(try abs(#require(first).last.timeIntervalSince(host.clock.now)) < 1)
        #expect(try host.disk.status(Self.file)?.mode == .publicFile)
        host.hooks.end(Self.hook, .exited(1))
        _ = try await DeployCertificates(host.services).run()
        #expect(try told(host)?.count == 2)
        host.hooks.end(Self.hook, .exited(0))
        _ = try await DeployCertificates(host.services).run()
        #expect(try told(host) == nil)
        #expect(try host.disk.list(Self.live) == ["example.com"])
    }

    @Test func `a failure is told before the hooks of the next certificate run`() async throws {
        let host = try await failed()
        host.hooks.end(Self.hook, .exited(1))
        try await host.issue(["z.example"], deploys: false)
        let counts = Mutex<[Int?]>([])
        host.hooks.act(Self.hook) {
            let count = (try? told(host))?.count
            counts.withLock { $0.append(count) }
        }
        _ = try await DeployCertificates(host.services).run()
        #expect(counts.withLock(\.self) == [1, 2])
        #expect(try told(host)?.count == 2)
    }

    @Test func `of a generation that has failed the next one's success tells nothing`() async throws
    {
        let host = try await failed()
        try await host.issue { $0.isForced = true }
        #expect(try told(host) == nil)
    }

    @Test(arguments: [false, true], [false, true])
    func `wherever a run is cut off, nothing that is done is told as failed`(
        withPost: Bool,
        isPowerCut: Bool
    ) async throws {
        let whole = try await failed(withPost: withPost)
        let before = whole.disk.changes
        _ = try await DeployCertificates(whole.services).run()
        let calls = whole.disk.changes - before
        #expect(calls > 3)
        for call in 1...calls {
            let host = try await failed(withPost: withPost)
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            _ = try? await DeployCertificates(host.services).run()
            isPowerCut ? host.disk.restartAfterPowerCut() : host.disk.restart()
            let isDone = try host.store.deployRecords()[name()]?.isDone(GenerationNumber(1))
            #expect(try isDone != true || told(host) == nil, "call \(call)")
            _ = try await DeployCertificates(host.services).run()
            #expect(try told(host) == nil, "call \(call)")
        }
    }

    @Test func `what is told of what is in use is taken back by whoever looks at it`() async throws
    {
        let host = try await failed()
        let bytes = try host.disk.readFile(Self.file, limit: 4096)
        _ = try await DeployCertificates(host.services).run()
        host.disk.put(Self.file, bytes, mode: .publicFile)
        let endings = try await DeployCertificates(host.services).run()
        #expect(try endings.map { try $0.result.get().wasUnchanged } == [true])
        #expect(try told(host) == nil)
    }

    @Test func `it goes with the lineage, and so does what a death has left beside it`()
        async throws
    {
        let host = try await failed()
        host.disk.put("\(Self.file)~new", [1])
        _ = try await DeleteCertificate(host.services, configurations: [])
            .run("example.com", isForced: true)
        #expect(try host.disk.list(Self.live).isEmpty)
    }

    @Test(arguments: ["", "{}", "\u{0}\u{1}", String(repeating: "9", count: 5000)])
    func `a file that makes no sense tells nothing`(_ text: String) async throws {
        let host = try await failed()
        host.disk.put(Self.file, Array(text.utf8), mode: .publicFile)
        #expect(try told(host) == nil)
    }

    @Test func `a link or a directory in its place tells nothing`() async throws {
        let host = try await failed()
        try host.disk.removeFile(Self.file)
        host.disk.put(link: Self.file, to: "/etc/passwd")
        #expect(try told(host) == nil)
        try host.disk.removeFile(Self.file)
        host.disk.put(directory: Self.file)
        #expect(try told(host) == nil)
    }
}

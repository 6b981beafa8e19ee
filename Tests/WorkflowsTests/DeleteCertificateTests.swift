import CertificateStore
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Design §2 and §15: only `delete` ends a lineage, and not while nginx names its files.
@Suite struct DeleteCertificateTests {
    private let host: TestHost
    private let include = "\(TestHost.home)/lib/tls/nginx/example.com.conf"

    init() throws {
        host = try TestHost()
    }

    private func delete(isForced: Bool = false) async throws {
        let workflow = DeleteCertificate(host.services, configurations: ["/etc/nginx"])
        _ = try await workflow.run("example.com", isForced: isForced)
    }

    @Test func `a deleted lineage is listed no more`() async throws {
        try await host.issue()
        try await delete()
        #expect(try ListCertificates(host.services).all().reports == [])
    }

    @Test(arguments: [
        "/lib/tls/nginx/example.com.conf", "/lib/tls/live/example.com/fullchain.pem",
        "/lib/tls/gen/example.com/000001/privkey.pem",
    ])
    func `a configuration that names a file of the lineage keeps it`(_ path: String) async throws {
        try await host.issue()
        let text = "server { include \(TestHost.home)\(path); }"
        host.disk.put("/etc/nginx/conf.d/site.conf", Array(text.utf8), mode: .publicFile)
        await #expect(
            throws: WorkflowError.inUse(
                lineage: "example.com",
                by: [LineageUse("/etc/nginx/conf.d/site.conf", .person)]
            )
        ) { try await delete() }
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `force deletes it all the same`() async throws {
        try await host.issue()
        host.disk.put("/etc/nginx/nginx.conf", Array("include \(include);".utf8))
        try await delete(isForced: true)
        #expect(try host.disk.status(include) == nil)
        let warning = host.log.lines(from: .warning).last {
            $0.contains("still names deleted files")
        }
        #expect(warning?.contains("/etc/nginx/nginx.conf") == true)
        #expect(warning?.contains("take it out of") == true)
    }

    @Test func `a lineage made again is brought into use again`() async throws {
        host.disk.put("/opt/hook", Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        try await host.issue()
        try await delete()
        let outcome = try await host.issue { $0.deployHook = "/opt/hook" }
        #expect(outcome.hooks == ["/opt/hook"])
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `a delete that died at any call can be done again, and leaves no key`() async throws
    {
        for call in 1...60 {
            let host = try TestHost()
            try await host.issue()
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            let workflow = DeleteCertificate(host.services, configurations: ["/etc/nginx"])
            _ = try? await workflow.run("example.com", isForced: false)
            let hasDied = host.disk.isDead
            host.disk.restart()
            if try ListCertificates(host.services).all().reports != [] {
                _ = try await workflow.run("example.com", isForced: false)
            }
            let left = host.disk.contents(below: "\(TestHost.home)/lib/tls").keys
            #expect(left.filter { $0.hasSuffix("privkey.pem") } == [], "call \(call)")
            guard hasDied else { return }
        }
        Issue.record("60 calls are more than a delete makes")
    }

    @Test func `a link that leads back is followed once`() async throws {
        try await host.issue()
        host.disk.put(directory: "/etc/nginx")
        host.disk.put(link: "/etc/nginx/again", to: ".")
        try await delete()
        #expect(try ListCertificates(host.services).all().reports == [])
    }
}

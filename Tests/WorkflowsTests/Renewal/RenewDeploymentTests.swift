import CertificateStore
import Deployment
import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import Workflows

/// `certctl renew` brings into use what it renews, where no unit does.
@Suite struct RenewDeploymentTests {
    private static let day: Double = 86_400
    private static let hook = "\(TestHost.home)/etc/hooks/deploy.d/tell"

    private let host: TestHost

    init() async throws {
        host = try TestHost()
        try await host.issue()
        try await host.renew()
        host.disk.put(Self.hook, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        host.wait(61 * Self.day)
    }

    /// What came of bringing into use what cron's run has found.
    private enum Outcome: Equatable {
        case nothing
        case deployed
        case failed
        case waits
    }

    /// What cron has run.
    private func renew() async throws -> Outcome {
        let report = try await host.renew()
        let endings = try await DeployCertificates(host.services).run(after: report)
        #expect(endings.count <= 1)
        guard let ending = endings.first else { return .nothing }
        switch ending.result {
        case .success: return .deployed
        case .failure(WorkflowError.deploymentWaits): return .waits
        case .failure: return .failed
        }
    }

    @Test func `what has failed to be deployed is tried again by later runs, with its pauses`()
        async throws
    {
        host.hooks.end(Self.hook, .exited(1))
        var outcomes: [Outcome] = []
        for _ in 0...40 {
            outcomes.append(try await renew())
            host.wait(3600)
        }
        // At once, after 1, 10 and 100 minutes, then daily; the run of an hour does what is due since.
        #expect(outcomes.indices.filter { outcomes[$0] == .failed } == [0, 1, 2, 4, 28])
        #expect(outcomes.allSatisfy { [.failed, .waits].contains($0) })
        #expect(host.network.withCA { $0.orderCount } == 2)

        host.hooks.end(Self.hook, .exited(0))
        host.wait(Self.day)
        #expect(try await renew() == .deployed)
        #expect(try !ListCertificates(host.services).one("example.com").isDeployPending)
        #expect(try await host.renew().endings.isEmpty)
    }

    @Test func `one that fails beside another's renewal is told once`() async throws {
        host.hooks.end(Self.hook, .exited(1))
        let endings = try await DeployCertificates(host.services).run(afterRenewing: [])
        #expect(endings.count <= 1)
        _ = try await host.renew()
        let owed = try await DeployCertificates(host.services).run(afterRenewing: [])
        #expect(owed.map { "\($0.name)" } == ["example.com"])
    }

    @Test func `what another certctl was at work on is not forgotten`() async throws {
        host.hooks.end(Self.hook, .exited(1))
        #expect(try await renew() == .failed)
        host.hooks.end(Self.hook, .exited(0))
        host.wait(3600)
        let lock = try #require(try host.store.lockDeployRun())
        #expect(try await renew() == .nothing)
        lock.release()
        host.wait(3600)
        #expect(try await renew() == .deployed)
    }

    @Test func `what a person could not deploy is tried again as well`() async throws {
        #expect(try await renew() == .deployed)
        host.hooks.end(Self.hook, .exited(1))
        _ = try await DeployCertificates(host.services).run(isForced: true)
        host.hooks.end(Self.hook, .exited(0))
        host.wait(3600)
        #expect(try await renew() == .deployed)
    }

    @Test func `a schedule that cannot be written hides no failure of a hook`() async throws {
        host.hooks.end(Self.hook, .exited(1))
        let report = try await host.renew()
        try host.disk.removeFile("\(TestHost.home)/lib/schedule")
        host.disk.put(directory: "\(TestHost.home)/lib/schedule")
        let endings = try await DeployCertificates(host.services).run(after: report)
        #expect(throws: HookError.self) { try endings.first?.result.get() }
    }
}

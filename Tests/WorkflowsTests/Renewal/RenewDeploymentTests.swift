import CertificateStore
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

    /// What cron has run; returns whether something could not be brought into use just now.
    private func renew() async throws -> Bool {
        let report = try await host.renew()
        return try await DeployCertificates(host.services).run(after: report).contains { ending in
            if case .failure = ending.result { true } else { false }
        }
    }

    @Test func `what has failed to be deployed is tried again by later runs, with its pauses`()
        async throws
    {
        host.hooks.end(Self.hook, .exited(1))
        var failures: [Int] = []
        for hour in 0...40 {
            if try await renew() { failures.append(hour) }
            host.wait(3600)
        }
        // At once, after 1, 10 and 100 minutes, then daily; the run of an hour does what is due since.
        #expect(failures == [0, 1, 2, 4, 28])
        #expect(host.network.withCA { $0.orderCount } == 2)

        host.hooks.end(Self.hook, .exited(0))
        host.wait(Self.day)
        #expect(try await !renew())
        #expect(try !ListCertificates(host.services).one("example.com").isDeployPending)
        #expect(try await host.renew().endings.isEmpty)
    }
}

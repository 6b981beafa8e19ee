import ACME
import CertificateStore
import FoundationEssentials
import PKI
import TestSupport
import Testing

@testable import Workflows

/// Corner case 17, P40 of the reliability catalogue; RFC 8555 §7.6.
@Suite struct CertificateRevocationTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    private func revoke(
        _ reason: RevocationReason? = nil,
        byKey: Bool = false
    ) async throws -> CertificateRevocation.Outcome {
        try await CertificateRevocation(host.services, reason: reason)
            .run(lineage: "example.com", byKey: byKey)
    }

    private var reasons: [Int] { host.network.withCA { Array($0.revocations.values) } }

    @Test(arguments: [true, false])
    func `a certificate is called back, by the account or by its key`(byKey: Bool) async throws {
        try await host.issue()
        let outcome = try await revoke(.keyCompromise, byKey: byKey)
        #expect(!outcome.wasRevoked)
        #expect(reasons == [RevocationReason.keyCompromise.rawValue])
        let report = try ListCertificates(host.services).one("example.com")
        #expect(report.state == .revoked)
    }

    @Test func `a second time counts as done`() async throws {
        try await host.issue()
        _ = try await revoke()
        #expect(try await revoke().wasRevoked)
        #expect(reasons == [-1])
    }

    @Test func `the next issue replaces it, with another key whatever was asked`() async throws {
        let first = try #require(try await host.issue { $0.reusesKey = true }.certificate)
        _ = try await revoke(.superseded)
        let second = try await host.issue()
        #expect(second.word == "issued")
        #expect(second.certificate?.manifest.publicKey != first.manifest.publicKey)
        #expect(try ListCertificates(host.services).one("example.com").state == .valid)
        #expect(try await host.issue().word == "unchanged")
    }

    @Test func `a refusal of the CA changes nothing here`() async throws {
        try await host.issue()
        host.misbehave {
            $0.tamper = { resource, response in
                resource == .revokeCert
                    ? .success(FakeCA.problem("badRevocationReason", "not that"))
                    : .success(response)
            }
        }
        await #expect(throws: ACMEError.self) { try await revoke(.superseded) }
        #expect(try ListCertificates(host.services).one("example.com").state == .valid)
    }

    @Test(arguments: [true, false])
    func `a certificate that is called back by its file is known in the store`(
        isOwn: Bool
    ) async throws {
        try await host.issue { $0.reusesKey = true }
        let old = try #require(try await host.issue().certificate)
        let certificate = try host.store.certificate(of: old)
        if !isOwn { try await host.issue { $0.isForced = true } }
        let authority = try #require(CertificateAuthority(FakeCA.directoryURL))
        let foreign = CertificateRevocation.ForeignCertificate(
            certificate: certificate,
            authority: authority,
            roots: nil
        )
        _ = try await CertificateRevocation(host.services, reason: .keyCompromise)
            .run(foreign, key: nil)
        // The newer one has the same key, which is compromised.
        #expect(try ListCertificates(host.services).one("example.com").state == .revoked)
        let next = try await host.issue()
        #expect(next.word == "issued")
        #expect(next.certificate?.manifest.publicKey != old.manifest.publicKey)
    }

    @Test func `a reason that a CA is known to refuse is not even asked for`() async throws {
        let authority = try #require(CertificateAuthority("letsencrypt"))
        let certificate = try host.store.certificate(
            of: #require(try await host.issue().certificate)
        )
        let foreign = CertificateRevocation.ForeignCertificate(
            certificate: certificate,
            authority: authority,
            roots: nil
        )
        await #expect(throws: WorkflowError.self) {
            try await CertificateRevocation(host.services, reason: .affiliationChanged)
                .run(foreign, key: nil)
        }
        #expect(reasons.isEmpty)
    }

    @Test func `a certificate of a CA that has stood in is called back there`() async throws {
        try host.addSecond()
        try await host.issueBySubstitute("example.com")
        _ = try await revoke()
        #expect(reasons.isEmpty)
        #expect(host.network.withCA(1) { Array($0.revocations.values) } == [-1])
    }

    @Test func `its issuer is asked when it would like it to be renewed`() async throws {
        try host.addSecond()
        host.network.withCA(1) { ca in
            ca.behaviour.moreOfDirectory = #","renewalInfo":"\#(ca.base)/renewalInfo""#
        }
        try await host.issueBySubstitute("example.com")
        #expect(try await AskRenewalInfo(host.services).run("example.com") != nil)
        #expect(host.count(.renewalInfo, at: 1) == 1)
    }
}

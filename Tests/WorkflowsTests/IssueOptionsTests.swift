import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform
import Settings
import TestSupport
import Testing

@testable import Workflows

/// What a certificate can be asked for besides its names.
@Suite struct IssueOptionsTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    // MARK: Profiles

    @Test func `a profile is asked for and remembered`() async throws {
        host.misbehave { $0.moreOfMeta = #","profiles":{"shortlived":"six days"}"# }
        try await host.issue { $0.profile = .only("shortlived") }
        try await host.issue { $0.isForced = true }
        #expect(host.network.withCA { $0.profiles } == ["shortlived", "shortlived"])
        #expect(try await host.issue().word == "unchanged")
        #expect(try await host.issue { $0.profile = .any }.word == "issued")
        #expect(host.network.withCA { $0.profiles.last ?? "none" } == nil)
    }

    @Test func `a profile that the CA does not offer makes no order`() async throws {
        #expect(await host.exitCode { $0.profile = .only("nosuch") } == .configuration)
        #expect(host.network.withCA { $0.orderCount } == 0)
    }

    // MARK: Predecessors (RFC 9773 §5)

    private func tellsRenewalInfo() {
        host.misbehave { $0.moreOfDirectory = #","renewalInfo":"https://ca.test/renewalInfo""# }
    }

    @Test func `a predecessor is named where the CA wants to know`() async throws {
        try await host.issue()
        try await host.issue { $0.isForced = true }
        tellsRenewalInfo()
        let current = try #require(try await host.issue { $0.isForced = true }.certificate)
        try await host.issue { $0.isForced = true }
        let said = host.network.withCA { $0.replacements }
        let identifier = CertificateIdentifier(try host.store.certificate(of: current))
        #expect(said[0] == nil && said[1] == nil && said[2] != nil)
        #expect(said[3] == identifier?.description)
    }

    @Test func `a predecessor that the CA will not have is left out`() async throws {
        tellsRenewalInfo()
        try await host.issue()
        host.misbehave { $0.refusesReplacement = true }
        try await host.issue { $0.isForced = true }
        #expect(host.network.withCA { $0.replacements } == [nil, nil])
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `the CA is asked for its window`() async throws {
        try await host.issue()
        #expect(try await AskRenewalInfo(host.services).run("example.com") == nil)
        tellsRenewalInfo()
        let info = try #require(try await AskRenewalInfo(host.services).run("example.com"))
        #expect(info.end.timeIntervalSince(info.start) == 86_400)
        #expect(info.explanation == "https://ca.test/why")
    }

    // MARK: Other chains (corner case 14)

    /// The good leaf under another intermediate's certificate, cross-signed by `root`.
    private func crossSigned(by root: TestCertificateAuthority) throws -> [UInt8] {
        // The same intermediate, vouched for by somebody else.
        let authority = host.authority
        var template = CertificateTemplate(
            publicKey: authority.key.publicKey.subjectPublicKeyInfo,
            dnsNames: [],
            notBefore: TestCertificateAuthority.longValidity.lowerBound,
            notAfter: TestCertificateAuthority.longValidity.upperBound
        )
        template.subject = authority.name
        template.isAuthority = true
        return PEM.encode(try root.issue(template), label: "CERTIFICATE")
    }

    private func offerAlternate(named name: String) throws {
        let other = try crossSigned(by: TestCertificateAuthority.make(name: name))
        let (authority, now) = (host.authority, host.clock.now)
        host.misbehave {
            $0.alternates = { request in
                let start = now.addingTimeInterval(-3600)
                let leaf = try? authority.issue(
                    csr: request,
                    notBefore: start,
                    notAfter: start.addingTimeInterval(90 * 86_400)
                )
                let pem = leaf.map { PEM.encode($0, label: "CERTIFICATE") + other } ?? []
                return [Array("-----BEGIN JUNK-----".utf8), pem]
            }
        }
    }

    @Test func `the chain to the preferred issuer is used, bad ones are passed over`() async throws
    {
        try offerAlternate(named: "Other Root")
        let stored = try #require(
            try await host.issue { $0.preferredChain = .only("other root") }.certificate
        )
        let chain = try CertificateChain(
            pem: host.disk.readFile(stored.files.fullChain, limit: 65_536)
        )
        #expect(chain.topIssuer == "Other Root")
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `without such a chain the CA's choice is used, and that is told`() async throws {
        try offerAlternate(named: "Other Root")
        try await host.issue { $0.preferredChain = .only("No Root") }
        #expect(try host.faultOfServedPair() == nil)
        #expect(host.log.messages.contains { $0.hasPrefix("the CA has no chain to the preferred") })
    }

    // MARK: Keys

    @Test func `a kept key stays until a new one is asked for`() async throws {
        let first = try await host.issue { $0.reusesKey = true }.certificate
        let second = try await host.issue { $0.isForced = true }.certificate
        #expect(second?.number != first?.number)
        #expect(second?.manifest.publicKey == first?.manifest.publicKey)
        let third = try await host.issue {
            $0.isForced = true
            $0.reusesKey = false
        }.certificate
        #expect(third?.manifest.publicKey != first?.manifest.publicKey)
    }

    @Test func `a kept key of another type than is asked for is replaced`() async throws {
        let first = try await host.issue { $0.reusesKey = true }.certificate
        let second = try await host.issue { $0.keyType = .p384 }.certificate
        #expect(second?.manifest.publicKey != first?.manifest.publicKey)
        #expect(second?.manifest.keyType == "p384")
    }

    // MARK: Requests made elsewhere

    private func foreignRequest(_ key: PrivateKey) throws -> CertificateSigningRequest {
        try CertificateSigningRequest(dnsNames: ["example.com", "www.example.com"], key: key)
    }

    @Test func `a request made elsewhere is signed, without its key`() async throws {
        let key = try PrivateKey.make(.p256)
        let request = try foreignRequest(key)
        let stored = try #require(try await host.issue { $0.signingRequest = request }.certificate)
        #expect(!stored.manifest.hasKey)
        #expect(try host.disk.status(stored.files.privateKey) == nil)
        #expect(
            try host.disk.status(host.services.layout.include(#require(LineageName("example.com"))))
                == nil
        )
        #expect(try host.store.certificate(of: stored).publicKey == key.publicKey)
        // Remembered, and renewed the same way.
        #expect(try await host.issue().word == "unchanged")
        let renewed = try await host.issue { $0.isForced = true }.certificate
        #expect(renewed?.manifest.publicKey == stored.manifest.publicKey)
        // Until a key of our own is asked for.
        let own = try await host.issue { $0.keyType = .p256 }.certificate
        #expect(own?.manifest.hasKey == true)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `a request made elsewhere does not leave nginx with the old certificate`()
        async throws
    {
        try await host.issue()
        let request = try foreignRequest(PrivateKey.make(.p256))
        #expect(await host.exitCode { $0.signingRequest = request } == .configuration)
        #expect(host.network.withCA { $0.orderCount } == 1)
    }

    @Test func `a request for a revoked key is not signed again`() async throws {
        let request = try foreignRequest(PrivateKey.make(.p256))
        try await host.issue { $0.signingRequest = request }
        _ = try await CertificateRevocation(host.services, reason: .keyCompromise)
            .run(lineage: "example.com", byKey: false)
        #expect(await host.exitCode() == .configuration)
        #expect(try await host.issue { $0.reusesKey = false }.word == "issued")
    }

    @Test(arguments: CrashSweepTests.Death.allCases)
    func `a death at any call of a renewal with a kept key costs no second certificate`(
        death: CrashSweepTests.Death
    ) async throws {
        let probe = try TestHost()
        try await probe.issue { $0.reusesKey = true }
        let before = probe.disk.changes
        try await probe.issue { $0.isForced = true }
        for call in 1...(probe.disk.changes - before) {
            let host = try TestHost()
            try await host.issue { $0.reusesKey = true }
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            _ = await host.exitCode { $0.isForced = true }
            death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()
            let last = try await host.issue { $0.isForced = true }.certificate
            #expect(last?.number != GenerationNumber(1), "call \(call)")
            // The first one, the one that was cut short and is finished, and at the end another where
            // that was done already.
            #expect(host.network.withCA { $0.certificateCount } <= 3, "call \(call)")
            #expect(try host.faultOfServedPair() == nil)
        }
    }

    @Test func `a predecessor without a name in common is not named`() async throws {
        tellsRenewalInfo()
        let name = LineageName("shop")
        try await host.issue(["a.test"]) { $0.lineage = name }
        try await host.issue(["b.test"]) { $0.lineage = name }
        try await host.issue(["b.test", "c.test"]) { $0.lineage = name }
        let said = host.network.withCA { $0.replacements }
        #expect(said[0] == nil && said[1] == nil && said[2] != nil)
    }

    @Test func `what an order that failed was asked for is remembered`() async throws {
        host.misbehave { $0.challengeProblem = "no" }
        #expect(await host.exitCode { $0.keyType = .p384 } == .challengeFailed)
        host.misbehave { $0.challengeProblem = nil }
        let request = try host.request { $0.authority = nil }
        let endings = try await IssueCertificates([request], services: host.services).run()
        let certificate = try #require(try endings[0].result.get().certificate)
        #expect(certificate.manifest.keyType == "p384")
    }

    @Test func `a request for the account's own key is refused`() async throws {
        try await host.issue()
        let authority = try #require(CertificateAuthority(FakeCA.directoryURL))
        let accounts = AccountStore(host.store, authority: authority.folder)
        let request = try foreignRequest(#require(try accounts.key()))
        #expect(await host.exitCode { $0.signingRequest = request } == .configuration)
        #expect(host.network.withCA { $0.orderCount } == 1)
    }

    @Test(arguments: CrashSweepTests.Death.allCases)
    func `a death at any call costs no second certificate of a request made elsewhere`(
        death: CrashSweepTests.Death
    ) async throws {
        let request = try foreignRequest(PrivateKey.make(.p256))
        let probe = try TestHost()
        try await probe.issue { $0.signingRequest = request }
        for call in 1...probe.disk.changes {
            let host = try TestHost()
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            _ = await host.exitCode { $0.signingRequest = request }
            death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()
            try await host.issue { $0.signingRequest = request }
            #expect(host.network.withCA { $0.certificateCount } <= 1, "call \(call)")
        }
    }

    // MARK: certctl.conf

    @Test func `a certificate's hook of certctl.conf runs with its own arguments`() async throws {
        let etc = "\(TestHost.home)/etc"
        host.disk.put(directory: etc)
        try host.disk.writeNewFile("\(etc)/reload", Array("#!/bin/sh\n".utf8), FileMode(0o755))
        let text = "certificate example.com www.example.com { deploy_hook \(etc)/reload mail now; }"
        try host.disk.writeNewFile("\(etc)/certctl.conf", Array(text.utf8), .publicFile)
        try await host.issue()
        #expect(host.hooks.commands.map(\.executable) == ["\(etc)/reload"])
        #expect(host.hooks.commands.map(\.arguments) == [["mail", "now"]])
    }

    @Test(arguments: [["s.test", "www.s.test"], ["www.s.test", "s.test"]])
    func `a block is that of its names, in whatever order`(names: [String]) async throws {
        let etc = "\(TestHost.home)/etc"
        host.disk.put(directory: etc)
        let text = "site s.test www.s.test { to app:80; name shop; key_type p384; }"
        try host.disk.writeNewFile("\(etc)/certctl.conf", Array(text.utf8), .publicFile)
        let outcome = try await host.issue(names)
        #expect("\(outcome.name)" == "shop")
        #expect(outcome.certificate?.manifest.keyType == "p384")
        #expect(try await host.issue(["www.s.test"]).certificate?.manifest.keyType == "p384")
    }

    @Test func `settings that cannot be read stop everything before the CA is asked`() async throws
    {
        let etc = "\(TestHost.home)/etc"
        host.disk.put(directory: etc)
        try host.disk.writeNewFile("\(etc)/certctl.conf", Array("emial x;".utf8), .publicFile)
        await #expect(throws: SettingsError.self) { try await host.issue() }
        #expect(host.network.withCA { $0.counts.isEmpty })
    }

    // MARK: Rehearsals

    @Test func `a CA without a staging cannot be rehearsed with`() async throws {
        #expect(await host.exitCode { $0.isRehearsal = true } == .usage)
        #expect(host.network.withCA { $0.counts.isEmpty })
    }

    // MARK: Several at once

    @Test func `several certificates share one account and one directory`() async throws {
        let requests = try (1...10).map { try host.request(["a\($0).test", "b\($0).test"]) }
        let endings = try await IssueCertificates(requests, services: host.services).run()
        #expect(endings.map(\.name.description) == (1...10).map { "a\($0).test" })
        for ending in endings {
            _ = try ending.result.get()
            #expect(try host.faultOfServedPair("\(ending.name)") == nil)
        }
        let counts = host.network.withCA { $0.counts }
        #expect(counts[.directory] == 1)
        #expect(counts[.newAccount] == 1)
        #expect(counts[.newOrder] == 10)
    }

    @Test func `what fails for one keeps no other from its certificate`() async throws {
        host.misbehave {
            $0.tamper = { resource, response in
                let body = String(decoding: response.body, as: UTF8.self)
                return resource == .authorization && body.contains("bad.test")
                    ? .success(HTTPResponse(status: 404)) : .success(response)
            }
        }
        let requests = try ["a.test", "bad.test", "c.test"].map { try host.request([$0]) }
        let endings = try await IssueCertificates(requests, services: host.services).run()
        let failed = endings.filter { if case .failure = $0.result { true } else { false } }
        #expect(failed.map(\.name.description) == ["bad.test"])
        #expect(try host.faultOfServedPair("a.test") == nil)
        #expect(try host.faultOfServedPair("c.test") == nil)
    }

    @Test func `two certificates of one name are refused`() throws {
        let requests = try [["a.test"], ["a.test", "b.test"]].map { try host.request($0) }
        #expect(throws: WorkflowError.sameLineage("a.test")) {
            try IssueCertificates(requests, services: host.services)
        }
    }
}

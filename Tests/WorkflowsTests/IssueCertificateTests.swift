import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import PKI
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Design §5: the flow of one certificate; §15: what `issue` decides.
@Suite struct IssueCertificateTests {
    let host: TestHost

    init() throws {
        host = try TestHost()
    }

    @Test func `a certificate is issued for exactly the names asked for`() async throws {
        let outcome = try await host.issue()
        #expect(outcome.word == "issued")
        #expect(outcome.certificate?.number == GenerationNumber(1))
        #expect(outcome.certificate?.manifest.names == ["example.com", "www.example.com"])
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `the CA finds nothing to complain of in any request`() async throws {
        try await host.issue()
        #expect(host.network.withCA { $0.complaints } == [])
    }

    @Test func `one name with a known account takes nine requests`() async throws {
        try await host.issue(["first.test"])
        let before = host.network.withCA { $0.counts.values.reduce(0, +) }
        try await host.issue(["second.test"])
        #expect(host.network.withCA { $0.counts.values.reduce(0, +) } - before <= 9)
    }

    @Test func `the same names again change nothing and ask the CA nothing`() async throws {
        try await host.issue()
        let before = host.network.withCA { $0.counts }
        let outcome = try await host.issue(["www.example.com", "example.com"]) {
            $0.lineage = LineageName("example.com")
        }
        #expect(outcome.word == "unchanged")
        #expect(host.network.withCA { $0.counts } == before)
    }

    @Test func `force replaces a certificate that is not due`() async throws {
        try await host.issue()
        let outcome = try await host.issue { $0.isForced = true }
        #expect(outcome.word == "issued")
        #expect(outcome.certificate?.number == GenerationNumber(2))
    }

    @Test func `a certificate is replaced after two thirds of its life`() async throws {
        try await host.issue()
        host.clock.advance(by: .seconds(61 * 86_400))
        #expect(try await host.issue().word == "issued")
    }

    @Test func `three generations are kept`() async throws {
        for _ in 1...6 {
            try await host.issue { $0.isForced = true }
        }
        let directory = "\(TestHost.home)/lib/tls/gen/example.com"
        #expect(try host.disk.list(directory) == ["000004", "000005", "000006"])
    }

    @Test func `a new key is made for every certificate`() async throws {
        let first = try await host.issue().certificate?.manifest.publicKey
        let second = try await host.issue { $0.isForced = true }.certificate?.manifest.publicKey
        #expect(first != second)
    }

    @Test func `other names for an existing lineage are refused`() async throws {
        try await host.issue()
        #expect(await host.exitCode(["example.com", "mail.example.com"]) == .configuration)
    }

    @Test func `other names by name change the lineage`() async throws {
        try await host.issue()
        let outcome = try await host.issue(["example.com", "mail.example.com"]) {
            $0.lineage = LineageName("example.com")
        }
        #expect(outcome.certificate?.manifest.names == ["example.com", "mail.example.com"])
    }

    @Test func `before the first certificate a bootstrap pair stands in its place`() async throws {
        host.misbehave { $0.challengeProblem = "no route" }
        #expect(await host.exitCode() == .challengeFailed)
        #expect(try host.faultOfServedPair() == nil)
        #expect(try host.store.lineage(#require(LineageName("example.com"))).current == nil)
    }

    @Test func `without agreement to the terms nothing is registered`() async throws {
        #expect(await host.exitCode { $0.account.agreesToTerms = { _ in false } } == .usage)
        #expect(host.network.withCA { $0.counts[.newAccount] } == nil)
    }

    @Test func `a CA without terms needs no agreement`() async throws {
        host.misbehave { $0.termsOfService = nil }
        #expect(await host.exitCode { $0.account.agreesToTerms = { _ in false } } == .success)
    }

    @Test func `an account that the CA has forgotten is registered again and it is said so`()
        async throws
    {
        try await host.issue()
        host.network.withCA { $0.forget() }
        #expect(try await host.issue { $0.isForced = true }.word == "issued")
        #expect(host.log.messages.contains { $0.contains("forgotten the account") })
    }

    @Test func `an account whose file is lost is found by its key`() async throws {
        try await host.issue()
        let accounts = "\(TestHost.home)/lib/accounts"
        let folder = try #require(try host.disk.list(accounts).first)
        try host.disk.removeFile("\(accounts)/\(folder)/account.json")
        try await host.issue { request in
            request.isForced = true
            request.account.agreesToTerms = { _ in false }
        }
        #expect(host.network.withCA { $0.counts[.newAccount] } == 2)
    }

    @Test func `a key that others could read is not used`() async throws {
        try await host.issue()
        let accounts = "\(TestHost.home)/lib/accounts"
        let folder = try #require(try host.disk.list(accounts).first)
        host.disk.setMode("\(accounts)/\(folder)/key.pem", FileMode(0o644))
        #expect(await host.exitCode { $0.isForced = true } == .store)
    }

    @Test func `too little room is found out before the CA is asked`() async throws {
        var plan = MemoryFileSystem.Plan()
        plan.room = 1_000_000
        host.disk.plan(plan)
        #expect(await host.exitCode() == .store)
        #expect(host.network.withCA { $0.counts } == [:])
    }

    @Test func `no file with a key in it can be read by others at any moment`() async throws {
        try await host.issue()
        try await host.issue { $0.isForced = true }
        #expect(host.disk.exposedKeys == [])
    }

    @Test func `hooks run in order after the commit and then the one of the command`()
        async throws
    {
        for name in ["20-second", "10-first"] {
            let path = "\(TestHost.home)/etc/hooks/deploy.d/\(name)"
            host.disk.put(path, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        }
        host.disk.put("/opt/extra", Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        try await host.issue { $0.deployHook = "/opt/extra" }
        let names = host.hooks.commands.map { $0.executable.split(separator: "/").last ?? "" }
        #expect(names == ["10-first", "20-second", "extra"])
    }

    @Test func `a failed hook costs no certificate and runs alone the next time`() async throws {
        host.disk.put("/opt/hook", Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        host.hooks.end("/opt/hook", .exited(3), output: "no such container")
        #expect(await host.exitCode { $0.deployHook = "/opt/hook" } == .deployment)
        let before = host.network.withCA { $0.counts }

        host.hooks.end("/opt/hook", .exited(0))
        let outcome = try await host.issue()
        #expect(outcome.hooks == ["/opt/hook"])
        #expect(host.network.withCA { $0.counts } == before)
    }

    @Test func `an include that was lost is put back and the hooks run`() async throws {
        host.disk.put("/opt/hook", Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        try await host.issue()
        try host.disk.removeFile("\(TestHost.home)/lib/tls/nginx/example.com.conf")
        let outcome = try await host.issue { $0.deployHook = "/opt/hook" }
        #expect(outcome.hooks == ["/opt/hook"])
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `what is not asked for is as the lineage remembers it`() async throws {
        try await host.issue { request in
            request.keyType = .p384
            request.http01.port = 8080
        }
        let outcome = try await host.issue { $0.isForced = true }
        #expect(outcome.certificate?.manifest.keyType == "p384")
        let lineage = try host.store.lineage(outcome.name)
        #expect(lineage.settings?.http01Port == 8080)
    }

    @Test func `the CA is remembered with its roots`() async throws {
        try await host.issue { $0.authorityRoots = .file("/etc/roots.pem") }
        let outcome = try await host.issue { request in
            request.authority = nil
            request.isForced = true
        }
        let settings = try #require(try host.store.lineage(outcome.name).settings)
        #expect(settings.authority == FakeCA.directoryURL)
        #expect(settings.authorityRoots == "/etc/roots.pem")
    }

    @Test func `a hook that others could write is refused before the CA is asked`() async throws {
        let path = "\(TestHost.home)/etc/hooks/deploy.d/10-open"
        host.disk.put(path, Array("#!/bin/sh".utf8), mode: FileMode(0o777))
        #expect(await host.exitCode() == .configuration)
        #expect(host.network.withCA { $0.counts } == [:])
    }

    @Test func `a history that cannot be written keeps nothing from being used`() async throws {
        host.disk.put(directory: "\(TestHost.home)/lib/events.log")
        #expect(await host.exitCode() == .success)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `keys on their way out do not survive a crash in between`() async throws {
        try await host.issue()
        let grave = "\(TestHost.home)/lib/tls/.tmp/example.com~old-000000/privkey.pem"
        host.disk.put(grave, Array("PRIVATE KEY".utf8))
        try await host.issue()
        #expect(try host.disk.list("\(TestHost.home)/lib/tls/.tmp") == [])
    }

    @Test func `a link among the hooks is refused, not left out`() async throws {
        host.disk.put(link: "\(TestHost.home)/etc/hooks/deploy.d/50-nginx", to: "/opt/reload-nginx")
        #expect(await host.exitCode() == .configuration)
    }

    @Test func `an owed hook that is gone holds nothing up`() async throws {
        host.disk.put("/opt/hook", Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        host.hooks.end("/opt/hook", .exited(1))
        #expect(await host.exitCode { $0.deployHook = "/opt/hook" } == .deployment)
        try host.disk.removeFile("/opt/hook")
        #expect(await host.exitCode() == .success)
        #expect(host.log.messages.contains { $0.contains("cannot be run any more") })
    }

    @Test func `a key that the CA refuses is not offered again`() async throws {
        host.misbehave { behaviour in
            behaviour.tamper = { resource, response in
                resource == .finalize
                    ? .success(FakeCA.problem("badPublicKey", "weak")) : .success(response)
            }
        }
        #expect(await host.exitCode() == .refused)
        let name = try #require(LineageName("example.com"))
        #expect(try host.store.lineage(name).progress.pending == nil)
    }

    @Test func `terms that nobody agreed to are not noted as agreed to`() async throws {
        try await host.issue()
        let accounts = "\(TestHost.home)/lib/accounts"
        let folder = try #require(try host.disk.list(accounts).first)
        try host.disk.removeFile("\(accounts)/\(folder)/account.json")
        try await host.issue { $0.isForced = true }
        let account = try AccountStore(host.store, authority: folder).account()
        #expect(account?.terms == nil)
    }

    @Test func `a certificate that a wrong clock calls expired is not lost`() async throws {
        host.misbehave { behaviour in
            behaviour.chain = { authority, request in
                let now = ManualClock().now
                let leaf = try? authority.issue(
                    csr: request,
                    notBefore: now + 86_400,
                    notAfter: now + 90 * 86_400
                )
                return authority.chainPEM(leaf: leaf ?? [])
            }
        }
        #expect(await host.exitCode() == .refused)
        host.clock.advance(by: .seconds(2 * 86_400))
        #expect(await host.exitCode() == .success)
        #expect(host.network.withCA { $0.certificateCount } == 1)
    }

    @Test func `a certificate's key that others may read is refused`() async throws {
        let key = try #require(try await host.issue().certificate).files.privateKey
        host.disk.setMode(key, FileMode(0o644))
        #expect(await host.exitCode() == .store)
    }

    @Test func `more authorizations than names are refused`() async throws {
        host.misbehave { behaviour in
            behaviour.tamper = { resource, response in
                guard resource == .newOrder else { return .success(response) }
                var order = response
                let text = String(decoding: response.body, as: UTF8.self)
                let more = (0..<500).map { #""https://ca.test/authorization/0/\#($0)""# }
                order.body = Array(
                    text.replacing(
                        "\"authorizations\":[",
                        with: "\"authorizations\":[\(more.joined(separator: ",")),"
                    )
                    .utf8
                )
                return .success(order)
            }
        }
        #expect(await host.exitCode() == .unreachable)
        #expect(host.network.withCA { $0.counts[.authorization] } == nil)
    }

    @Test func `an unchanged certificate keeps the CA that has stood in for the usual one`()
        async throws
    {
        try host.addSecond()
        try await host.issueBySubstitute("a.test")
        #expect(try await host.issue(["a.test"]).word == "unchanged")
        let name = try #require(LineageName("a.test"))
        let settings = try host.store.lineage(name).settings
        #expect(settings?.authority == FakeCA.directoryURL)
        #expect(settings?.issuing == TestHost.second)
    }
}

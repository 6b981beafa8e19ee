import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import HTTP01
import Platform
import Renewal
import Settings
import TestSupport
import Testing

@testable import Workflows

/// Design §10: root's part in `certctl issue`, in a store of somebody else.
@Suite struct IssueForOwnerTests {
    private static let owner: UInt32 = 1000
    private static let lib = "\(TestHost.home)/lib"

    private let host: TestHost

    init() throws {
        host = try TestHost()
        // As the installation makes them.
        try host.store.prepare()
        for path in ["", "/tls", "/tls/live", "/tls/nginx", "/deploy"] {
            host.disk.setOwner(Self.lib + path, 0)
        }
        for path in ["/home", TestHost.home] { host.disk.setOwner(path, 0) }
        host.disk.setMode(Self.lib, FileMode(0o1771))
    }

    private var root: Services {
        let own = host.services
        return Services(
            layout: own.layout,
            fileSystem: own.fileSystem,
            clock: own.clock,
            processes: own.processes,
            user: 0,
            log: own.log,
            makeTransport: own.makeTransport,
            makeSolver: own.makeSolver
        )
    }

    private func roots(_ requests: [IssueRequest]) throws -> IssueCertificates {
        try IssueCertificates(requests, services: root)
    }

    /// Root's command: the owner's process runs in its midst.
    private func issue(
        _ request: IssueRequest,
        whileAway: () async throws -> Void = {}
    ) async throws -> [IssueCertificates.Ending] {
        host.disk.act(as: 0)
        let workflow = try roots([request])
        let standing = try workflow.standing()
        host.disk.act(as: Self.owner)
        _ = try await IssueCertificates([request], services: host.services).run(deploys: false)
        try await whileAway()
        host.disk.act(as: 0)
        return try await workflow.bringIntoUse(since: standing)
    }

    private func ports(
        _ adjust: (inout IssueRequest) -> Void = { _ in }
    ) throws -> OwnersPorts {
        try roots([host.request(["example.com"], adjust)]).standing().ports
    }

    private func endpoints(
        _ adjust: (inout IssueRequest) -> Void = { _ in }
    ) throws -> Set<Endpoint> {
        try ports(adjust).endpoints
    }

    private func owners(below path: String) throws -> Set<UInt32> {
        let paths = host.disk.contents(below: Self.lib + path).keys
        return Set(try paths.compactMap { try host.disk.status($0)?.owner })
    }

    @Test func `what the owner has issued is brought into use by root`() async throws {
        let hook = "\(TestHost.home)/etc/hooks/deploy.d/tell"
        host.disk.act(as: 0)
        host.disk.put(hook, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        let endings = try await issue(host.request())
        let outcome = try #require(endings.first).result.get()
        #expect(outcome.word == "issued")
        #expect(outcome.hooks == [hook])
        #expect(try host.faultOfServedPair() == nil)
        for path in ["/tls/gen", "/accounts", "/lineages"] {
            #expect(try owners(below: path) == [Self.owner])
        }
        for path in ["/tls/nginx", "/tls/live", "/deploy"] {
            #expect(try owners(below: path) == [0])
        }
    }

    @Test func `what root leads readers to is put back by the timer where it is gone`()
        async throws
    {
        _ = try await issue(host.request())
        let copies = "\(Self.lib)/tls/group/root/example.com"
        #expect(try host.disk.status("\(copies)/000001/privkey.pem")?.mode == .privateFile)
        #expect(try host.disk.status("\(copies)/000001/fullchain.pem")?.mode == .publicFile)
        try host.disk.removeTree(copies)
        _ = try await DeployCertificates(root).run(isPendingOnly: true)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `what was good before is told as unchanged`() async throws {
        _ = try await issue(host.request())
        let requests = host.network.withCA { $0.orderCount }
        let outcome = try #require(try await issue(host.request()).first).result.get()
        #expect(outcome.word == "unchanged")
        #expect(host.network.withCA { $0.orderCount } == requests)
    }

    @Test func `by force an older certificate is no success`() async throws {
        _ = try await issue(host.request())
        host.misbehave {
            $0.challengeProblem = #"{"type":"urn:ietf:params:acme:error:connection"}"#
        }
        let endings = try await issue(host.request { $0.isForced = true })
        #expect(endings.isEmpty)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `a pair to start nginx with is published by root where there is no certificate`()
        async throws
    {
        host.misbehave {
            $0.challengeProblem = #"{"type":"urn:ietf:params:acme:error:connection"}"#
        }
        #expect(try await issue(host.request()).isEmpty)
        #expect(try host.faultOfServedPair() == nil)
        let name = try #require(LineageName("example.com"))
        #expect(try host.store.publishedGeneration(of: name) == .bootstrap)
        #expect(try owners(below: "/tls/gen") == [Self.owner])
        #expect(try owners(below: "/tls/nginx") == [0])
    }

    @Test func `a hook that cannot run is refused before the owner is asked`() throws {
        let request = try host.request { $0.deployHook = "/not/there" }
        #expect(throws: HookError.self) { try roots([request]).standing() }
    }

    @Test func `a hook that was asked for runs also where the timer has deployed meanwhile`()
        async throws
    {
        let hook = "/opt/extra"
        host.disk.act(as: 0)
        host.disk.put(hook, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        let endings = try await issue(host.request { $0.deployHook = hook }) {
            host.disk.act(as: 0)
            let deployed = try await DeployCertificates(root).run(isPendingOnly: true)
            #expect(deployed.count == 1)
            #expect(host.hooks.commands.isEmpty)
        }
        let outcome = try #require(endings.first).result.get()
        #expect(outcome.hooks == [hook])
        // Once is enough, also for who asks again for what is there.
        let again = try #require(try await issue(host.request { $0.deployHook = hook }).first)
        #expect(try again.result.get().word == "unchanged")
        #expect(host.hooks.commands.count == 1)
        #expect(try await DeployCertificates(root).run(isPendingOnly: true).isEmpty)
    }

    @Test func `the owner clears away what is old, and keeps what is served`() async throws {
        _ = try await issue(host.request())
        host.disk.act(as: Self.owner)
        for _ in 1...4 { try await host.issue(deploys: false) { $0.isForced = true } }
        let generations = try host.disk.list("\(Self.lib)/tls/gen/example.com")
        #expect(generations == ["000001", "000004", "000005"])
    }

    @Test func `the owner sees by the link whether his certificate is in use`() async throws {
        host.disk.act(as: Self.owner)
        try await host.issue(deploys: false)
        func isPending() throws -> Bool {
            try ListCertificates(host.services).one("example.com").isDeployPending
        }
        #expect(try isPending())
        _ = try await issue(host.request())
        #expect(try !isPending())
    }

    @Test func `the owner sees that root's hook has failed, and not what it said`() async throws {
        let hook = "\(TestHost.home)/etc/hooks/deploy.d/tell"
        host.disk.act(as: 0)
        host.disk.put(hook, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        host.hooks.end(hook, .exited(1))
        let failed = try #require(try await issue(host.request()).first)
        #expect(throws: HookError.self) { try failed.result.get() }

        host.disk.act(as: Self.owner)
        let report = try ListCertificates(host.services).one("example.com")
        #expect(report.isDeployPending)
        #expect(report.deployFailure?.count == 1)
        #expect(report.deployFailure?.reason == "")
        #expect(report.nextDeploy == report.deployFailure?.last.addingTimeInterval(60))
        host.clock.advance(by: .seconds(3601))
        let pending = try await watched().first { $0.state == .deployPending }
        #expect(pending?.level == .warning)
        #expect(pending?.message == "generation 000001 has not been deployed: it has failed once")

        host.disk.act(as: 0)
        host.hooks.end(hook, .exited(0))
        let again = try await DeployCertificates(root).run(isPendingOnly: true)
        #expect(try again.map { try $0.result.get().hooks } == [[hook]])
        host.disk.act(as: Self.owner)
        #expect(try !ListCertificates(host.services).one("example.com").isDeployPending)
        #expect(try await watched().allSatisfy { $0.state != .deployPending })
        #expect(try host.disk.list("\(Self.lib)/tls/live") == ["example.com"])
    }

    private func watched() async throws -> [Observation] {
        let servers = ScriptedServers()
        return try await WatchCertificates(host.services, probe: servers, resolver: servers)
            .run(WatchCertificates.Request()).observations
    }

    // MARK: Renewals

    private static let warning =
        "root has listened for the challenges, and the timer's certctl renew may not"

    /// Root's command, with what it tells at its end.
    private func issueAndTell(_ request: IssueRequest) async throws {
        host.disk.act(as: 0)
        let workflow = try roots([request])
        let standing = try workflow.standing()
        host.disk.act(as: Self.owner)
        _ = try await IssueCertificates([request], services: host.services).run(deploys: false)
        host.disk.act(as: 0)
        workflow.tellOfRenewals(try await workflow.bringIntoUse(since: standing), after: standing)
    }

    @Test func `root warns that the timer cannot renew what he had to listen for`() async throws {
        try await issueAndTell(host.request())
        let line = try #require(host.log.lines(from: .warning).last)
        #expect(line.hasPrefix(Self.warning))
        #expect(line.contains("systemctl enable --now certctl-control.socket"))
        #expect(line.contains("certctl-http01.socket"))
        // What is good already needed nothing of root.
        try await issueAndTell(host.request())
        #expect(host.log.messages.count { $0 == Self.warning } == 1)
    }

    @Test(arguments: [HTTP01Mode.service, .webroot("/var/www")])
    func `root warns of nothing where somebody else answers`(_ mode: HTTP01Mode) async throws {
        try await issueAndTell(host.request { $0.http01.mode = mode })
        #expect(!host.log.messages.contains(Self.warning))
    }

    @Test func `the owner who may not bind the port is told what lets him renew`() {
        let error = HTTP01Error.notPermitted(port: 80)
        host.disk.act(as: Self.owner)
        let told = host.services.completed(error) as? HTTP01Error
        #expect(told == .ownerNotPermitted(port: 80))
        // It is a fault of this host still, for which no CA is left alone.
        #expect(FailureVerdict(HTTP01Error.ownerNotPermitted(port: 80)).failureClass == .local)
        host.disk.act(as: 0)
        #expect(root.completed(error) as? HTTP01Error == error)
    }

    // MARK: Ports

    @Test func `root listens for him at the standard port`() throws {
        #expect(try endpoints() == [Endpoint(port: 80)])
        #expect(try endpoints { $0.http01.mode = .standalone } == [Endpoint(port: 80)])
        #expect(
            try endpoints { $0.http01.address = .only("192.0.2.1") }
                == [Endpoint(address: "192.0.2.1", port: 80)]
        )
    }

    @Test(arguments: [HTTP01Mode.service, .webroot("/var/www")])
    func `root listens nowhere for whoever else answers`(_ mode: HTTP01Mode) throws {
        #expect(try ports { $0.http01.mode = mode } == OwnersPorts())
    }

    @Test func `root makes the socket that a web server passes challenges to`() throws {
        let proxied = try ports { $0.http01.mode = .proxied }
        #expect(proxied.isProxied)
        #expect(proxied.endpoints.isEmpty)
        let auto = try ports()
        #expect(!auto.isProxied)
        #expect(auto.mayBeProxied)
        let elsewhere = try ports {
            $0.http01.mode = .proxied
            $0.http01.port = 8080
        }
        #expect(elsewhere == OwnersPorts())
    }

    @Test func `a port that he may bind is left to him, a lower one is the person's choice`() throws
    {
        #expect(try endpoints { $0.http01.port = 8080 }.isEmpty)
        #expect(try endpoints { $0.http01.port = 81 } == [Endpoint(port: 81)])
    }

    @Test func `no port is bound because the owner remembers it`() async throws {
        _ = try await issue(host.request { $0.http01.port = 25 })
        #expect(try endpoints { $0.isForced = true }.isEmpty)
    }

    @Test func `no address is bound because the owner remembers it`() async throws {
        _ = try await issue(host.request { $0.http01.address = .only("192.0.2.1") })
        #expect(try endpoints { $0.isForced = true }.isEmpty)
        let asked = try endpoints { request in
            request.isForced = true
            request.http01.address = .only("192.0.2.1")
        }
        #expect(asked == [Endpoint(address: "192.0.2.1", port: 80)])
    }

    @Test func `no port is bound for a certificate that is good`() async throws {
        _ = try await issue(host.request(["example.com"]))
        #expect(try endpoints().isEmpty)
    }
}

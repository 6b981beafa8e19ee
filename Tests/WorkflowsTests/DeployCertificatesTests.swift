import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import PKI
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Root's half: what is committed is brought into use, in one run, and tried again when that fails.
@Suite struct DeployCertificatesTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    private static let etc = "\(TestHost.home)/etc"
    private static let tls = "\(TestHost.home)/lib/tls"
    private static let include = "\(tls)/nginx/example.com.conf"

    /// Commits a certificate that is not brought into use.
    private func commit(_ names: [String] = ["example.com", "www.example.com"]) async throws {
        try await host.issue(names, deploys: false) { $0.isForced = true }
    }

    @discardableResult
    private func hook(_ name: String) -> String {
        let path = "\(Self.etc)/hooks/\(name)"
        host.disk.put(path, Array("#!/bin/sh".utf8), mode: FileMode(0o755))
        return path
    }

    private func deploy(
        _ names: [String]? = nil,
        pending: Bool = false
    ) async throws -> [DeployCertificates.Ending] {
        try await DeployCertificates(host.services).run(
            names?.compactMap(LineageName.init),
            isPendingOnly: pending
        )
    }

    /// The hooks that were run since the last look, each by its name and what it was told.
    private func told() -> [String] {
        defer { host.hooks.forget() }
        return host.hooks.commands.map { command in
            let name = command.executable.split(separator: "/").last ?? ""
            return ([String(name)] + command.arguments).joined(separator: " ")
        }
    }

    private func generation(_ ending: DeployCertificates.Ending?) throws -> Int {
        try #require(ending).result.get().generation.value
    }

    private func error(_ ending: DeployCertificates.Ending?) -> (any Error)? {
        if case .failure(let error)? = ending?.result { error } else { nil }
    }

    private func report(_ name: String = "example.com") throws -> LineageReport {
        try ListCertificates(host.services).one(name)
    }

    // MARK: What is pending

    @Test func `what was only committed is brought into use, once`() async throws {
        hook("deploy.d/10-copy")
        try await commit()
        #expect(try report().isDeployPending)
        #expect(host.hooks.commands.isEmpty)
        #expect(host.disk.contents(below: "\(Self.tls)/live").isEmpty)
        #expect(host.disk.contents(below: "\(Self.tls)/nginx").isEmpty)

        let endings = try await deploy(pending: true)
        #expect(try generation(endings.first) == 1)
        #expect(try host.faultOfServedPair() == nil)
        #expect(told() == ["10-copy deploy example.com"])
        #expect(try !report().isDeployPending)

        #expect(try await deploy(pending: true).isEmpty)
        #expect(try await deploy().first?.result.get().wasUnchanged == true)
        #expect(told() == [])
    }

    @Test func `where nothing is pending nothing is written and no settings are read`()
        async throws
    {
        try await host.issue()
        host.disk.put("\(Self.etc)/certctl.conf", Array("nonsense".utf8))
        let changes = host.disk.changes
        #expect(try await deploy(pending: true).isEmpty)
        #expect(host.disk.changes == changes)
    }

    @Test func `without a store there is nothing to deploy, and none is made`() async throws {
        let changes = host.disk.changes
        #expect(try await deploy().isEmpty)
        #expect(try await deploy(pending: true).isEmpty)
        #expect(host.disk.changes == changes)
    }

    @Test func `a hook is run again for what is in use where that is insisted on`() async throws {
        hook("deploy.d/10-copy")
        try await host.issue()
        host.hooks.forget()
        #expect(try await deploy().first?.result.get().wasUnchanged == true)
        #expect(told() == [])
        let endings = try await DeployCertificates(host.services).run(isForced: true)
        #expect(try endings.first?.result.get().wasUnchanged == false)
        #expect(told() == ["10-copy deploy example.com"])
    }

    @Test func `an include that was lost is put back, and the hooks run`() async throws {
        hook("deploy.d/10-copy")
        try await host.issue()
        try host.disk.removeFile(Self.include)
        host.hooks.forget()
        #expect(try await deploy().first?.result.get().wasUnchanged == false)
        #expect(try host.faultOfServedPair() == nil)
        #expect(told() == ["10-copy deploy example.com"])
    }

    @Test func `a name without a certificate is told`() async throws {
        let name = try #require(LineageName("nothing.test"))
        _ = try host.store.prepare()
        _ = try host.store.lock(name)
        let missing = WorkflowError.noCertificate(
            lineage: "nothing.test",
            reason: "it has no certificate yet"
        )
        #expect(error(try await deploy(["nothing.test"]).first) as? WorkflowError == missing)
    }

    @Test func `the pair that lets nginx start is published where issuing could not`()
        async throws
    {
        host.misbehave {
            $0.challengeProblem = #"{"type":"urn:ietf:params:acme:error:connection"}"#
        }
        await #expect(throws: (any Error).self) { try await commit() }
        #expect(try !host.store.isPublished(#require(LineageName("example.com"))))
        _ = try await deploy(pending: true)
        #expect(try host.faultOfServedPair() == nil)
        let changes = host.disk.changes
        _ = try await deploy(pending: true)
        #expect(host.disk.changes == changes)
    }

    // MARK: The hooks of a run

    @Test func `a run has hooks once before and once after, and those of each lineage between`()
        async throws
    {
        for name in ["pre.d/10-stop", "deploy.d/10-copy", "post.d/10-start"] { hook(name) }
        try await commit(["b.test"])
        try await commit(["a.test"])
        _ = try await deploy()
        let commands = host.hooks.commands
        #expect(
            told() == [
                "10-stop pre", "10-copy deploy a.test", "10-copy deploy b.test", "10-start post",
            ]
        )
        #expect(commands.first?.environment["CERTCTL_LINEAGES"] == "a.test b.test")
        #expect(commands.last?.environment["CERTCTL_DEPLOYED"] == "a.test b.test")
        #expect(commands.last?.environment["CERTCTL_FAILED"] == "")
        _ = try await deploy()
        #expect(told() == [])
    }

    @Test func `issue has the same hooks around all its certificates`() async throws {
        for name in ["pre.d/10-stop", "deploy.d/10-copy", "post.d/10-start"] { hook(name) }
        let requests = [try host.request(["a.test"]), try host.request(["b.test"])]
        _ = try await IssueCertificates(requests, services: host.services).run()
        #expect(
            told() == [
                "10-stop pre", "10-copy deploy a.test", "10-copy deploy b.test", "10-start post",
            ]
        )
    }

    @Test func `a hook before that fails leaves everything as it was, to be tried again`()
        async throws
    {
        let stop = hook("pre.d/10-stop")
        for name in ["pre.d/20-more", "deploy.d/10-copy", "post.d/10-start"] { hook(name) }
        host.hooks.end(stop, .exited(1), output: "cannot stop")
        try await commit()
        let before = host.served
        let failure = error(try await deploy().first)
        #expect(
            failure as? HookError == .failed(path: stop, status: 1, output: "cannot stop")
        )
        #expect(host.served == before)
        #expect(host.hooks.commands.last?.environment["CERTCTL_FAILED"] == "example.com")
        #expect(told() == ["10-stop pre", "10-start post"])

        host.hooks.end(stop, .exited(0))
        host.clock.advance(by: .seconds(60))
        #expect(try generation(try await deploy(pending: true).first) == 1)
    }

    /// The files of the newest generation of `example.com`, which is in use, are gone.
    private func lose() async throws {
        for _ in 1...2 {
            try await commit()
            _ = try await deploy()
        }
        try host.disk.removeTree("\(Self.tls)/gen/example.com/000002")
    }

    @Test(arguments: [true, false])
    func `where the newest certificate is gone the one before it is used, if it is good`(
        isPending: Bool
    ) async throws {
        try await lose()
        #expect(try generation(try await deploy(pending: isPending).first) == 1)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test(arguments: [true, false])
    func `no server is led back to a certificate that has expired or was called back`(
        isRevoked: Bool
    ) async throws {
        try await lose()
        if isRevoked {
            let name = try #require(LineageName("example.com"))
            try host.store.journal(name).append(.revoked(GenerationNumber(1), reason: nil))
        } else {
            host.clock.advance(by: .seconds(90 * 86_400))
        }
        let served = host.served
        for isPending in [true, false] {
            let error = error(try await deploy(pending: isPending).first) as? WorkflowError
            guard case .onlyOutdated? = error else {
                Issue.record("it was deployed")
                continue
            }
        }
        #expect(host.served == served)
    }

    @Test func `one that fails keeps no other from being deployed`() async throws {
        hook("post.d/10-tell")
        let bad = hook("bad")
        host.hooks.end(bad, .exited(1))
        let text = "certificate a.test { deploy_hook \(bad); }"
        host.disk.put("\(Self.etc)/certctl.conf", Array(text.utf8))
        try await commit(["a.test"])
        try await commit(["b.test"])
        let endings = try await deploy()
        #expect(error(endings.first) is HookError)
        #expect(try generation(endings.last) == 1)
        let last = host.hooks.commands.last?.environment
        #expect(last?["CERTCTL_DEPLOYED"] == "b.test")
        #expect(last?["CERTCTL_FAILED"] == "a.test")
        #expect(try report("a.test").isDeployPending)
        #expect(try !report("b.test").isDeployPending)
    }

    /// Whoever owns the store must not keep root from the rest of it.
    @Test(arguments: [true, false])
    func `a link in the place of a lineage's certificates is told, and keeps no other waiting`(
        _ isPending: Bool
    ) async throws {
        try await commit(["a.example"])
        try await commit()
        host.disk.put(link: "\(Self.tls)/gen/b.example", to: "/etc")
        host.disk.put("\(TestHost.home)/lib/lineages/b.example/lock", [], mode: .privateFile)
        let endings = try await deploy(pending: isPending)
        #expect(endings.map { "\($0.name)" } == ["a.example", "b.example", "example.com"])
        #expect(error(endings[1]) as? StoreError != nil)
        #expect(try generation(endings[0]) == 1)
        #expect(try generation(endings[2]) == 1)
    }

    @Test func `a hook after that fails is owed alone`() async throws {
        let start = hook("post.d/10-start")
        for name in ["pre.d/10-stop", "deploy.d/10-copy"] { hook(name) }
        host.hooks.end(start, .exited(1))
        try await commit()
        #expect(error(try await deploy().first) is HookError)
        #expect(try report().isDeployPending)
        _ = told()

        for (pause, count) in [(60.0, 2), (600, 3), (6000, 4)] {
            host.clock.advance(by: .seconds(pause - 1))
            #expect(try await deploy(pending: true).isEmpty)
            host.clock.advance(by: .seconds(1))
            #expect(error(try await deploy(pending: true).first) is HookError)
            #expect(told() == ["10-start post"])
            #expect(try report().deployFailure?.count == count)
        }
        host.hooks.end(start, .exited(0))
        #expect(error(try await deploy().first) == nil)
        #expect(told() == ["10-start post"])
        #expect(try !report().isDeployPending)
    }

    @Test func `by force all hooks run, also where only one after them is owed`() async throws {
        let start = hook("post.d/10-start")
        for name in ["pre.d/10-stop", "deploy.d/10-copy"] { hook(name) }
        host.hooks.end(start, .exited(1))
        try await commit()
        _ = try await deploy()
        _ = told()
        host.hooks.end(start, .exited(0))
        _ = try await DeployCertificates(host.services).run(isForced: true)
        #expect(told() == ["10-stop pre", "10-copy deploy example.com", "10-start post"])
        #expect(try !report().isDeployPending)
    }

    @Test func `a hook after that was owed and is gone holds nothing up`() async throws {
        let start = hook("post.d/10-start")
        host.hooks.end(start, .exited(1))
        try await commit()
        _ = try await deploy()
        try host.disk.removeFile(start)
        #expect(error(try await deploy().first) == nil)
        #expect(try !report().isDeployPending)
    }

    // MARK: Failures

    @Test func `a failure is told, with when it is tried again, and never costs an order`()
        async throws
    {
        let copy = hook("deploy.d/10-copy")
        host.hooks.end(copy, .exited(3), output: "no luck")
        try await commit()
        let orders = host.network.withCA { $0.orderCount }
        _ = try await deploy()
        let noted = try report()
        // Records have whole seconds.
        let now = Date(timeIntervalSince1970: host.clock.now.timeIntervalSince1970.rounded(.down))
        #expect(noted.isDeployPending)
        #expect(noted.deployFailure?.count == 1)
        #expect(noted.deployFailure?.last == now)
        #expect(noted.deployFailure?.reason.hasSuffix("status 3: no luck") == true)
        #expect(noted.nextDeploy == now.addingTimeInterval(60))
        #expect(host.network.withCA { $0.orderCount } == orders)
        #expect(try host.faultOfServedPair() == nil)
    }

    @Test func `the timer waits longer after each failure, and a person does not`() async throws {
        let copy = hook("deploy.d/10-copy")
        host.hooks.end(copy, .exited(1))
        try await commit()
        _ = try await deploy(pending: true)
        for pause in [60.0, 600, 6000, 86_400, 86_400] {
            host.hooks.forget()
            host.clock.advance(by: .seconds(pause - 1))
            #expect(try await deploy(pending: true).isEmpty)
            #expect(told() == [])
            // What waits is not done: the timer's unit goes on failing.
            let waiting = try #require(
                error(try DeployCertificates(host.services).waiting().first) as? WorkflowError
            )
            #expect(waiting.diagnosis.exitCode == .deployment)
            #expect(waiting.diagnosis.why.hasSuffix("status 1"))
            host.clock.advance(by: .seconds(1))
            #expect(error(try await deploy(pending: true).first) is HookError)
            #expect(told() == ["10-copy deploy example.com"])
        }
        #expect(error(try await deploy(["example.com"]).first) is HookError)
        #expect(try report().deployFailure?.count == 7)
        host.hooks.end(copy, .exited(0))
        #expect(error(try await deploy(["example.com"]).first) == nil)
        #expect(try report().deployFailure == nil)
    }

    @Test func `a failure that a wrong clock has noted keeps nothing waiting`() async throws {
        let copy = hook("deploy.d/10-copy")
        host.hooks.end(copy, .exited(1))
        try await commit()
        host.clock.advance(by: .seconds(365 * 86_400))
        _ = try await deploy()
        host.clock.advance(by: .seconds(-365 * 86_400))
        #expect(try report().nextDeploy == host.clock.now)
        #expect(try await deploy(pending: true).count == 1)
        #expect(try #require(report().deployFailure).last <= host.clock.now)
    }

    @Test func `a new certificate does not wait for the failures of the last`() async throws {
        let copy = hook("deploy.d/10-copy")
        host.hooks.end(copy, .exited(1))
        try await commit()
        for _ in 1...4 { _ = try await deploy() }
        try await commit()
        #expect(try report().deployFailure == nil)
        #expect(try await deploy(pending: true).count == 1)
        #expect(try report().deployFailure?.count == 1)
    }

    @Test func `how often it is tried goes by what is served, and not by what never was`()
        async throws
    {
        try await commit()
        _ = try await deploy()
        let end = try #require(try host.notAfter("example.com"))
        host.clock.advance(by: .seconds(end.timeIntervalSince(host.clock.now) - 86_400))
        host.hooks.end(hook("pre.d/10-stop"), .exited(1))
        for _ in 1...2 {
            try await commit()
            for _ in 1...4 { _ = try await deploy() }
        }
        #expect(try report().deployFailure?.count == 4)
        #expect(try report().nextDeploy == report().deployFailure?.last.addingTimeInterval(3600))
    }

    @Test func `a hook that issue was given is owed to the next run`() async throws {
        let extra = hook("extra")
        host.hooks.end(extra, .exited(1))
        #expect(await host.exitCode { $0.deployHook = extra } == .deployment)
        host.hooks.end(extra, .exited(0))
        host.clock.advance(by: .seconds(60))
        _ = told()
        #expect(try await deploy(pending: true).first?.result.get().hooks == [extra])
        #expect(try await deploy().first?.result.get().wasUnchanged == true)
    }

    // MARK: Others at work

    @Test func `the timer leaves a run to another certctl, and a person waits for its end`()
        async throws
    {
        try await commit()
        try host.store.prepareDeployment()
        let other = try host.store.lockDeployRun()
        #expect(try await deploy(pending: true).isEmpty)
        #expect(host.log.messages.contains("left to another certctl, which is deploying"))
        #expect(error(try await deploy().first) as? StoreError == .busy("the deploy run"))
        withExtendedLifetime(other) {}
        // Nobody has failed: it is tried again at once.
        #expect(try report().deployFailure == nil)
    }

    @Test func `a lineage that another certctl works on is left to it by the timer`() async throws {
        try await commit(["a.test"])
        try await commit(["b.test"])
        let other = try host.store.lock(#require(LineageName("a.test")))
        #expect(try await deploy(pending: true).map(\.name.description) == ["b.test"])
        let endings = try await deploy(["a.test", "b.test"])
        #expect(error(endings.first) as? StoreError == .busy("a.test"))
        #expect(try endings.last?.result.get().wasUnchanged == true)
        withExtendedLifetime(other) {}
    }

    /// systemd merges the start that `renew` asks for into the run that is under way.
    @Test func `what is committed while the timer's run goes on is deployed by it`() async throws {
        try await commit(["a.test"])
        try await commit(["b.test"])
        let name = try #require(LineageName("b.test"))
        let other = try #require(try host.store.lock(name))
        // Who was at work on it ends in the midst of the run.
        host.hooks.act(hook("deploy.d/10-copy")) { other.release() }
        let endings = try await deploy(pending: true)
        #expect(endings.map(\.name.description) == ["a.test", "b.test"])
        #expect(told() == ["10-copy deploy a.test", "10-copy deploy b.test"])
        #expect(try await deploy(pending: true).isEmpty)
    }

    @Test func `one that fails is not tried again in the same run`() async throws {
        let copy = hook("deploy.d/10-copy")
        host.hooks.end(copy, .exited(1))
        try await commit(["a.test"])
        #expect(error(try await deploy(pending: true).first) is HookError)
        #expect(told() == ["10-copy deploy a.test"])
    }

    @Test func `the timer waits for another run as long as a person does`() async throws {
        try await commit()
        try host.store.prepareDeployment()
        let other = try #require(try host.store.lockDeployRun())
        let clock = host.clock
        let before = clock.now
        #expect(try await deploy(pending: true).isEmpty)
        #expect(clock.now.timeIntervalSince(before) >= 30)
        other.release()
        #expect(try await deploy(pending: true).count == 1)
    }

    @Test func `a lineage that is named twice is deployed once`() async throws {
        try await commit(["a.test"])
        let endings = try await deploy(["a.test", "a.test"])
        #expect(endings.count == 1)
        #expect(try endings.first?.result.get().wasUnchanged == false)
    }

    @Test func `the history tells what was not brought into use from what was not issued`()
        async throws
    {
        host.hooks.end(hook("deploy.d/10-copy"), .exited(3))
        try await commit()
        _ = try await deploy()
        let events = try host.store.history(HistoryQuery()).events.map(\.event)
        #expect(events.sorted() == ["deployFailed", "issued"])
    }

    @Test func `what is noted of deployments is read once, however many there are`() async throws {
        for number in 1...10 { try await commit(["n\(number).test"]) }
        _ = try await deploy()
        let disk = WatchedFileSystem(host.disk)
        let again = try await DeployCertificates(host.services(on: disk)).run()
        #expect(again.count == 10)
        #expect(disk.opens("\(TestHost.home)/lib/deploy/journal") == 1)
    }

    @Test func `a long journal of which all is true is not gone through at every record`() throws {
        try host.store.prepareDeployment()
        for number in 1...1000 {
            let name = try #require(LineageName("a-name-of-some-length-\(number).example.test"))
            try host.store.append(DeployRecord(name, GenerationNumber(1)))
        }
        #expect(try host.store.deployJournalSize > 70 * 1024)
        let disk = WatchedFileSystem(host.disk)
        let store = host.services(on: disk).store
        for number in 1001...1020 {
            let name = try #require(LineageName("a-name-of-some-length-\(number).example.test"))
            try store.append(DeployRecord(name, GenerationNumber(1)))
        }
        // Where its end is is looked for, and there it is added.
        #expect(disk.opens("\(TestHost.home)/lib/deploy/journal") == 2 * 20)
        #expect(try store.deployRecords().count == 1020)
    }

    // MARK: H07: what was published is touched

    enum Touched: CaseIterable, Sendable {
        case include
        case link
        case certificate
        case key
    }

    @Test(arguments: Touched.allCases, ["deploy.d/10-copy", "post.d/10-start"])
    func `what a hook changes of what was published is found, and mended by the next run`(
        _ touched: Touched,
        _ name: String
    ) async throws {
        let path = hook(name)
        try await host.issue()
        try await commit()
        let disk = host.disk
        let generation = "\(Self.tls)/gen/example.com/000002"
        host.hooks.act(path) {
            switch touched {
            case .include: disk.put(Self.include, Array("ssl_certificate x;".utf8))
            case .link:
                disk.put(link: "\(Self.tls)/live/example.com", to: "../gen/example.com/000001")
            case .certificate: disk.put("\(generation)/fullchain.pem", [])
            case .key: disk.put("\(generation)/privkey.pem", [])
            }
        }
        let changed =
            switch touched {
            case .include: Self.include
            case .link: "\(Self.tls)/live/example.com"
            case .certificate, .key: generation
            }
        let expected = WorkflowError.changedByHook(lineage: "example.com", path: changed)
        let failure = error(try await deploy().first) as? WorkflowError
        #expect(failure == expected)
        #expect(failure?.diagnosis.exitCode == .deployment)
        #expect(try report().isDeployPending)

        host.hooks.act(path) {}
        host.hooks.forget()
        host.clock.advance(by: .seconds(60))
        _ = try await deploy(pending: true)
        #expect(told().count == 1)
        #expect(try host.faultOfServedPair() == nil)
        #expect(try !report().isDeployPending)
    }

    // MARK: Trust

    @Test func `hooks are told the names of the certificate, not what is written beside it`()
        async throws
    {
        hook("deploy.d/10-copy")
        try await commit()
        let manifest = "\(Self.tls)/gen/example.com/000001/manifest.json"
        let text = String(decoding: try host.disk.readFile(manifest, limit: 65_536), as: UTF8.self)
        let forged = text.replacing(#""www.example.com""#, with: #""other.example""#)
        try #require(forged != text)
        host.disk.put(manifest, Array(forged.utf8))
        _ = try await deploy()
        let environment = host.hooks.commands.first?.environment
        #expect(environment?["CERTCTL_NAMES"] == "example.com www.example.com")
        #expect(environment?["RENEWED_DOMAINS"] == "example.com www.example.com")
    }

    @Test func `a key that others can read is not brought into use`() async throws {
        try await commit()
        host.disk.setMode("\(Self.tls)/gen/example.com/000001/privkey.pem", FileMode(0o644))
        #expect(error(try await deploy().first) is StoreError)
        #expect(host.disk.contents(below: "\(Self.tls)/nginx").isEmpty)
    }

    @Test func `what is root's is not kept where another could change it`() async throws {
        try await commit()
        host.disk.setOwner("\(Self.tls)/nginx", 1001)
        await #expect(throws: StoreError.self) { try await deploy() }
    }

    // MARK: Crashes

    @Test(arguments: CrashSweepTests.Death.allCases)
    func `a death at any call leaves one of two good states, and the next run goes on`(
        _ death: CrashSweepTests.Death
    ) async throws {
        let calls = try await DeploySweep().calls()
        #expect(calls > 15)
        for call in 1...calls { try await DeploySweep().die(at: call, death) }
    }
}

/// A host where one generation is in use and the next is committed.
private struct DeploySweep {
    let host: TestHost

    init() async throws {
        host = try TestHost()
        for name in ["pre.d/10", "deploy.d/10", "post.d/10"] {
            host.disk.put("\(TestHost.home)/etc/hooks/\(name)", [], mode: FileMode(0o755))
        }
        for _ in 1...3 { try await host.issue { $0.isForced = true } }
        try await host.issue(deploys: false) { $0.isForced = true }
        host.hooks.forget()
    }

    private func deploy() async throws -> [DeployCertificates.Ending] {
        try await DeployCertificates(host.services).run(isPendingOnly: true)
    }

    /// How many calls of a whole run change something.
    func calls() async throws -> Int {
        let before = host.disk.changes
        _ = try await deploy()
        return host.disk.changes - before
    }

    private func included() throws -> String {
        let path = "\(TestHost.home)/lib/tls/nginx/example.com.conf"
        return String(decoding: try host.disk.readFile(path, limit: 4096), as: UTF8.self)
    }

    func die(at call: Int, _ death: CrashSweepTests.Death) async throws {
        var plan = MemoryFileSystem.Plan()
        plan.diesAt = host.disk.changes + call
        host.disk.plan(plan)
        // What it says before it is gone does not matter.
        _ = try? await deploy()
        #expect(host.disk.isDead)
        death == .kill ? host.disk.restart() : host.disk.restartAfterPowerCut()
        #expect(try host.faultOfServedPair() == nil, "call \(call)")
        #expect(try ["000003", "000004"].contains { try included().contains($0) })

        // The clock stands still: what a death has left is tried again at once.
        for ending in try await deploy() { _ = try ending.result.get() }
        #expect(try host.faultOfServedPair() == nil, "call \(call)")
        #expect(try included().contains("000004"))
        #expect(try !ListCertificates(host.services).one("example.com").isDeployPending)
        #expect(try await deploy().isEmpty)
        let events = host.hooks.commands.compactMap(\.arguments.first)
        #expect(events.contains("deploy") && events.contains("post"), "call \(call)")
        #expect(host.disk.exposedKeys == [])
        // A generation on its way out is cleared away by whoever has the lineage next.
        try await host.issue()
        let left = host.served.keys.filter { $0.contains("~") }
        #expect(left == [], "call \(call)")
    }
}

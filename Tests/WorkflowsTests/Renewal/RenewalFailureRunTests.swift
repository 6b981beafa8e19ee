import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Workflows

/// What fails is tried again ever more rarely, which no restart forgets.
@Suite struct RenewalFailureRunTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    /// Issues a certificate for each name, and waits until they are due.
    private func due(_ names: [String] = ["a.test"], after days: Double = 61) async throws {
        for name in names { try await host.issue([name]) }
        host.wait(days * .day)
    }

    private var orders: Int { host.network.withCA { $0.orderedNames.count } }

    @Test func `after a failure a minute passes, then ten, then a hundred, then days`()
        async throws
    {
        try await due()
        host.misbehave { $0.challengeProblem = "no route to host" }
        var attempts: [Date] = []
        for _ in 0..<(6 * 24 * 4) {
            let before = orders
            try await host.renew()
            if orders > before { attempts.append(host.clock.now) }
            host.wait(10 * .minute)
        }
        let pauses = zip(attempts, attempts.dropFirst()).map { $1.timeIntervalSince($0) / .minute }
        #expect((5...8).contains(attempts.count))
        #expect(pauses[0] < 11)
        #expect((10...25).contains(pauses[1]))
        #expect((75...136).contains(pauses[2]))
        #expect(pauses.dropFirst(3).allSatisfy { (18 * 60...31 * 60).contains($0) })
    }

    @Test func `A15: a thousand restarts are no reason for another attempt`() async throws {
        try await due()
        host.misbehave { $0.challengeProblem = "no route to host" }
        let before = orders
        #expect(try await host.renew().words == ["a.test": "failed: 6"])
        let requests = host.requests()
        for _ in 1...1000 { try await host.renew() }
        #expect(orders - before == 1)
        #expect(host.requests() == requests)
        #expect(try await host.renew(["a.test"]).words == ["a.test": "held: backoff"])
    }

    @Test func `a person who insists gets past it`() async throws {
        try await due()
        host.misbehave { $0.challengeProblem = "no route to host" }
        try await host.renew()
        host.misbehave { $0.challengeProblem = nil }
        #expect(try await host.renew(["a.test"]).words == ["a.test": "held: backoff"])
        let words = try await host.renew(["a.test"], isForced: true).words
        #expect(words == ["a.test": "renewed: lifetime"])
        // And it is forgotten: the next failure is the first one again.
        host.wait(61 * .day)
        host.misbehave { $0.challengeProblem = "no route to host" }
        try await host.renew()
        host.wait(2 * .minute)
        #expect(try await host.renew().words == ["a.test": "failed: 6"])
    }

    @Test func `what only a person can mend waits for a day at once`() async throws {
        try await due()
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .newOrder
                    ? .success(FakeCA.problem("rejectedIdentifier", "not that one", status: 403))
                    : nil
            }
        }
        #expect(try await host.renew().words == ["a.test": "failed: 5"])
        host.wait(17 * .hour)
        #expect(try await host.renew(["a.test"]).words == ["a.test": "held: backoff"])
        host.wait(14 * .hour)
        #expect(try await host.renew().words == ["a.test": "failed: 5"])
    }

    @Test func `a failure of this host's own costs no attempt and is tried by every run`()
        async throws
    {
        try await due()
        let name = try #require(LineageName("a.test"))
        let lineage = try host.store.lineage(name)
        var settings = try #require(lineage.settings)
        settings.reusesKey = true
        try host.store.save(settings, of: name)
        let key = try #require(lineage.current?.files.privateKey)
        host.disk.setMode(key, FileMode(0o666))
        let before = orders
        for _ in 1...3 {
            #expect(try await host.renew().words == ["a.test": "failed: 8"])
            host.wait(.hour)
        }
        #expect(orders == before)
        host.disk.setMode(key, .privateFile)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
    }

    @Test func `one lineage that fails keeps no other from being renewed`() async throws {
        try await due(["a.test", "bad.test", "c.test"])
        host.misbehave { behaviour in
            behaviour.outage = { resource, names in
                names == ["bad.test"]
                    ? .success(FakeCA.problem("caa", "not this CA", status: 403)) : nil
            }
        }
        let words = try await host.renew().words
        #expect(words["a.test"] == "renewed: lifetime")
        #expect(words["bad.test"] == "failed: 5")
        #expect(words["c.test"] == "renewed: lifetime")
    }

    // MARK: A CA that is down

    private static let thirty = (1...30).map { "n\($0).test" }

    @Test(arguments: [
        FakeCA.Outcome.failure(.notConnected("refused")),
        .failure(.timedOut("nothing came")),
        .success(HTTPResponse(status: 503)),
        .success(HTTPResponse(status: 200, headers: [:], body: Array("<html>portal".utf8))),
    ])
    func `a CA that is down is asked once for all of its certificates`(
        _ outcome: FakeCA.Outcome
    ) async throws {
        try await due(Self.thirty)
        host.misbehave { $0.outage = { _, _ in outcome } }
        var before = host.requests()
        let words = try await host.renew().words
        #expect(words.count == 30)
        #expect(words.values.allSatisfy { $0 == "failed: 4" }, "\(words)")
        #expect(host.requests() - before <= 4)
        before = host.requests()
        #expect(try await host.renew().endings.isEmpty)
        let named = try await host.renew(Self.thirty).words
        #expect(named.values.allSatisfy { $0 == "held: outage" }, "\(named)")
        #expect(host.requests() == before)
        host.misbehave { $0.outage = nil }
        host.wait(2 * .minute)
        #expect(try await host.renew().renewed.count == 30)
    }

    @Test func `without a network nobody is to blame, and every run tries once`() async throws {
        try await due(Self.thirty)
        host.misbehave { $0.outage = { _, _ in .failure(.hostNotFound("no such host")) } }
        for _ in 1...3 {
            let before = host.requests()
            let words = try await host.renew().words
            #expect(words.count == 30)
            #expect(words.values.allSatisfy { $0 == "failed: 4" }, "\(words)")
            #expect(host.requests() - before == 1)
            host.wait(.hour)
        }
        host.misbehave { $0.outage = nil }
        #expect(try await host.renew().renewed.count == 30)
    }

    @Test func `a CA that makes no orders is asked by those under way, and by no other`()
        async throws
    {
        try await due(Self.thirty)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .newOrder ? .success(HTTPResponse(status: 500)) : nil
            }
        }
        let before = host.count(.newOrder)
        let words = try await host.renew().words
        #expect(host.count(.newOrder) - before <= 4 * 4)
        #expect(words.values.filter { $0 == "failed: 4" }.count <= 4)
        #expect(words.values.filter { $0 == "held: outage" }.count >= 26)
        // A directory that can be read does not make it work.
        var attempts: [Int] = []
        for _ in 1...48 {
            host.wait(.hour)
            let before = host.count(.newOrder)
            try await host.renew()
            attempts.append(host.count(.newOrder) - before)
        }
        #expect(attempts.filter { $0 > 0 }.count <= 6)
    }

    @Test func `one that a person names does not let another one with hours left wait`()
        async throws
    {
        try await host.issue(["z.test"])
        host.wait(20 * .day)
        try await host.issue(["a.test"])
        host.wait(69 * .day)
        host.misbehave { $0.outage = { _, _ in .success(HTTPResponse(status: 503)) } }
        for _ in 1...4 {
            try await host.renew()
            host.wait(2 * .hour)
        }
        try await host.renew(["a.test"], isForced: true)
        host.misbehave { $0.outage = nil }
        host.wait(2 * .hour)
        #expect(try await host.renew().renewed.map(\.description).contains("z.test"))
    }

    /// A year's lesson: one with weeks left, or long past its end, must not set the pace for one that
    /// has hours.
    @Test(arguments: [true, false])
    func `a CA that is down is asked by the hour while any certificate is near its end`(
        isUnreachable: Bool
    ) async throws {
        // Unreachable: a.test has weeks left, z.test hours. Else: a.test has long expired.
        try await host.issue([isUnreachable ? "z.test" : "a.test"])
        host.wait(20 * .day)
        try await host.issue([isUnreachable ? "a.test" : "z.test"])
        host.wait((isUnreachable ? 65 : 85) * .day)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .newOrder || isUnreachable
                    ? .success(HTTPResponse(status: 503)) : nil
            }
        }
        var attempts: [Int] = []
        for _ in 1...110 {
            let before = isUnreachable ? host.requests() : host.count(.newOrder)
            try await host.renew()
            attempts.append((isUnreachable ? host.requests() : host.count(.newOrder)) - before)
            host.wait(.hour)
        }
        #expect(attempts.suffix(24).filter { $0 > 0 }.count >= 5, "\(attempts)")
        host.misbehave { $0.outage = nil }
        host.wait(2 * .hour)
        #expect(try await host.renew().renewed.map(\.description).contains("z.test"))
    }

    @Test func `what one CA fails at is no matter of another`() async throws {
        try host.addSecond()
        let second = try #require(CertificateAuthority("https://second.test/directory"))
        try await host.issue(["a.test"])
        try await host.issue(["b.test"]) { $0.authority = second }
        host.wait(61 * .day)
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        #expect(
            try await host.renew().words == ["a.test": "failed: 4", "b.test": "renewed: lifetime"]
        )
    }

    @Test
    func `an order that comes to no end is given up after a day, however long it is good for`()
        async throws
    {
        try await due()
        host.misbehave { behaviour in
            behaviour.processingPolls = nil
            behaviour.expires = "2099-01-01T00:00:00Z"
        }
        let before = orders
        for _ in 1...23 {
            try await host.renew()
            host.wait(.hour)
        }
        #expect(orders - before == 1)
        for _ in 1...24 {
            try await host.renew()
            host.wait(.hour)
        }
        #expect(orders - before == 2)
        host.misbehave { $0.processingPolls = 0 }
        host.wait(FailureBackoff.longest)
        #expect(try await host.renew().renewed.count == 1)
    }

    // MARK: Another CA

    @Test func `a network that is back ends the outage, and the usual CA is asked`() async throws {
        try host.addSecond()
        try await due(after: 70)
        host.misbehave { $0.outage = { _, _ in .failure(.hostNotFound("no such host")) } }
        host.network.withCA(1) { $0.behaviour.outage = { _, _ in .failure(.hostNotFound("none")) } }
        for _ in 1...20 {
            #expect(try await host.renew().words == ["a.test": "failed: 4"])
            host.wait(.hour)
        }
        host.misbehave { $0.outage = nil }
        host.network.withCA(1) { $0.behaviour.outage = nil }
        #expect(try await host.renew().renewed.count == 1)
        #expect(host.certificates(at: 1) == 0)
    }

    @Test(arguments: [TransportFailure.notConnected("refused"), .hostNotFound("no such host")])
    func `A13: with little left and a CA down for half a day the other one is asked`(
        failure: TransportFailure
    ) async throws {
        try host.addSecond()
        try await due(after: 62)
        host.misbehave { $0.outage = { _, _ in .failure(failure) } }
        // Two thirds are over and more than a quarter is left: the usual CA has time to come back.
        var moment: Date?
        for _ in 1...(15 * 24) where moment == nil {
            host.wait(.hour)
            if try await host.renew().renewed.count == 1 { moment = host.clock.now }
        }
        let renewed = try #require(moment)
        let old = try #require(LineageName("a.test"))
        #expect(host.certificates(at: 1) == 1)
        #expect(host.certificates() == 1)
        let notAfter = Date(timeIntervalSince1970: 1_800_000_000) - .hour + 90 * .day
        #expect(notAfter.timeIntervalSince(renewed) < 22.5 * .day)
        // The usual one is remembered, and asked the next time.
        let settings = try #require(try host.store.lineage(old).settings)
        #expect(settings.authority == FakeCA.directoryURL)
        #expect(settings.issuing == "https://second.test/directory")
        host.misbehave { $0.outage = nil }
        host.wait(61 * .day)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
        #expect(host.certificates() == 2)
        #expect(host.certificates(at: 1) == 1)
        #expect(try host.store.lineage(old).settings?.issuing == FakeCA.directoryURL)
    }

    @Test func `A13: a CA whose directory answers and that makes no orders is down too`()
        async throws
    {
        try host.addSecond()
        try await due(after: 69)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .newOrder ? .success(HTTPResponse(status: 500)) : nil
            }
        }
        var hours = 0
        while hours < 24 * 5, try await host.renew().renewed.isEmpty {
            hours += 1
            host.wait(.hour)
        }
        #expect((12...80).contains(hours))
        #expect(host.certificates(at: 1) == 1)
    }

    @Test func `A13: one who has named no other CA waits for the usual one`() async throws {
        try host.addSecond()
        host.configure("")
        try await due(after: 80)
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        for _ in 1...48 {
            host.wait(.hour)
            #expect(try await host.renew().renewed.isEmpty)
        }
        #expect(host.requests(at: 1) == 0)
    }

    @Test func `a certctl.conf that is edited meanwhile is a fault of this host, and no answer`() {
        for error in [
            SettingsError(file: "certctl.conf", findings: []),
            SettingsFileError.tooLong("certctl.conf", bytes: 1),
        ] as [any Error] {
            #expect(FailureVerdict(error).failureClass == .local)
            #expect(!FailureVerdict(error).isOfAnswer)
        }
    }

    @Test func `a fallback without an account is named, with the command that makes one`()
        async throws
    {
        try host.addSecond()
        try await due(after: 69)
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        var failures: [Diagnosis] = []
        for _ in 1...48 where failures.isEmpty {
            host.wait(.hour)
            let report = try await RenewCertificates(host.services, RenewRequest()).run()
            failures = report.endings.compactMap { ending in
                guard case .failed(let error) = ending.outcome, error is WorkflowError else {
                    return nil
                }
                return (error as? any Diagnosable)?.diagnosis
            }
        }
        let diagnosis = try #require(failures.first)
        #expect(diagnosis.what.hasPrefix("the fallback second.test"))
        #expect(
            diagnosis.fix.contains("certctl account register --ca \(TestHost.second) --agree-tos")
        )
        #expect(diagnosis.exitCode == .configuration)
    }

    /// A network on which nothing can be trusted that the roots of one file are to vouch for.
    private struct Untrusted: Transport {
        let distrust: TransportFailure.Distrust

        func send(_ request: HTTPRequest) async throws(TransportFailure) -> HTTPResponse {
            throw .notTrusted(distrust, "no such file")
        }
    }

    /// The host's, where the roots of one file are of no use.
    private func services(_ distrust: TransportFailure.Distrust) -> Services {
        let base = host.services
        let network = host.network
        return Services(
            layout: base.layout,
            fileSystem: base.fileSystem,
            clock: base.clock,
            processes: base.processes,
            user: base.user,
            log: base.log,
            makeTransport: { roots -> any Transport in
                if roots == "/gone.pem" { Untrusted(distrust: distrust) } else { network }
            },
            makeSolver: base.makeSolver
        )
    }

    /// What comes of two that are due, of which one has those roots.
    private func renewed(_ services: Services) async throws -> RenewReport {
        try await host.issue(["a.test"]) { $0.authorityRoots = .file("/gone.pem") }
        try await host.issue(["b.test"])
        host.wait(61 * .day)
        return try await RenewCertificates(services, RenewRequest()).run()
    }

    @Test
    func `roots that no longer lead to the CA keep no certificate with others from being renewed`()
        async throws
    {
        let report = try await renewed(services(.issuer))
        #expect(report.words == ["a.test": "failed: 3", "b.test": "renewed: lifetime"])
        host.wait(.hour)
        #expect(try host.store.limits().health(of: FakeCA.directoryURL).breaker == nil)
    }

    @Test func `roots that cannot be read are no outage of the CA`() async throws {
        let services = services(.roots)
        let report = try await renewed(services)
        #expect(report.words == ["a.test": "failed: 3", "b.test": "renewed: lifetime"])
        host.wait(.hour)
        #expect(try await RenewCertificates(services, RenewRequest()).run().held == 1)
        #expect(try host.store.limits().health(of: FakeCA.directoryURL).breaker == nil)
        // Its failures are its own, and counted.
        #expect(try ListCertificates(host.services).one("a.test").trouble?.count == 1)
    }

    /// The usual CA is down, and the second one asked in vain.
    private func refuse(by answer: HTTPResponse) async throws {
        try host.addSecond()
        try await due(after: 69)
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        host.network.withCA(1) { ca in
            ca.behaviour.outage = { resource, _ in resource == .newOrder ? .success(answer) : nil }
        }
        for _ in 1...48 where host.count(.newOrder, at: 1) == 0 {
            host.wait(.hour)
            try await host.renew()
        }
        #expect(host.count(.newOrder, at: 1) == 1)
    }

    @Test(arguments: [
        (429, "rateLimited", "too many already for this exact set of identifiers"),
        (403, "rejectedIdentifier", "not that one"),
    ])
    func `A13: what the other CA refuses is no reason not to ask the usual one`(
        _ status: Int,
        _ type: String,
        _ text: String
    ) async throws {
        var answer = FakeCA.problem(type, text, status: status)
        answer.headers.append("retry-after", "604800")
        try await refuse(by: answer)
        // Neither is the other one asked again and again.
        for _ in 1...12 {
            host.wait(.hour)
            try await host.renew()
        }
        #expect(host.count(.newOrder, at: 1) == 1)
        host.misbehave { $0.outage = nil }
        var hours = 0
        while hours < 48, try await host.renew().renewed.isEmpty {
            hours += 1
            host.wait(.hour)
        }
        // As soon as its breaker lets one try.
        #expect(hours <= 31)
        #expect(host.certificates() == 2)
    }

    // MARK: The history

    private func failures() throws -> [PastEvent] {
        try host.store.history(HistoryQuery()).events.filter { $0.event == "failed" }
    }

    @Test func `a CA that is down is one line of the history and not thirty`() async throws {
        try await due(Self.thirty)
        host.misbehave { $0.outage = { _, _ in .failure(.hostNotFound("no such host")) } }
        for _ in 1...3 {
            try await host.renew()
            host.wait(.hour)
        }
        #expect(try failures().map(\.lineage) == [nil, nil, nil])
        #expect(try failures().first?.detail.contains("no answer from https://ca.test") == true)
    }

    @Test func `where one certificate alone waits for it the line has its name`() async throws {
        try await due()
        host.misbehave { $0.outage = { _, _ in .failure(.hostNotFound("no such host")) } }
        try await host.renew()
        #expect(try failures().map(\.lineage) == ["a.test"])
    }

    // MARK: A crash

    @Test func `what one has failed with is kept before the next is ordered`() async throws {
        try await due(Self.thirty)
        let (store, names) = (host.store, Self.thirty.compactMap(LineageName.init))
        let most = Mutex(0)
        host.misbehave { behaviour in
            behaviour.challengeProblem = "no route to host"
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                let kept = names.filter { name in
                    (try? store.renewalState(of: name).lastFailure) ?? nil != nil
                }
                most.withLock { $0 = max($0, kept.count) }
                return nil
            }
        }
        try await host.renew()
        #expect(most.withLock { $0 } >= 30 - 4)
    }

    // MARK: Limits

    @Test func `P27: a limit is kept to the second, over every restart`() async throws {
        try await due()
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                var answer = FakeCA.problem("rateLimited", "too many already", status: 429)
                answer.headers.append("retry-after", "172800")
                return .success(answer)
            }
        }
        #expect(try await host.renew().words == ["a.test": "failed: 7"])
        let moment = host.clock.now + 2 * .day
        host.misbehave { $0.outage = nil }
        let before = host.requests()
        host.wait(2 * .day - 60)
        let report = try await host.renew(["a.test"])
        #expect(report.words == ["a.test": "held: rateLimit"])
        guard case .held(let until, _, _) = report.endings.first?.outcome else { return }
        #expect(abs(until.timeIntervalSince(moment)) < 2)
        #expect(host.requests() == before)
        host.wait(62)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
    }

    @Test func `P27: a limit without a moment is tried again by the usual steps`() async throws {
        try await due()
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .newOrder
                    ? .success(FakeCA.problem("rateLimited", "too many", status: 429)) : nil
            }
        }
        let before = host.count(.newOrder)
        for _ in 1...(24 * 6) {
            try await host.renew()
            host.wait(10 * .minute)
        }
        #expect((3...5).contains(host.count(.newOrder) - before))
    }

    @Test func `P27: a person who insists asks before the moment`() async throws {
        try await due()
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                var answer = FakeCA.problem("rateLimited", "too many already", status: 429)
                answer.headers.append("retry-after", "7200")
                return .success(answer)
            }
        }
        try await host.renew()
        host.misbehave { $0.outage = nil }
        #expect(try await host.renew(["a.test"]).words == ["a.test": "held: rateLimit"])
        let words = try await host.renew(["a.test"], isForced: true).words
        #expect(words == ["a.test": "renewed: lifetime"])
    }

    @Test func `a limit of the account holds all that are ordered with it`() async throws {
        try await due(Self.thirty)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                let text = "too many new orders (300) from this account in the last 3h0m0s"
                var answer = FakeCA.problem("rateLimited", text, status: 429)
                answer.headers.append("retry-after", "3600")
                return .success(answer)
            }
        }
        let before = host.count(.newOrder)
        let words = try await host.renew().words
        #expect(host.count(.newOrder) - before <= 4)
        #expect(words.values.filter { $0 == "held: rateLimit" }.count >= 26)
        host.misbehave { $0.outage = nil }
        host.wait(50 * .minute)
        let requests = host.count(.newOrder)
        #expect(try await host.renew().renewed.isEmpty)
        #expect(host.count(.newOrder) == requests)
        host.wait(11 * .minute)
        #expect(try await host.renew().renewed.count == 30)
    }

    /// It may be of one certificate alone, and last for longer than others have.
    @Test func `a limit that does not say whose it is holds all, but for a few every three hours`()
        async throws
    {
        try await due(Self.thirty)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                var answer = FakeCA.problem("rateLimited", "your plan is used up", status: 429)
                answer.headers.append("retry-after", "8640000")
                return .success(answer)
            }
        }
        let before = host.count(.newOrder)
        let words = try await host.renew().words
        #expect(host.count(.newOrder) - before <= 4)
        #expect(words.values.filter { $0 == "held: rateLimit" }.count >= 26)
        host.wait(3 * .hour - 60)
        #expect(try await host.renew().renewed.isEmpty)
        #expect(host.count(.newOrder) - before <= 4)
        host.wait(120)
        _ = try await host.renew()
        #expect(host.count(.newOrder) - before <= 8)
        host.misbehave { $0.outage = nil }
        host.wait(3 * .hour + 60)
        #expect(try await host.renew().renewed.count >= 22)
        host.wait(7 * .day)
        #expect(try await host.renew().renewed.count <= 8)
        #expect(host.count(.newOrder) - before == 30 + 8)
    }

    @Test(arguments: [(429, nil), (403, "7200")])
    func `a limit without a moment, or with any status, holds the others`(
        status: Int,
        wish: String?
    ) async throws {
        try await due(Self.thirty)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                var answer = FakeCA.problem("rateLimited", "slow down", status: status)
                if let wish { answer.headers.append("retry-after", wish) }
                return .success(answer)
            }
        }
        let before = host.count(.newOrder)
        _ = try await host.renew()
        #expect(host.count(.newOrder) - before <= 4)
        host.misbehave { $0.outage = nil }
        // The hourly timer asks again.
        host.wait(wish == nil ? .hour : 2 * .hour)
        #expect(try await host.renew().renewed.count == 30)
    }

    /// A CA may fail for one certificate alone, as a template of its own or a webhook does.
    @Test func `certificates that a CA fails for keep no other from being renewed`() async throws {
        try await due(Self.thirty)
        let bad = Set(Self.thirty.prefix(6))
        host.misbehave { behaviour in
            behaviour.outage = { resource, names in
                guard resource == .newOrder, !bad.isDisjoint(with: names) else {
                    return nil
                }
                return .success(FakeCA.problem("serverInternal", "no template", status: 500))
            }
        }
        var renewed: Set<String> = []
        // That it works for some ends the pause that follows, which else lasts longer than a day.
        for _ in 1...14 {
            renewed.formUnion(try await host.renew().renewed.map { "\($0)" })
            host.wait(30 * .hour)
        }
        #expect(renewed == Set(Self.thirty).subtracting(bad))
    }

    @Test func `a limit that others are not under any more does not go on in the schedule`()
        async throws
    {
        try await due(Self.thirty)
        let isFirst = Mutex(true)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder, isFirst.withLock({ $0 }) else { return nil }
                isFirst.withLock { $0 = false }
                var answer = FakeCA.problem("rateLimited", "your plan is used up", status: 429)
                answer.headers.append("retry-after", "604800")
                return .success(answer)
            }
        }
        var renewals = try await host.renew().renewed.count
        for _ in 1...2 {
            host.wait(.hour)
            renewals += try await host.renew().renewed.count
        }
        #expect(renewals >= 29)
    }

    @Test func `an order whose answers cannot be read is followed by another after a day`()
        async throws
    {
        try await due()
        host.misbehave { behaviour in
            behaviour.expires = "2099-01-01T00:00:00Z"
            behaviour.outage = { resource, _ in
                resource == .order ? .success(HTTPResponse(status: 200)) : nil
            }
        }
        let before = orders
        for _ in 1...23 {
            try await host.renew()
            host.wait(.hour)
        }
        #expect(orders - before == 1)
        for _ in 1...(24 * 2) {
            try await host.renew()
            host.wait(.hour)
        }
        #expect(orders - before >= 2)
        let authority = try #require(CertificateAuthority(FakeCA.directoryURL))
        let health = try host.store.limits().health(of: authority)
        #expect(health.breaker == nil, "it is one order's trouble, and not the CA's")
    }

    @Test(arguments: [
        (#"too many certificates (5) already issued for this exact set of identifiers"#, 122_400),
        (#"too many failed authorizations (5) for \"n7.test\" in the last 1h0m0s"#, 720),
    ])
    func `a limit of names holds these names alone`(
        _ text: String,
        _ seconds: Int
    ) async throws {
        try await due(Self.thirty)
        host.misbehave { behaviour in
            behaviour.outage = { resource, names in
                guard names == ["n7.test"] else { return nil }
                var answer = FakeCA.problem("rateLimited", text, status: 429)
                answer.headers.append("retry-after", "\(seconds)")
                return .success(answer)
            }
        }
        let words = try await host.renew().words
        #expect(words["n7.test"] == "failed: 7")
        #expect(words.values.filter { $0 == "renewed: lifetime" }.count == 29)
    }
}

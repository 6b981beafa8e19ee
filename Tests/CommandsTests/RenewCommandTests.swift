import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import TestSupport
import Testing
import Workflows

@testable import Commands

/// `certctl renew`, from its arguments to what it writes and ends with.
@Suite struct RenewCommandTests {
    private static let day: Double = 86_400

    private let host: CommandHost
    private var disk: MemoryFileSystem { host.disk }
    private var network: FakeNetwork { host.network }
    private var clock: ManualClock { host.clock }
    private var services: Services { host.services }

    init() throws {
        host = try CommandHost()
        let clock = host.clock
        host.network.add(FakeCA(host.authority, at: FakeCA.letsEncrypt) { clock.truth })
    }

    private func issue(
        _ names: String...,
        from authority: String = FakeCA.directoryURL,
        isForced: Bool = false
    ) async throws {
        let requests = try names.map { name in
            var request = IssueRequest(
                names: [try Identifier(name)],
                agreesToTerms: { _ in true },
                progress: { _ in }
            )
            request.authority = CertificateAuthority(authority)
            request.isForced = isForced
            return request
        }
        for ending in try await IssueCertificates(requests, services: services).run() {
            _ = try ending.result.get()
        }
    }

    /// Runs it, and returns what it wrote and its exit code.
    private func renew(
        _ words: String...,
        isJSON: Bool = false
    ) async throws -> (output: String, code: ExitCode) {
        let screen = Screen()
        let arguments = try ParsedArguments(words, options: RenewCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, services: services)
        do {
            try await RenewCommand(arguments).run(in: context)
            return (screen.output, .success)
        } catch {
            return (screen.output, Run.diagnosis(of: error).exitCode)
        }
    }

    /// What a plain run fails with.
    private func diagnosis() async throws -> Diagnosis? {
        let command = try RenewCommand(ParsedArguments([], options: RenewCommand.options))
        do {
            try await command.run(in: .test(on: Screen(), services: services))
            return nil
        } catch {
            return Run.diagnosis(of: error)
        }
    }

    private func fail(_ outage: @escaping @Sendable (FakeCA.Resource, [String]) -> FakeCA.Outcome?)
    {
        network.withCA { $0.behaviour.outage = outage }
    }

    private func mend() {
        network.withCA { $0.behaviour.outage = nil }
    }

    // MARK: What it says

    @Test func `without certificates it says how to get one`() async throws {
        let (output, code) = try await renew()
        #expect(output == "There is no certificate yet: certctl issue --home /home example.com\n")
        #expect(code == .success)
    }

    @Test func `of one that is named and was never issued the others' sum says nothing`()
        async throws
    {
        try await issue("a.test")
        fail { resource, _ in
            resource == .newOrder ? .success(FakeCA.problem("caa", "no", status: 403)) : nil
        }
        await #expect(throws: (any Error).self) { try await issue("new.test") }
        let (output, code) = try await renew("new.test")
        #expect(output.isEmpty)
        #expect(code == .configuration)
    }

    @Test func `what is held back is counted no more once it is deleted`() async throws {
        try await issue("a.test", "b.test")
        clock.advance(by: .seconds(61 * Self.day))
        fail { _, _ in .failure(.notConnected("refused")) }
        _ = try await renew()
        #expect(try await renew().output.contains("2 held back"))
        // As root does, who notes nothing in the schedule.
        try disk.removeFile("/home/lib/lineages/b.test/journal")
        try services.store.delete(#require(LineageName("b.test")))
        #expect(try await renew().output.contains("1 certificate, 1 held back"))
    }

    @Test func `where nothing was issued yet, the way to it is one that knows the names`()
        async throws
    {
        fail { resource, _ in
            resource == .newOrder ? .success(FakeCA.problem("caa", "no", status: 403)) : nil
        }
        await #expect(throws: (any Error).self) { try await issue("a.test") }
        let (output, code) = try await renew()
        #expect(
            output == "No certificate has been issued yet: certctl list --home /home tells how\n"
        )
        #expect(code == .success)
    }

    @Test func `with nothing due it says what is looked at next`() async throws {
        try await issue("a.test", "b.test")
        _ = try await renew()
        let (output, code) = try await renew()
        #expect(
            output
                == "2 certificates, nothing was due; next look at a.test: 2027-01-22 08:00 UTC\n"
        )
        #expect(code == .success)
    }

    @Test func `what is due and waits after a failure is held back, and not "not due"`()
        async throws
    {
        try await issue("a.test", "b.test")
        clock.advance(by: .seconds(61 * Self.day))
        fail { resource, names in
            resource == .newOrder && names == ["b.test"]
                ? .success(FakeCA.problem("caa", "not this CA", status: 403)) : nil
        }
        #expect(try await renew().code == .partial)
        // The first looks at what it has brought into use, and the second at nothing.
        for _ in 1...2 {
            let (output, code) = try await renew()
            #expect(output.hasPrefix("2 certificates, 1 held back; next look at "))
            #expect(output.hasSuffix("; certctl renew --home /home NAME tells why\n"))
            #expect(code == .success)
        }
        #expect(try await renew(isJSON: true).output.contains(#""held":1"#))
        mend()
        #expect(try await renew("b.test", "--force").code == .success)
        for _ in 1...2 { #expect(try await renew().output.contains("nothing was due")) }
    }

    @Test func `what no pause follows is tried by the same command`() async throws {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        let disk = disk
        network.withCA { ca in
            ca.behaviour.tamper = { _, answer in
                disk.setMode("/home/lib/tls/gen", FileMode(0o777))
                return .success(answer)
            }
        }
        let fix = try #require(try await diagnosis()?.fix)
        #expect(!fix.contains("--force"))
    }

    @Test func `the way out of a pause is what a failure names`() async throws {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        fail { _, _ in .failure(.notConnected("refused")) }
        let diagnosis = try await diagnosis()
        #expect(diagnosis?.what.hasPrefix("a.test: ") ?? false)
        #expect(diagnosis?.fix.contains("certctl renew a.test --force") ?? false)
    }

    @Test func `8: a schedule that cannot be written keeps nothing from being brought into use`()
        async throws
    {
        try await issue("a.test")
        _ = try await renew()
        try disk.removeFile("/home/lib/schedule")
        disk.put(directory: "/home/lib/schedule")
        clock.advance(by: .seconds(61 * Self.day))
        let (output, code) = try await renew()
        #expect(output.hasPrefix("a.test: renewed, valid until 2027-06-15"))
        #expect(code == .store)
        #expect(try ListCertificates(services).one("a.test").isDeployPending == false)
    }

    @Test func `what was renewed is told with its end and the reason`() async throws {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        let (output, code) = try await renew()
        #expect(
            output == """
                a.test: renewed, valid until 2027-06-15 (its lifetime is nearly over)
                1 certificate, 1 renewed; next look at a.test: with the next run

                """
        )
        #expect(code == .success)
    }

    @Test func `what is forced was asked for`() async throws {
        try await issue("a.test")
        let (output, _) = try await renew("a.test", "--force")
        #expect(output.hasPrefix("a.test: renewed, valid until 2027-04-15 (it was asked for)\n"))
    }

    @Test func `in JSON each is a line, and so is the sum`() async throws {
        try await issue("a.test", "b.test")
        clock.advance(by: .seconds(61 * Self.day))
        fail { resource, names in
            resource == .newOrder && names == ["b.test"]
                ? .success(FakeCA.problem("caa", "not this CA", status: 403)) : nil
        }
        let (output, code) = try await renew(isJSON: true)
        let lines = output.split(separator: "\n").map(String.init)
        try #require(lines.count == 3)
        #expect(lines[0].contains(#""name":"a.test""#))
        #expect(lines[0].contains(#""outcome":"renewed""#))
        #expect(lines[0].contains(#""notAfter":"2027-06-15T07:00:00Z""#))
        #expect(lines[0].contains(#""because":"its lifetime is nearly over""#))
        #expect(lines[1].contains(#""name":"b.test""#))
        #expect(lines[1].contains(#""outcome":"failed""#))
        #expect(lines[1].contains(#""reason":""#))
        #expect(lines[2].contains(#""certificates":2"#))
        #expect(lines[2].contains(#""renewed":1"#))
        #expect(lines[2].contains(#""failed":1"#))
        #expect(lines[2].contains(#""isBusy":false"#))
        #expect(code == .partial)
    }

    // MARK: What it ends with

    @Test func `8: whoever names one has another run waited for, and is told`() async throws {
        try await issue("a.test")
        let lock = try services.store.lockRenewal()
        let (output, code) = try await renew("a.test")
        #expect(output.isEmpty)
        #expect(code == .store)
        #expect(try await renew("b.test").code == .configuration)
        withExtendedLifetime(lock) {}
    }

    @Test func `8: what another certctl has is a failure for whoever names it, and told to all`()
        async throws
    {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        let lock = try services.store.lock(#require(LineageName("a.test")))
        let timers = try await renew()
        #expect(timers.code == .success)
        #expect(timers.output.contains("a.test: another certctl is at work on it\n"))
        #expect(timers.output.contains("1 certificate, 1 left to another certctl"))
        #expect(try await renew("a.test").code == .store)
        withExtendedLifetime(lock) {}
    }

    @Test func `what was renewed is told where nothing can be brought into use`() async throws {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        let disk = disk
        network.withCA { ca in
            ca.behaviour.tamper = { resource, answer in
                if resource == .certificate { disk.setMode("/home/lib/deploy", FileMode(0o777)) }
                return .success(answer)
            }
        }
        let (output, code) = try await renew()
        #expect(output.hasPrefix("a.test: renewed, valid until 2027-06-15"))
        #expect(code == .store)
    }

    @Test func `of another process's work only certificates are renewals`() throws {
        let names = try ["a.test", "b.test", "c.test", "d.test"].map { text in
            try #require(LineageName(text))
        }
        let before: [LineageName: GenerationNumber?] = [
            names[0]: GenerationNumber(1), names[1]: GenerationNumber(1),
            names[2]: GenerationNumber(1),
        ]
        let renewed = RenewCommand.renewed(
            [
                (names[0], GenerationNumber(2)), (names[1], GenerationNumber(1)),
                (names[2], nil), (names[3], .bootstrap),
            ],
            since: before
        )
        #expect(renewed == [names[0]])
    }

    @Test func `0: a second renew leaves everything to the first`() async throws {
        try await issue("a.test")
        let lock = try services.store.lockRenewal()
        #expect(lock != nil)
        let (output, code) = try await renew()
        withExtendedLifetime(lock) {}
        #expect(output == "Another renew is at work; nothing was done.\n")
        #expect(code == .success)
    }

    @Test func `2: a rehearsal cannot be forced`() throws {
        let arguments = try ParsedArguments(
            ["--dry-run", "--force"],
            options: RenewCommand.options
        )
        #expect(throws: UsageError.contradiction("dry-run", "force")) {
            try RenewCommand(arguments)
        }
    }

    @Test func `2: a CA without a staging cannot be rehearsed with where that is named`()
        async throws
    {
        try await issue("a.test")
        let before = network.withCA { $0.requestCount }
        #expect(try await renew("a.test", "--dry-run").code == .usage)
        #expect(network.withCA { $0.requestCount } == before)
    }

    @Test func `0: a CA without a staging spoils no rehearsal of all, and is told`() async throws {
        try await issue("a.test")
        let (output, code) = try await renew("--dry-run")
        #expect(code == .success)
        #expect(output.hasPrefix("a.test: not rehearsed: "))
        #expect(output.hasSuffix(" has no staging to ask\n"))
    }

    @Test func `a rehearsal tells in JSON of each certificate, also of one that fails`()
        async throws
    {
        try await issue("a.test")
        let (skipped, _) = try await renew("--dry-run", isJSON: true)
        #expect(skipped.contains(#""lineage":"a.test""#))
        #expect(skipped.contains(#""outcome":"skipped""#))
        let (failed, code) = try await renew("a.test", "--dry-run", isJSON: true)
        #expect(code == .usage)
        #expect(failed.contains(#""lineage":"a.test""#))
        #expect(failed.contains(#""outcome":"failed""#))
    }

    @Test func `what is named and not due is told with when it is`() async throws {
        try await issue("a.test", "b.test")
        let (output, code) = try await renew("a.test")
        // Two thirds are over at the turn of these days, give or take half a day.
        let days = ["2027-03-15", "2027-03-16"]
        #expect(days.contains { output.hasPrefix("a.test: not due before \($0) ") })
        #expect(output.contains("\n1 certificate, nothing was due; next look at a.test: "))
        #expect(code == .success)
    }

    @Test func `3: a certificate that there is none of`() async throws {
        try await issue("a.test")
        #expect(try await renew("b.test").code == .configuration)
    }

    @Test func `4: the CA cannot be reached, and is then left alone for a while`() async throws {
        try await issue("a.test", "b.test")
        clock.advance(by: .seconds(61 * Self.day))
        fail { _, _ in .failure(.notConnected("refused")) }
        let (output, code) = try await renew()
        #expect(code == .unreachable)
        #expect(output.contains("a.test: failed: no answer from https://ca.test"))
        #expect(output.hasPrefix("a.test"))
        #expect(output.contains("\n2 certificates, 2 failed; next look at "))
        // The timer comes again and again: what is held back is no news, but to whoever asks.
        #expect(try await renew().code == .success)
        let named = try await renew("a.test")
        #expect(named.code == .unreachable)
        #expect(named.output.contains("a.test: due, not tried before 2027-03-17 08:0"))
        mend()
        clock.advance(by: .seconds(120))
        #expect(try await renew().code == .success)
    }

    @Test func `6: no name of it could be validated`() async throws {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        network.withCA { $0.behaviour.challengeProblem = "no route to host" }
        #expect(try await renew().code == .challengeFailed)
    }

    @Test func `7: a limit is reached, by the CA's word or by this host's count`() async throws {
        for _ in 1...5 { try await issue("a.test", from: "letsencrypt", isForced: true) }
        _ = try await CertificateRevocation(services, reason: nil)
            .run(lineage: "a.test", byKey: false)
        let (output, code) = try await renew("a.test")
        #expect(code == .rateLimited)
        #expect(output.contains("a.test: due, not tried before 2027-01-16 18:00 UTC: "))
        #expect(output.contains("its limit of 5 certificates for exactly these names is used up"))
        #expect(try await renew("a.test", "--force").code == .success)
    }

    @Test func `11: some were renewed and others were not`() async throws {
        try await issue("a.test", "b.test", "c.test")
        clock.advance(by: .seconds(61 * Self.day))
        fail { resource, names in
            resource == .newOrder && names == ["b.test"]
                ? .success(FakeCA.problem("caa", "not this CA", status: 403)) : nil
        }
        let (output, code) = try await renew()
        #expect(code == .partial)
        #expect(output.contains("\n3 certificates, 2 renewed, 1 failed"))
    }

    @Test func `what is not deployed is left, and what is deployed is told as renewed`()
        async throws
    {
        try await issue("a.test")
        clock.advance(by: .seconds(61 * Self.day))
        let name = try #require(LineageName("a.test"))
        _ = try await renew("--no-deploy")
        #expect(try services.store.deployRecords()[name]?.generation == GenerationNumber(1))
        clock.advance(by: .seconds(61 * Self.day))
        _ = try await renew()
        #expect(try services.store.deployRecords()[name]?.generation == GenerationNumber(3))
    }
}

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

/// `certctl list` and `certctl show`: what they say of certificates that are missing, lost or not renewed.
@Suite struct ListCommandTests {
    private static let day: Double = 86_400

    private let host: CommandHost
    private var disk: MemoryFileSystem { host.disk }
    private var network: FakeNetwork { host.network }
    private var clock: ManualClock { host.clock }
    private var services: Services { host.services }

    init() throws {
        host = try CommandHost()
    }

    private func renew() async throws {
        _ = try await RenewCertificates(services, RenewRequest()).run()
    }

    private func fail() {
        network.withCA {
            $0.behaviour.challengeProblem = "no route to host"
        }
    }

    private func list(isJSON: Bool = false) throws -> String {
        let screen = Screen()
        let arguments = try ParsedArguments([], options: ListCommand.options)
        let context = CommandContext.test(on: screen, isJSON: isJSON, services: services)
        try ListCommand(arguments).run(in: context)
        return screen.output
    }

    private func show() async throws -> String {
        let screen = Screen()
        let arguments = try ParsedArguments(["a.test"], options: ShowCommand.options)
        try await ShowCommand(arguments).run(in: .test(on: screen, services: services))
        return screen.output
    }

    @Test func `what was never issued has its hosts, the reason and the command`() async throws {
        fail()
        await #expect(throws: (any Error).self) { try await host.issue() }
        let list = try list()
        #expect(
            list.contains(
                "a.test: not issued: certctl issue --home /home a.test, or forget it: "
                    + "certctl delete --home /home a.test\n"
            )
        )
        #expect(list.contains("a.test: the order failed 2027-01-15T08:0"))
        #expect(list.contains("\n  the CA could not validate a.test"))
        let show = try await show()
        #expect(show.contains("hosts           a.test\n"))
        #expect(show.contains("to issue it     certctl issue --home /home a.test\n"))
        #expect(show.contains("order failed    2027-01-15T08:0"))
        #expect(show.contains("because         the CA could not validate a.test"))
        #expect(try self.list(isJSON: true).contains(#""names":["a.test"]"#))
    }

    @Test func `what is not renewed is told with how often, when it is tried again, and why`()
        async throws
    {
        try await host.issue()
        clock.advance(by: .seconds(61 * Self.day))
        fail()
        try await renew()
        clock.advance(by: .seconds(120))
        try await renew()
        let list = try list()
        #expect(list.contains("a.test: renewal failed 2 times, next attempt 2027-03-17T08:"))
        #expect(list.contains("\n  the CA could not validate a.test"))
        clock.advance(by: .seconds(Self.day))
        #expect(try self.list().contains("next attempt at the next run of renew\n"))
        let show = try await show()
        #expect(show.contains("renewal failed  2 times since 2027-03-17T08:"))
        #expect(show.contains("tried again     at the next run of renew\n"))
    }

    @Test func `while the CA is down that is told of what is due there`() async throws {
        try await host.issue()
        clock.advance(by: .seconds(61 * Self.day))
        network.withCA { $0.behaviour.outage = { _, _ in .failure(.notConnected("refused")) } }
        try await renew()
        #expect(try list().contains("a.test: renewal failed once, next attempt 2027-03-17T08:"))
        #expect(try await show().contains("renewal failed  once since 2027-03-17T08:"))
    }

    @Test func `what is lost is told with what replaces it`() async throws {
        try await host.issue()
        let path = "/home/lib/tls/gen/a.test/000001/privkey.pem"
        disk.put(path, Array("garbage".utf8))
        let told = "a.test: its files are gone or damaged: certctl renew --home /home a.test\n"
        #expect(try list().contains(told))
        #expect(try await show().contains("state           lost\n"))
    }

    @Test func `what certctl.conf asks for and nobody has issued is listed`() throws {
        disk.put("/home/etc/certctl.conf", Array("certificate a.test www.a.test;\n".utf8))
        let list = try list()
        #expect(list.contains("wanted"))
        let told =
            "a.test: wanted by certctl.conf, not issued: certctl issue --home /home a.test www.a.test"
        #expect(list.contains("\(told) or certctl apply --home /home\n"))
    }
}

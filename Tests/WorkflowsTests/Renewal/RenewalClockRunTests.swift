import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import Renewal
import Synchronization
import TestSupport
import Testing

@testable import Workflows

/// The C-cases of the catalogue of faults: what `renew` does under a clock that is wrong.
///
/// In all of them: someone is told, the CA's time is gone by, nothing is deleted, no lineage is tried
/// more than once, and what was held back is not held back for longer than it could have been.
@Suite struct RenewalClockRunTests {
    /// Where a clock may find itself.
    struct Clock: Sendable, CustomTestStringConvertible {
        let identifier: String
        /// By how much it is set, in seconds, from the time that it is.
        let jump: @Sendable (Date) -> TimeInterval
        var testDescription: String { identifier }

        init(_ identifier: String, by jump: TimeInterval) {
            self.identifier = identifier
            self.jump = { _ in jump }
        }

        init(_ identifier: String, to moment: TimeInterval) {
            self.identifier = identifier
            self.jump = { Date(timeIntervalSince1970: moment).timeIntervalSince($0) }
        }

        static let all = [
            Clock("C01 a year behind", by: -365 * .day),
            Clock("C02 a year ahead", by: 365 * .day),
            Clock("C03 in 1970", to: 0),
            Clock("C04 in 2038", to: 2_147_483_640),
            Clock("C04 in 2106", to: 4_294_967_290),
            Clock("C05 25 hours ahead", by: 25 * .hour),
            Clock("C06 25 hours behind", by: -25 * .hour),
            Clock("C14 three weeks ahead", by: 21 * .day),
        ]
    }

    private static let names = ["a.test", "b.test", "c.test"]

    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    /// Three certificates, and a run that remembers the time.
    private func prepare() async throws {
        for name in Self.names { try await host.issue([name]) }
        try await host.renew()
        host.wait(10 * .day)
        try await host.renew()
    }

    private var generations: [String: [UInt8]] {
        host.disk.contents(below: "\(TestHost.home)/lib/tls/gen")
    }

    private var hasWarned: Bool {
        host.log.lines(from: .warning).contains { $0.contains("clock") }
    }

    @Test(arguments: Clock.all)
    func `with nothing due it is told, and nothing is done or deleted`(_ clock: Clock) async throws
    {
        try await prepare()
        let before = generations
        let requests = host.requests()
        host.clock.jump(by: clock.jump(host.clock.now))
        for _ in 1...24 {
            host.wait(.hour)
            let report = try await host.renew()
            #expect(report.renewed.isEmpty)
            #expect(report.words.values.allSatisfy { $0 == "kept" }, "\(report.words)")
        }
        #expect(hasWarned)
        #expect(generations == before)
        #expect(host.count(.newOrder) == 3)
        // A look at the CA's time for each run, and no more.
        #expect(host.requests() - requests <= 24)
    }

    @Test(arguments: Clock.all)
    func `what is due by the CA's time is renewed once, and its dates are judged by that`(
        _ clock: Clock
    ) async throws {
        try await prepare()
        host.clock.jump(by: clock.jump(host.clock.now))
        host.wait(52 * .day)
        var renewals = 0
        for _ in 1...24 {
            host.wait(.hour)
            let report = try await host.renew()
            renewals += report.renewed.count
            #expect(!report.words.values.contains { $0.hasPrefix("failed") }, "\(report.words)")
        }
        #expect(renewals == 3)
        #expect(host.count(.newOrder) == 6)
        // And once somebody has set it right, nothing is done again and nothing is held.
        host.clock.jump(by: host.clock.truth.timeIntervalSince(host.clock.now))
        for _ in 1...48 {
            host.wait(.hour)
            #expect(try await host.renew().renewed.isEmpty)
        }
        #expect(host.count(.newOrder) == 6)
        host.wait(61 * .day)
        #expect(try await host.renew().renewed.count == 3)
    }

    @Test(arguments: Clock.all)
    func `failures under it hold back nothing for longer than a day once it is right`(
        _ clock: Clock
    ) async throws {
        try await prepare()
        host.wait(52 * .day)
        host.clock.jump(by: clock.jump(host.clock.now))
        host.misbehave { $0.challengeProblem = "no route to host" }
        let before = host.count(.newOrder)
        for _ in 1...48 {
            host.wait(.hour)
            try await host.renew()
        }
        #expect(host.count(.newOrder) - before <= 3 * 6)
        host.misbehave { $0.challengeProblem = nil }
        try await recovers()
    }

    /// The clock is set right, and within the longest pause everything is renewed.
    private func recovers() async throws {
        host.clock.jump(by: host.clock.truth.timeIntervalSince(host.clock.now))
        var renewals = 0
        for _ in 1...31 {
            host.wait(.hour)
            renewals += try await host.renew().renewed.count
        }
        #expect(renewals == 3)
    }

    @Test(arguments: Clock.all)
    func `a CA that is down under it is asked again once it is right`(
        _ clock: Clock
    ) async throws {
        try await prepare()
        host.wait(52 * .day)
        host.clock.jump(by: clock.jump(host.clock.now))
        host.misbehave { $0.outage = { _, _ in .failure(.notConnected("refused")) } }
        for _ in 1...48 {
            host.wait(.hour)
            #expect(try await host.renew().renewed.isEmpty)
        }
        host.misbehave { $0.outage = nil }
        try await recovers()
    }

    @Test(arguments: Clock.all)
    func `a limit noted under it lasts as long as the CA has said`(_ clock: Clock) async throws {
        try await prepare()
        host.wait(52 * .day)
        host.clock.jump(by: clock.jump(host.clock.now))
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                guard resource == .newOrder else { return nil }
                var answer = FakeCA.problem("rateLimited", "too many already", status: 429)
                answer.headers.append("retry-after", "\(2 * 86_400)")
                return .success(answer)
            }
        }
        try await host.renew()
        let moment = host.clock.truth + 2 * .day
        host.misbehave { $0.outage = nil }
        host.clock.jump(by: host.clock.truth.timeIntervalSince(host.clock.now))
        host.wait(.day)
        #expect(try await host.renew().renewed.isEmpty)
        host.wait(moment.timeIntervalSince(host.clock.now) + .minute)
        #expect(try await host.renew().renewed.count == 3)
    }

    @Test(arguments: [("C05", 25.0), ("C06", -25.0), ("C02", 365 * 24.0), ("C01", -365 * 24.0)])
    func `a clock that is set in the middle of an order costs no second certificate`(
        _ identifier: String,
        _ hours: Double
    ) async throws {
        for resource in [FakeCA.Resource.newOrder, .challenge, .finalize, .certificate] {
            let host = try TestHost()
            try await host.issue(["a.test"])
            try await host.renew()
            host.wait(61 * .day)
            let clock = host.clock
            let isSet = Mutex(false)
            host.misbehave { behaviour in
                behaviour.tamper = { asked, response in
                    isSet.withLock { isSet in
                        if asked == resource, !isSet {
                            isSet = true
                            clock.jump(by: hours * .hour)
                        }
                    }
                    return .success(response)
                }
            }
            var renewals = try await host.renew().renewed.count
            for _ in 1...30 where renewals == 0 {
                host.wait(.hour)
                renewals += try await host.renew().renewed.count
            }
            #expect(renewals == 1, "\(identifier) at \(resource)")
            #expect(host.certificates() == 2, "\(identifier) at \(resource)")
        }
    }

    @Test func `C08: a second more or less is nothing to speak of`() async throws {
        try await prepare()
        for jump in [1.0, -1, 0.5, -0.5] {
            host.clock.jump(by: jump)
            host.wait(.hour)
            #expect(try await host.renew().renewed.isEmpty)
        }
        #expect(!hasWarned)
    }

    @Test func `C09: a host that has slept for a month renews what is due, and believes its clock`()
        async throws
    {
        try await prepare()
        host.wait(31 * .day)
        #expect(try await host.renew().renewed.isEmpty)
        host.wait(31 * .day)
        #expect(try await host.renew().renewed.count == 3)
        #expect(!hasWarned)
    }

    @Test func `A11: what has expired meanwhile is renewed, the oldest first`() async throws {
        for name in ["a.test", "b.test", "c.test", "d.test", "e.test", "f.test"] {
            try await host.issue([name])
            host.wait(2 * .day)
        }
        try await host.renew()
        host.wait(100 * .day)
        #expect(try await host.renew().renewed.count == 6)
        let order = host.network.withCA { $0.orderedNames.suffix(6).flatMap(\.self) }
        #expect(order.last.map { ["e.test", "f.test"].contains($0) } == true)
    }

    @Test(arguments: [600.0, -600.0, 259_200.0, -259_200.0])
    func `C10: where the CA's clock is another one, that is told and gone by`(
        _ skew: Double
    ) async throws {
        host.misbehave { $0.skew = skew }
        try await prepare()
        #expect(
            host.log.lines(from: .warning).contains { $0.contains("clock and the CA's differ") }
        )
        host.wait(52 * .day)
        var renewals = 0
        // A certificate that is not valid yet by the CA's own time waits until it is.
        for _ in 1...(24 * 6) {
            host.wait(.hour)
            renewals += try await host.renew().renewed.count
        }
        #expect(renewals == 3)
        #expect(host.count(.newOrder) == 6)
        #expect(host.certificates() == 6)
    }

    @Test func `C11: the CA's wish for the next question counts under a wrong clock too`()
        async throws
    {
        let start = host.clock.now + 45 * .day
        host.advise { FakeCA.window(start, start + .day, retryAfter: "21600") }
        try await prepare()
        for jump in [-365.0 * .day, 365 * .day] {
            host.clock.jump(by: jump)
            host.wait(7 * .hour)
            try await host.renew()
            let before = host.count(.renewalInfo)
            for _ in 1...5 {
                host.wait(.hour)
                try await host.renew()
            }
            #expect(host.count(.renewalInfo) == before)
            host.wait(2 * .hour)
            try await host.renew()
            #expect(host.count(.renewalInfo) == before + 3)
        }
    }

    @Test
    func `a CA whose certificate seems expired under a wrong clock is told as the clock's fault`()
        async throws
    {
        try await prepare()
        host.clock.jump(by: 365 * .day)
        host.misbehave { behaviour in
            behaviour.outage = { _, _ in .failure(.notTrusted(.dates, "certificate has expired")) }
        }
        host.wait(.hour)
        try await host.renew()
        #expect(
            host.log.lines(from: .warning).contains {
                $0.contains("cannot be reached") && $0.contains("this machine's clock is wrong")
            }
        )
    }
}

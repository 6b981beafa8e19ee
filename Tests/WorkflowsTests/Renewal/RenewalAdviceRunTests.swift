import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import HTTP
import Renewal
import TestSupport
import Testing

@testable import Workflows

/// RFC 9773 as `certctl renew` lives it, run by run: the A-cases of the catalogue of faults.
@Suite struct RenewalAdviceRunTests {
    private let host: TestHost

    init() throws {
        host = try TestHost()
    }

    /// A window that begins and ends so many hours from the moment of each question.
    private func advise(
        from start: Double,
        to end: Double,
        retryAfter: String? = nil,
        explanation: String? = nil
    ) {
        let clock = host.clock
        host.advise {
            FakeCA.window(
                clock.truth + start * .hour,
                clock.truth + end * .hour,
                retryAfter: retryAfter,
                explanation: explanation
            )
        }
    }

    @Test func `the CA is asked after issuance, and again when it wishes to be`() async throws {
        let moment = host.clock.now + 45 * .day
        host.advise { FakeCA.window(moment, moment + .day, retryAfter: "7200") }
        try await host.issue(["a.test"])
        try await host.renew()
        #expect(host.count(.renewalInfo) == 1)
        for _ in 1...11 {
            host.wait(10 * .minute)
            try await host.renew()
        }
        #expect(host.count(.renewalInfo) == 1)
        host.wait(10 * .minute)
        try await host.renew()
        #expect(host.count(.renewalInfo) == 2)
    }

    @Test func `a certificate is renewed in the window, and the order names what it replaces`()
        async throws
    {
        let start = host.clock.now + 30 * .day
        host.advise { FakeCA.window(start, start + 2 * .day) }
        try await host.issue(["a.test"])
        var moment: Date?
        host.wait(29.5 * .day)
        for _ in 1...3 * 24 {
            host.wait(.hour)
            guard moment == nil else { continue }
            let words = try await host.renew().words
            guard words["a.test"] != "kept", words["a.test"] != nil else { continue }
            #expect(words == ["a.test": "renewed: window"])
            moment = host.clock.now
        }
        let renewed = try #require(moment)
        #expect((start...(start + 2 * .day + .hour)).contains(renewed))
        let predecessors = host.network.withCA { $0.replacements }
        #expect(predecessors.count == 2)
        #expect(predecessors[0] == nil)
        #expect(predecessors[1] != nil)
    }

    @Test func `answers that take longer to come than they last keep nothing from being renewed`()
        async throws
    {
        let clock = host.clock
        let names = (1...12).map { "n\($0).test" }
        for name in names { try await host.issue([name]) }
        host.wait(60 * .day)
        let start = clock.now - .day
        host.advise {
            clock.advance(by: .seconds(25))
            return FakeCA.window(start, start + 2 * .hour, retryAfter: "60")
        }
        var renewed = 0
        for _ in 1...2 {
            host.wait(.hour)
            renewed += try await host.renew().renewed.count
        }
        #expect(renewed == names.count)
    }

    @Test func `A07: the moment in the window stays the same, however often it is looked at`()
        async throws
    {
        let start = host.clock.now + 30 * .day
        host.advise { FakeCA.window(start, start + 10 * .day, retryAfter: "60") }
        try await host.issue(["a.test"])
        var dues: Set<Date> = []
        for _ in 1...50 {
            guard case .kept(let due) = try await host.renew().endings.first?.outcome else {
                Issue.record("it is not due yet")
                return
            }
            dues.insert(due)
            host.wait(.hour)
        }
        #expect(dues.count == 1)
    }

    @Test func `A01: a window in the past renews within half an hour, and that once a day`()
        async throws
    {
        try await host.issue(["a.test"])
        advise(from: -20, to: -10)
        host.wait(7 * .day)
        #expect(try await host.renew().words == ["a.test": "kept"])
        host.wait(30 * .minute)
        #expect(try await host.renew().words == ["a.test": "renewed: signal"])
    }

    @Test func `A02: windows in the past for every new certificate are one renewal a day`()
        async throws
    {
        advise(from: -20, to: -10)
        try await host.issue(["a.test"])
        var renewals: [Date] = []
        var held = 0
        for _ in 1...(24 * 6) {
            host.wait(30 * .minute)
            let words = try await host.renew().words
            if words["a.test"] == "renewed: signal" { renewals.append(host.clock.now) }
            if words["a.test"] == "held: signals" { held += 1 }
        }
        #expect((2...3).contains(renewals.count))
        for (one, next) in zip(renewals, renewals.dropFirst()) {
            #expect(next.timeIntervalSince(one) >= .day)
        }
        #expect(held > 0)
    }

    /// A mass revocation, with a CA that breaks down below it.
    @Test func `A02: what the CA never took as an order is none of the renewals of a day`()
        async throws
    {
        try await host.issue(["a.test"])
        advise(from: -20, to: -10)
        host.wait(7 * .day)
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in
                resource == .newOrder ? .success(HTTPResponse(status: 503)) : nil
            }
        }
        var failures = 0
        for _ in 1...4 {
            host.wait(.hour)
            failures += try await host.renew().words["a.test"] == "failed: 4" ? 1 : 0
        }
        #expect(failures >= 2)
        host.misbehave { $0.outage = nil }
        var hours = 0
        while hours < 24, try await host.renew().renewed.isEmpty {
            hours += 1
            host.wait(.hour)
        }
        #expect(hours <= 4)
    }

    @Test func `A02: what fails is tried twice a day for the CA's window alone`() async throws {
        advise(from: -20, to: -10)
        try await host.issue(["a.test"])
        host.misbehave { $0.challengeProblem = "no route to host" }
        let before = host.network.withCA { $0.orderedNames.count }
        for _ in 1...46 {
            host.wait(30 * .minute)
            try await host.renew()
        }
        #expect(host.network.withCA { $0.orderedNames.count } - before == 2)
    }

    @Test(arguments: [
        #"{"suggestedWindow":{"start":"2027-02-01T00:00:00Z","end":"2027-01-31T00:00:00Z"}}"#,
        #"{"suggestedWindow":{"start":"2027-02-01T00:00:00Z","end":"2027-02-01T00:00:00Z"}}"#,
        #"{"suggestedWindow":{"start":"2027-02-01T00:00:00Z"}}"#,
        #"{"suggestedWindow":{}}"#,
        #"{}"#,
        #"{"suggestedWindow":{"start":"soon","end":"later"}}"#,
        #"{"suggestedWindow":{"start":1800000000,"end":1800086400}}"#,
        #"{"suggestedWindow":{"start":"9999-01-01T00:00:00Z","end":"9999-12-31T23:59:59Z"}}"#,
        #"{"suggestedWindow":{"start":"1970-01-01T00:00:00Z","end":"1970-01-02T00:00:00Z"}}"#,
        #"{"suggestedWindow":{"start":"1970-01-01T00:00:00Z","end":"2027-02-02T00:00:00Z"}}"#,
        "not even JSON", "",
    ])
    func `A03: what is no window counts as none`(_ body: String) async throws {
        host.advise { FakeCA.json(body) }
        try await fallsBack()
    }

    @Test(arguments: [
        FakeCA.Outcome.success(HTTPResponse(status: 404)),
        .success(HTTPResponse(status: 500)),
        .success(HTTPResponse(status: 503, headers: ["retry-after": "120"])),
        .failure(.timedOut("nothing came")),
        .failure(.notConnected("reset")),
    ])
    func `A04: a CA that does not answer for a month changes nothing of the schedule`(
        _ outcome: FakeCA.Outcome
    ) async throws {
        host.advise { HTTPResponse(status: 500) }
        host.misbehave { behaviour in
            behaviour.outage = { resource, _ in resource == .renewalInfo ? outcome : nil }
        }
        try await fallsBack()
        // A question every six hours, and at most four requests for each.
        #expect(host.count(.renewalInfo) <= 61 * 4 * 4)
    }

    /// Nothing is renewed before two thirds of the lifetime are over, give or take half a day, and then it is.
    private func fallsBack() async throws {
        try await host.issue(["a.test"])
        let notAfter = try #require(try host.notAfter("a.test"))
        let due = notAfter - 30.5 * .day
        while host.clock.now < due - 6 * .hour {
            #expect(try await host.renew().words["a.test"] != "renewed: lifetime")
            host.wait(5.9 * .hour)
        }
        host.wait(due.timeIntervalSince(host.clock.now) - 120)
        #expect(try await host.renew().renewed.isEmpty)
        #expect(host.clock.now < due)
        host.wait(due.timeIntervalSince(host.clock.now) + .day)
        #expect(try await host.renew().words == ["a.test": "renewed: lifetime"])
    }

    @Test func `a window that was taken back for good no longer counts`() async throws {
        let start = host.clock.now + 10 * .day
        host.advise { FakeCA.window(start, start + .day) }
        try await host.issue(["a.test"])
        try await host.renew()
        host.advise { HTTPResponse(status: 404) }
        for _ in 1...(12 * 4) {
            host.wait(6 * .hour)
            #expect(try await host.renew().renewed.isEmpty)
        }
    }

    @Test(arguments: [("0", 60.0), ("1", 60), ("315360000", 86_400), ("86400", 86_400)])
    func `A05: the CA's wish for the next question is kept between a minute and a day`(
        _ wish: String,
        _ wait: Double
    ) async throws {
        let start = host.clock.now + 45 * .day
        host.advise { FakeCA.window(start, start + .day, retryAfter: wish) }
        try await host.issue(["a.test"])
        try await host.renew()
        #expect(host.count(.renewalInfo) == 1)
        host.wait(wait - 1)
        try await host.renew()
        #expect(host.count(.renewalInfo) == 1)
        host.wait(2)
        try await host.renew()
        #expect(host.count(.renewalInfo) == 2)
    }

    @Test func `A06: a window close to the end loses against what is left then`() async throws {
        let start = host.clock.now + 88 * .day
        host.advise { FakeCA.window(start, start + .day) }
        try await host.issue(["a.test"])
        host.wait(74 * .day)
        #expect(try await host.renew().words == ["a.test": "kept"])
        host.wait(.day)
        #expect(try await host.renew().words == ["a.test": "renewed: emergency"])
    }

    @Test func `A08: the CA's explanation is told, and nothing in it that a terminal obeys`()
        async throws
    {
        try await host.issue(["a.test"])
        advise(from: -20, to: -10, explanation: #"https://ca.test/why\u001b[2J\nfaked: line"#)
        host.wait(.day)
        try await host.renew()
        let line = try #require(
            host.log.lines(from: .warning).first { $0.contains("wants a certificate") }
        )
        #expect(line.contains("see=https://ca.test/why"))
        #expect(line.unicodeScalars.allSatisfy { $0.value >= 32 && $0.value != 127 })
    }

    @Test func `A09: about one that has expired the CA is not asked`() async throws {
        let start = host.clock.now + 45 * .day
        host.advise { FakeCA.window(start, start + .day) }
        try await host.issue(["a.test"])
        host.wait(100 * .day)
        #expect(try await host.renew().words["a.test"]?.hasPrefix("renewed") == true)
        #expect(host.count(.renewalInfo) == 0)
    }

    @Test func `P38: a predecessor that has a successor is not named once more`() async throws {
        let start = host.clock.now + 30 * .day
        host.advise { FakeCA.window(start, start + .hour) }
        try await host.issue(["a.test"])
        host.misbehave { $0.refusesReplacement = true }
        try await host.renew()
        host.wait(31 * .day)
        #expect(try await host.renew().words == ["a.test": "renewed: window"])
        #expect(host.network.withCA { $0.replacements } == [nil, nil])
        #expect(host.count(.newOrder) == 3)
    }

    @Test func `a CA that answers no question is not asked about each of its certificates`()
        async throws
    {
        host.advise { HTTPResponse(status: 500) }
        for number in 1...30 { try await host.issue(["n\(number).test"]) }
        let before = host.requests()
        try await host.renew()
        #expect(host.count(.renewalInfo) <= 9 * 4)
        #expect(host.requests() - before <= 9 * 4 + 1)
        host.wait(2 * .minute)
        try await host.renew()
        host.wait(.hour)
        host.advise {
            FakeCA.window(Date(timeIntervalSince1970: 1_803_000_000), .distantFuture)
        }
        #expect(try await host.renew().count == 30)
        #expect(host.count(.renewalInfo) >= 30)
    }

    @Test func `a CA that has stood in and is silent keeps the usual one from no question`()
        async throws
    {
        try host.addSecond()
        let start = host.clock.now + 45 * .day
        host.advise { FakeCA.window(start, start + .day) }
        host.network.withCA(1) { ca in
            ca.behaviour.moreOfDirectory = #","renewalInfo":"\#(ca.base)/renewalInfo""#
            ca.behaviour.advice = { HTTPResponse(status: 500) }
        }
        for number in 1...12 { try await host.issueBySubstitute("n\(number).test") }
        try await host.issue(["z.test"])
        try await host.renew()
        #expect(host.count(.renewalInfo) == 1)
        #expect(host.count(.renewalInfo, at: 1) <= 9 * 4)
    }
}

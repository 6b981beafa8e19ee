import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// Reliability §15, "Classes" and "Backoff".
@Suite struct RenewalFailureTests {
    private let now = RenewalSample.issued

    private func wait(_ record: FailureRecord) -> TimeInterval {
        record.notBefore.timeIntervalSince(record.last)
    }

    // A16
    @Test func `an endless failure is tried three times quickly, then once a day`() {
        var moment = now
        var record: FailureRecord?
        var gaps: [TimeInterval] = []
        for _ in 1...30 {
            let next = RenewalSample.failure(after: record, at: moment, remaining: 90 * .day)
            gaps.append(wait(next))
            (record, moment) = (next, next.notBefore)
        }
        #expect(gaps.count { $0 < .day / 2 } == 3)
        #expect(record?.since == now)
        // A thousand and more failures in a row pause an account: that is years at this pace.
        #expect(moment.timeIntervalSince(now) > 20 * .day)
    }

    @Test func `what somebody has to change is tried again in a day at once`() {
        let wait = wait(RenewalSample.failure(.configuration, at: now))
        #expect((0.75 * .day...1.25 * .day).contains(wait))
    }

    @Test(arguments: [(3_600.0, 3_600.0), (59, 60), (1, 60), (604_800, 604_800), (3e9, 604_800)])
    func `a rate limit holds until the CA says, for a week at most`(
        said: TimeInterval,
        kept: TimeInterval
    ) {
        let until = now.addingTimeInterval(said)
        #expect(wait(RenewalSample.failure(.rateLimited, at: now, until: until)) == kept)
    }

    @Test(arguments: [nil, 0, -5, -3e9])
    func `a rate limit without a moment that is to come is waited out like any failure`(
        said: TimeInterval?
    ) {
        let until = said.map(now.addingTimeInterval)
        var record: FailureRecord?
        for _ in 1...4 {
            record = RenewalSample.failure(.rateLimited, after: record, at: now, until: until)
            #expect(record.map(wait) ?? 0 >= 60)
        }
        #expect(record.map(wait) ?? 0 >= .day / 2)
    }

    @Test(arguments: [FailureClass.network, .local])
    func `what the CA never heard of is not counted and holds nothing back`(class: FailureClass) {
        var record = RenewalSample.failure(`class`, at: now)
        for _ in 1...5 { record = RenewalSample.failure(`class`, after: record, at: now) }
        #expect(record.count == 0)
        #expect(record.notBefore == now)
        #expect(wait(RenewalSample.failure(after: record, at: now)) < 80)
    }

    @Test func `a person is told of all failures, and of the last reason`() {
        func fail(
            _ failureClass: FailureClass,
            _ reason: String,
            after earlier: FailureRecord?
        ) -> FailureRecord {
            FailureRecord(
                after: earlier,
                failureClass,
                reason: reason,
                at: now,
                remaining: 30 * .day,
                StableRandom(seed: 7)
            )
        }
        var record = fail(.local, "the port is held", after: nil)
        for _ in 1...4 { record = fail(.local, "the port is held", after: record) }
        #expect(record.tries == 5)
        #expect(record.latestReason == "the port is held")
        let refused = fail(.temporary, "no route", after: record)
        #expect(refused.count == 1)
        #expect(refused.tries == 6)
        // What the wait is for stays, and what went wrong last is told.
        let full = fail(.local, "the disk is full", after: refused)
        #expect(full.reason == "no route")
        #expect(full.latestReason == "the disk is full")
        #expect(full.notBefore == refused.notBefore)
        #expect(full.tries == 7)
        #expect(fail(.temporary, "no", after: full).latestReason == "no")
    }

    @Test func `an interruption of the network does not forget the failures before it`() {
        let first = RenewalSample.failure(at: now)
        let network = RenewalSample.failure(.network, after: first, at: now + .hours(1))
        #expect(network.count == 1)
        #expect(network.since == now)
    }

    @Test func `failures are counted to a thousand, for ever`() {
        var record = RenewalSample.failure(at: now)
        for _ in 1...1_100 { record = RenewalSample.failure(after: record, at: now) }
        #expect(record.count == 1_000)
    }

    @Test func `a count that no certctl wrote is no reason to fall over`() throws {
        let text =
            #"{"count":9223372036854775807,"since":0,"last":0,"notBefore":0,"#
            + #""failureClass":"temporary","reason":""}"#
        let read = try JSONDecoder().decode(FailureRecord.self, from: Data(text.utf8))
        #expect(RenewalSample.failure(after: read, at: now).count == 1_000)
    }

    @Test(arguments: [(10.0, 60.0...75), (7_200, 7_200...7_200), (31_536_000, 86_400...86_400)])
    func `what the CA wishes after any failure counts, up to a day`(
        wish: TimeInterval,
        kept: ClosedRange<Double>
    ) {
        let until = now.addingTimeInterval(wish)
        #expect(kept.contains(wait(RenewalSample.failure(at: now, until: until))))
    }

    // A14, C02: it was written under a clock that was ahead.
    @Test(arguments: [FailureClass.temporary, .configuration, .rateLimited, .authority])
    func `a record from the future holds nothing back`(class: FailureClass) {
        let ahead = now + Days(365)
        let record = RenewalSample.failure(`class`, at: ahead, until: ahead + Days(7))
        #expect(record.believed(at: now).notBefore <= now)
        #expect(record.believed(at: now).count == 1)
        #expect(record.believed(at: now).since == now)
    }

    @Test func `minutes ahead are what clocks differ by`() {
        let record = RenewalSample.failure(.configuration, at: now + .hours(0.08))
        #expect(record.believed(at: now) == record)
    }

    // C02, C11
    @Test func `no record holds for longer than one can be made to`() throws {
        for (name, longest) in [("temporary", 30 * TimeInterval.hour), ("rateLimited", 7 * .day)] {
            let text =
                #"{"count":1,"since":0,"last":0,"notBefore":9e9,"reason":"","#
                + #""failureClass":"\#(name)"}"#
            let record = try JSONDecoder().decode(FailureRecord.self, from: Data(text.utf8))
            let believed = record.believed(at: record.last + .hours(1))
            #expect(believed.notBefore == record.last.addingTimeInterval(longest))
        }
    }

    @Test func `ten thousand failures: never less than a minute, never more than 30 hours`() {
        var generator = SeededGenerator(seed: 10_000)
        let classes: [FailureClass] = [.temporary, .configuration, .authority, .rateLimited]
        var record: FailureRecord?
        var moment = now
        for _ in 1...10_000 {
            let next = FailureRecord(
                after: generator.oneIn(40) ? nil : record,
                generator.pick(classes),
                reason: "",
                at: moment,
                remaining: Double.random(in: -5 * .day...60 * .day, using: &generator),
                until: generator.oneIn(2)
                    ? nil
                    : moment.addingTimeInterval(.random(in: -.day...(.day), using: &generator)),
                StableRandom(seed: generator.next())
            )
            #expect((60...30 * .hour).contains(wait(next)))
            #expect(next.believed(at: moment) == next)
            (record, moment) = (next, next.notBefore)
        }
    }

    @Test(arguments: [FailureClass.network, .local])
    func `what the CA never heard of does not end the wait that it has asked for`(
        class: FailureClass
    ) {
        let limit = RenewalSample.failure(.rateLimited, at: now, until: now + Days(3))
        let next = RenewalSample.failure(`class`, after: limit, at: now + Days(1))
        #expect(next.notBefore == limit.notBefore)
        #expect(next.failureClass == .rateLimited)
        let later = RenewalSample.failure(`class`, after: limit, at: now + Days(3))
        #expect(later.notBefore == later.last)
        #expect(later.failureClass == `class`)
    }

    @Test func `an outage that nobody has looked at for days begins anew`() {
        var record = RenewalSample.failure(.authority, at: now)
        for _ in 1...4 {
            record = RenewalSample.failure(.authority, after: record, at: now + .hours(20))
        }
        let soon = now + .hours(20 + 59)
        #expect(record.believed(at: soon) == record)
        let late = now + .hours(20 + 61)
        let believed = record.believed(at: late)
        #expect(believed.count == 0)
        #expect(believed.since == late)
        #expect(believed.notBefore <= late)
        // And is tried quickly again, as any first failure.
        #expect(wait(RenewalSample.failure(.authority, after: believed, at: late)) < 80)
    }

    @Test func `what a CA that is down wishes does not outlast a certificate`() {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        func wait(_ remaining: TimeInterval?) -> TimeInterval {
            RenewalSample.failure(.authority, at: now, remaining: remaining, until: now + Days(1))
                .notBefore.timeIntervalSince(now)
        }
        #expect(wait(30 * .day) == .day)
        #expect(wait(nil) == .day)
        #expect(wait(24 * .hour) == 2 * .hour)
        #expect(wait(.hour) == .hour)
    }
}

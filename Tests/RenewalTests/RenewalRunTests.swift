import FoundationEssentials
import Renewal
import Testing

/// Reliability §12, A: what the policy makes of months, with a wake every hour.
@Suite struct RenewalRunTests {
    private let issued = RenewalSample.issued

    /// The most that happens in any 24 hours.
    private func mostADay(_ moments: [Date]) -> Int {
        moments.map { one in moments.count { one <= $0 && $0 < one + Days(1) } }.max() ?? 0
    }

    @Test(arguments: RenewalSample.lifetimes)
    func `with a CA that issues there is one renewal a period, and none is late`(days: Double) {
        var run = RenewalRun(days: days)
        let period = run.facts.validity.fallback(run.facts.random).timeIntervalSince(issued)
        run.run(from: issued, until: issued + Days(730)) { _ in true }
        let expected = 730 * .day / period
        #expect(abs(Double(run.renewals.count) - expected) <= 1 + expected / 40)
        #expect(run.attempts.count == run.renewals.count)
        let gaps = zip([issued] + run.renewals, run.renewals).map { $1.timeIntervalSince($0) }
        #expect(gaps.allSatisfy { (period...period + .hour).contains($0) })
    }

    // A10
    @Test(arguments: [8.0 / 24, 3, 30], [160.0 / 24, 45, 90])
    func `a CA that was down has all renewed within 30 hours, before the end where that is longer`(
        outage: Double,
        days: Double
    ) throws {
        var run = RenewalRun(days: days)
        let due = run.facts.validity.fallback(run.facts.random)
        let back = due + Days(outage)
        let end = run.facts.validity.notAfter
        run.run(from: issued, until: back + Days(3)) { $0 >= back }
        let renewed = try #require(run.renewals.first)
        #expect(renewed <= back + .hours(31))
        if end > back + .hours(31) { #expect(renewed < end) }
        // Three quick ones, then by the day, by the hour only around the end.
        #expect(mostADay(run.attempts.filter { $0 < end + Days(-2.1) }) <= 5)
        #expect(mostADay(run.attempts) <= 32)
        #expect(Double(run.attempts.count) <= 5 + 1.4 * outage + 85)
    }

    // A16
    @Test func `an endless failure is tried by the hour only within two days of the end`() throws {
        var run = RenewalRun(days: 90)
        run.run(from: issued, until: issued + Days(200)) { _ in false }
        let end = issued + Days(90)
        let late = run.attempts.filter { $0 > end + Days(3.3) }
        #expect((80...150).contains(late.count))
        #expect(mostADay(late) <= 2)
        #expect(mostADay(run.attempts.filter { $0 < end + Days(-3.3) }) <= 4)
    }

    // A02
    @Test(arguments: [160.0 / 24, 45, 90])
    func `a CA that wants every new certificate renewed at once gets one a day`(days: Double) {
        var run = RenewalRun(days: days)
        let past = { (validity: Validity) in
            (validity.notBefore + .hours(-2), validity.notBefore + .hours(-1))
        }
        run.run(from: issued, until: issued + Days(20), window: past) { _ in true }
        #expect(mostADay(run.renewals) <= 1)
        #expect(run.renewals.count >= 18)
    }

    // A01, A02
    @Test func `where that fails it is tried twice a day`() {
        var run = RenewalRun(days: 90)
        let past = { (validity: Validity) in (validity.notBefore, validity.notBefore + .hours(1)) }
        run.run(from: issued + Days(1), until: issued + Days(20), window: past) { _ in false }
        #expect(mostADay(run.attempts) <= 2)
        #expect(run.attempts.count >= 10)
    }

    // A06
    @Test func `a CA whose windows lie behind the end loses nothing`() {
        var run = RenewalRun(days: 45)
        let late = { (validity: Validity) in
            (validity.notAfter + Days(-0.1), validity.notAfter + Days(10))
        }
        run.run(from: issued, until: issued + Days(365), window: late) { _ in true }
        let gaps = zip([issued] + run.renewals, run.renewals).map { $1.timeIntervalSince($0) }
        #expect(!gaps.isEmpty)
        #expect(gaps.allSatisfy { $0 <= 37.5 * .day + .hour })
    }

    // A12: in the small, for what a single host can do: the CA's window spreads them.
    @Test func `two thousand certificates of one minute are renewed over the CA's window`() {
        let validity = RenewalSample.validity(days: 90)
        let window = (validity.notBefore + Days(59), validity.notBefore + Days(61))
        var hours: [Int: Int] = [:]
        for seed in UInt64(0)..<2_000 {
            var facts = RenewalSample.facts(days: 90, seed: seed)
            facts.advice = RenewalSample.advice(from: window.0, to: window.1, at: issued)
            let due = RenewalPolicy.due(facts).moment
            hours[Int(due.timeIntervalSince(issued) / .hour), default: 0] += 1
        }
        let mean = 2_000.0 / 48
        #expect(Double(hours.values.max() ?? 0) <= 3 * mean)
    }
}

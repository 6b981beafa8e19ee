import FoundationEssentials
import Renewal
import Testing

/// Reliability §15: `fallback` and `emergency`, as in Let's Encrypt's integration guide.
@Suite struct ValidityTests {
    private let issued = RenewalSample.issued

    /// How many seconds after its beginning a certificate of that lifetime is due.
    private func age(atDueOf lifetime: TimeInterval) -> TimeInterval {
        let end = issued.addingTimeInterval(lifetime)
        return Validity(notBefore: issued, notAfter: end).fallback.timeIntervalSince(issued)
    }

    @Test(arguments: [(90, 60), (45, 30), (30, 20), (12, 8)])
    func `a certificate is due after two thirds of its lifetime`(days: Int, due: Int) {
        #expect(age(atDueOf: Double(days) * 86_400) == Double(due) * 86_400)
    }

    @Test(arguments: [(6, 3), (2, 1)])
    func `one of less than ten days is due after half of it`(days: Int, due: Int) {
        #expect(age(atDueOf: Double(days) * 86_400) == Double(due) * 86_400)
    }

    @Test func `ten days are not short, one second less is`() {
        let tenDays: TimeInterval = 864_000
        #expect(age(atDueOf: tenDays) == 576_000)
        #expect(age(atDueOf: tenDays - 2) == 431_999)
    }

    // A thousand certificates that were issued in one go; reliability §15, "10,000 certificates".
    @Test(arguments: [(398.0, 24.0), (90, 24), (45, 21.6), (6, 2.88), (0.25, 0.12)])
    func `renewals are spread over a fiftieth of the lifetime around that moment, a day at most`(
        days: Double,
        hours: Double
    ) {
        let validity = RenewalSample.validity(days: days)
        let offsets = (0..<1_000).map { seed in
            validity.fallback(StableRandom(seed: seed)).timeIntervalSince(validity.fallback)
        }
        let half = hours / 2 * .hour
        #expect(offsets.allSatisfy { (-half...half).contains($0) })
        // No tenth of the span has more than twice its share of them.
        let tenths = Dictionary(grouping: offsets) { Int((($0 + half) / half * 5).rounded(.down)) }
        #expect(tenths.count == 10)
        #expect(tenths.values.allSatisfy { $0.count <= 200 })
        #expect(validity.fallback.addingTimeInterval(half) <= validity.emergency)
    }

    @Test(arguments: [(390.0, 65.0), (90, 15), (45, 7.5), (12, 2), (6, 1.5), (2, 0.5)])
    func `the last moment is a sixth before the end, of a short one a quarter`(
        days: Double,
        left: Double
    ) {
        let validity = RenewalSample.validity(days: days)
        let span = validity.notAfter.timeIntervalSince(validity.emergency)
        #expect(abs(span - left * .day) < 0.001)
    }

    @Test func `the last moment is never less than a day before the end of one that is not short`()
    {
        for hours in 240...9552 {
            let validity = RenewalSample.validity(days: Double(hours) / 24)
            #expect(validity.remaining(at: validity.emergency) >= .day)
            #expect(validity.fallback <= validity.emergency)
        }
    }

    @Test func `one that ends before it begins has no lifetime and is overdue at its end`() {
        let validity = Validity(notBefore: issued, notAfter: issued + Days(-1))
        #expect(validity.lifetime == 0)
        #expect(validity.emergency == validity.notAfter)
    }
}

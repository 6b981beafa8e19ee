import FoundationEssentials
import Renewal
import Testing

/// When a certificate is due, by Let's Encrypt's integration guide: after two thirds of its
/// lifetime, or half of a short one.
@Suite struct ValidityTests {
    private let issued = Date(timeIntervalSince1970: 1_800_000_000)

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
}

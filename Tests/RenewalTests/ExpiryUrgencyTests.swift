import FoundationEssentials
import Renewal
import Testing

/// Reliability §15, "alerting": less than a quarter is a warning, less than an eighth is critical.
@Suite struct ExpiryUrgencyTests {
    private let issued = RenewalSample.issued

    private func urgency(_ days: Double, left: Double) -> ExpiryUrgency {
        let validity = Validity(notBefore: issued, notAfter: issued.addingTimeInterval(days * .day))
        return validity.urgency(at: validity.notAfter.addingTimeInterval(-left * .day))
    }

    @Test(
        arguments: [
            (90.0, 22.5, ExpiryUrgency.none), (90, 22.4, .soon), (90, 11.25, .soon),
            (90, 11.2, .pressing), (90, 0.001, .pressing), (90, 0, .over), (90, -1, .over),
        ]
    )
    func `of three months a quarter and an eighth count`(
        days: Double,
        left: Double,
        urgency: ExpiryUrgency
    ) {
        #expect(self.urgency(days, left: left) == urgency)
    }

    @Test func `two days are never enough for one of months`() {
        #expect(urgency(12, left: 2.01) == .soon)
        #expect(urgency(12, left: 1.99) == .pressing)
    }

    @Test(
        arguments: [
            (1.6, ExpiryUrgency.none), (1.4, .soon), (0.76, .soon), (0.74, .pressing),
        ]
    )
    func `of six days a quarter and an eighth count alone`(left: Double, urgency: ExpiryUrgency) {
        #expect(self.urgency(6, left: left) == urgency)
    }

    @Test func `one that ends before it begins is over`() {
        let validity = Validity(notBefore: issued, notAfter: issued.addingTimeInterval(-1))
        #expect(validity.urgency(at: issued) == .over)
    }
}

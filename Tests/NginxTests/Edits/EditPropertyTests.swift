import TestSupport
import Testing

/// A second run makes no edits, other bytes stay the same, and undo gives back what was there.
@Suite struct EditPropertyTests {
    /// `nginx-probe edits` takes as many as one likes.
    @Test func `edits of random sites keep their promises`() {
        var totals = EditTrial.Totals()
        for seed in 0..<UInt64(600) {
            #expect(EditTrial.fault(ofSeed: seed, &totals) == nil, "seed \(seed)")
        }
        #expect(totals.configurations == 600)
        #expect(totals.edited > 100, "\(totals)")
    }
}

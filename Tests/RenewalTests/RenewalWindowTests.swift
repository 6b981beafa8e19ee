import FoundationEssentials
import Renewal
import TestSupport
import Testing

/// RFC 9773 §4.2; reliability §15, `ariOK` and `selected`.
@Suite struct RenewalWindowTests {
    private let validity = RenewalSample.validity(days: 90)
    private var issued: Date { RenewalSample.issued }

    private func window(_ start: Date, _ end: Date, learned: Date? = nil) -> RenewalWindow {
        RenewalWindow(start: start, end: end, learned: learned ?? issued)
    }

    // A03
    @Test func `a window that ends before or when it begins is none`() {
        #expect(!window(issued + Days(60), issued + Days(59)).isCredible(for: validity))
        #expect(!window(issued + Days(60), issued + Days(60)).isCredible(for: validity))
        #expect(window(issued + Days(60), issued + Days(60.001)).isCredible(for: validity))
    }

    // A03
    @Test func `a window that begins more than a day before the certificate is none`() {
        let end = issued + Days(1)
        #expect(!window(issued + Days(-1), end).isCredible(for: validity))
        #expect(window(issued + Days(-0.999), end).isCredible(for: validity))
        #expect(!window(Date(timeIntervalSince1970: 0), end).isCredible(for: validity))
    }

    // A03, A06
    @Test func `a window that begins after the certificate's end is none`() {
        let year9999 = Date(timeIntervalSince1970: 253_402_300_799)
        #expect(!window(validity.notAfter, year9999).isCredible(for: validity))
        #expect(window(validity.notAfter + Days(-0.001), year9999).isCredible(for: validity))
    }

    // A07
    @Test func `the moment is the same at each of a thousand starts, and inside the window`() {
        var generator = SeededGenerator(seed: 9773)
        for _ in 1...50 {
            let start = issued + Days(Double.random(in: 0..<80, using: &generator))
            let end = start + Days(Double.random(in: 0.01...10, using: &generator))
            let random = StableRandom(seed: generator.next())
            let first = window(start, end).moment(for: validity, random)
            #expect((start...end).contains(first))
            for restart in 1...1_000 {
                // When it is looked at plays no part, as long as the window has not passed.
                let learned = issued + Days(-Double(restart) / 1_000)
                #expect(window(start, end, learned: learned).moment(for: validity, random) == first)
            }
        }
    }

    @Test func `a new window is drawn anew`() {
        let random = StableRandom(seed: 3)
        let (start, end) = (issued + Days(50), issued + Days(52))
        let share = { (window: RenewalWindow) in
            window.moment(for: validity, random).timeIntervalSince(window.start)
                / window.end.timeIntervalSince(window.start)
        }
        #expect(share(window(start, end)) != share(window(start + Days(0.5), end + Days(0.5))))
    }

    @Test func `hosts spread over the window`() {
        let (start, end) = (issued + Days(59), issued + Days(61))
        let moments = (UInt64(0)..<1_000).map { seed in
            window(start, end).moment(for: validity, StableRandom(seed: seed))
        }
        let early = moments.count { $0 < issued + Days(60) }
        #expect((400...600).contains(early))
        #expect(moments.allSatisfy { (start...end).contains($0) })
    }

    // A01
    @Test(arguments: RenewalSample.lifetimes)
    func `a window that had passed is a signal to renew within half an hour of learning it`(
        days: Double
    ) {
        let validity = RenewalSample.validity(days: days)
        let learned = issued + Days(days / 4)
        let past = window(issued, issued + Days(days / 8), learned: learned)
        #expect(past.isSignal)
        let longest = min(30 * .minute, validity.remaining(at: learned) / 100)
        for seed in UInt64(0)..<100 {
            let wait = past.moment(for: validity, StableRandom(seed: seed))
                .timeIntervalSince(learned)
            #expect((0...longest).contains(wait))
        }
    }

    @Test func `one that was learned before it ended and has passed since is no signal`() {
        let plain = window(issued + Days(60), issued + Days(61), learned: issued + Days(60.9))
        #expect(!plain.isSignal)
        #expect(plain.moment(for: validity, StableRandom(seed: 1)) <= plain.end)
    }

    @Test func `a signal about an expired certificate is for now`() {
        let learned = validity.notAfter + Days(3)
        let past = window(issued, issued + Days(1), learned: learned)
        #expect(past.moment(for: validity, StableRandom(seed: 1)) == learned)
    }
}

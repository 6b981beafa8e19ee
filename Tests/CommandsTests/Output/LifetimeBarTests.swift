import FoundationEssentials
import Testing

@testable import Commands

/// The bar of a certificate of 90 days that renews after 60.
@Suite struct LifetimeBarTests {
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    private func bar(at day: Double, due: Double = 60, lifetime: Double = 90) -> String {
        LifetimeBar.text(
            from: Self.start,
            to: Self.start.addingTimeInterval(lifetime * 86_400),
            due: Self.start.addingTimeInterval(due * 86_400),
            now: Self.start.addingTimeInterval(day * 86_400)
        )
    }

    @Test(
        arguments: [
            (-1, "─────────────┃──────"), (0, "─────────────┃──────"), (45, "━━━━━━━━━━───┃──────"),
            (60, "━━━━━━━━━━━━━┃──────"), (75, "━━━━━━━━━━━━━┃━━────"),
            (90, "━━━━━━━━━━━━━┃━━━━━━"),
            (1000, "━━━━━━━━━━━━━┃━━━━━━"),
        ] as [(Double, String)]
    )
    func `the bar grows with time, the stroke stays`(day: Double, text: String) {
        #expect(bar(at: day) == text)
    }

    @Test func `a moment of renewal at or after the end stands last`() {
        #expect(bar(at: 45, due: 90) == "━━━━━━━━━━─────────┃")
        #expect(bar(at: 45, due: 900) == "━━━━━━━━━━─────────┃")
    }

    @Test func `a lifetime of nothing is over`() {
        #expect(bar(at: 0, due: 0, lifetime: 0) == "━━━━━━━━━━━━━━━━━━━┃")
    }
}

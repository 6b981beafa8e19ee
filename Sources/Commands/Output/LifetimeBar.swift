import FoundationEssentials

/// How much of a certificate's life is over, as a bar: `━━━━━━━───────┃─────`, where the upright
/// stroke is the moment of renewal.
enum LifetimeBar {
    private static let width = 20

    static func text(from start: Date, to end: Date, due: Date, now: Date) -> String {
        let used = cells(now, from: start, to: end)
        let renewal = min(cells(due, from: start, to: end), width - 1)
        return (0..<width).map { cell in
            cell == renewal ? "┃" : cell < used ? "━" : "─"
        }.joined()
    }

    /// How many cells of the bar lie before `moment`.
    private static func cells(_ moment: Date, from start: Date, to end: Date) -> Int {
        let lifetime = end.timeIntervalSince(start)
        guard lifetime > 0 else { return width }
        let share = moment.timeIntervalSince(start) / lifetime
        return Int(min(max(share, 0), 1) * Double(width))
    }
}

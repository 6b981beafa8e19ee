import FoundationEssentials
import Renewal

/// Renewals over time, from left to right: a line a certificate, or one hill of all.
struct ForecastChart {
    /// Of more certificates a line each is more than anyone reads.
    static let mostLines = 40

    /// A year of weeks; with the margin they fill a terminal of 80 columns.
    private static let mostCells = 53
    /// For names.
    private static let margin = 25
    private static let height = 8
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private let forecast: Forecast
    /// What one column stands for, in days.
    private let cellDays: Int
    private let cells: Int

    init(_ forecast: Forecast) {
        self.forecast = forecast
        let span = forecast.end.timeIntervalSince(forecast.start)
        let days = max(1, Int((span / .day).rounded(.up)))
        cellDays = (days + Self.mostCells - 1) / Self.mostCells
        cells = (days + cellDays - 1) / cellDays
    }

    /// The lines, of at most 80 characters each.
    var text: String {
        let isHill = forecast.lines.count > Self.mostLines
        let lines = [heading(isHill: isHill), "", row("", monthLabels)] + announcements
        let body = isHill ? hill : forecast.lines.map { row($0.name, strip($0.renewals)) }
        return (lines + body).map { $0 + "\n" }.joined()
    }

    private func heading(isHill: Bool) -> String {
        let days = cellDays == 1 ? "a day" : "\(cellDays) days"
        let count = forecast.lines.reduce(0) { $0 + $1.renewals.count }
        let renewals = count == 1 ? "1 renewal" : "\(count) renewals"
        return "\(TimeText.day(forecast.start)) to \(TimeText.day(forecast.end)): \(renewals); "
            + "a column is \(days)" + (isHill ? "" : ", ● a renewal")
    }

    /// A line with its name in the margin.
    private func row(_ name: String, _ strip: String) -> String {
        let width = Self.margin - 2
        let shown = name.count > width ? name.prefix(width - 1) + "…" : name[...]
        let line = shown + String(repeating: " ", count: Self.margin - shown.count) + strip
        let end = line.lastIndex { $0 != " " }
        return end.map { String(line[...$0]) } ?? ""
    }

    private func cell(of date: Date) -> Int? {
        guard date >= forecast.start, date < forecast.end else { return nil }
        return Int(date.timeIntervalSince(forecast.start) / (Double(cellDays) * .day))
    }

    /// How many of `moments` fall into each column.
    private func counts(_ moments: [Date]) -> [Int] {
        moments.compactMap(cell).reduce(into: [Int](repeating: 0, count: cells)) { $0[$1] += 1 }
    }

    private func strip(_ renewals: [Date]) -> String {
        counts(renewals).map { count in
            switch count {
            case 0: "·"
            case 1: "●"
            case 2...9: "\(count)"
            default: "+"
            }
        }.joined()
    }

    // MARK: Above

    /// Each month's name at the column of its first day, where there is room; of long spans the
    /// years.
    private var monthLabels: String {
        var text = ""
        for index in 0..<cells {
            let begin = forecast.start.addingTimeInterval(Double(index * cellDays) * .day)
            let before = Self.month(begin.addingTimeInterval(-1))
            let last = Self.month(begin.addingTimeInterval(Double(cellDays) * .day - 1))
            guard last != before, text.isEmpty || text.count < index else { continue }
            guard let label = label(last), index + label.count <= cells else { continue }
            text += String(repeating: " ", count: index - text.count) + label
        }
        return text
    }

    private func label(_ month: (year: Int, month: Int)) -> String? {
        guard cellDays > 9 else { return Self.months[month.month - 1] }
        return month.month == 1 ? "\(month.year)" : nil
    }

    private static func month(_ date: Date) -> (year: Int, month: Int) {
        let parts = TimeText.day(date).split(separator: "-").compactMap { Int($0) }
        return parts.count == 3 ? (parts[0], parts[1]) : (0, 1)
    }

    /// The numbers of the changes that the text below tells of.
    private var announcements: [String] {
        var marks = [String](repeating: " ", count: cells)
        for (number, change) in forecast.changes.enumerated().reversed() {
            if let cell = cell(of: change.date) { marks[cell] = "\(number + 1)" }
        }
        let isAny = marks.contains { $0 != " " }
        return isAny ? [row("announced (see below)", marks.joined())] : []
    }

    // MARK: Of many

    /// Bars of how many are renewed in each column, as high as the most of them.
    private var hill: [String] {
        let counts = counts(forecast.moments)
        let most = max(1, counts.max() ?? 1)
        let eighths = Array(" ▁▂▃▄▅▆▇█")
        return (0..<Self.height).reversed().map { level in
            let bars = counts.map { count in
                // What is there at all is seen.
                let filled = (count * Self.height * 8 + most - 1) / most - level * 8
                return eighths[min(max(filled, 0), 8)]
            }
            let label = level == Self.height - 1 ? "\(most) orders" : level == 0 ? "0" : ""
            return row(label, String(bars))
        }
    }
}

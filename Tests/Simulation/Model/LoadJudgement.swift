import FoundationEssentials
import Glibc
import Renewal

/// Holds the orders of each hour against what the CA has asked for.
///
/// An hour may have three times the mean load, or three times as much as the windows of the
/// certificates in use add up to, where that is more: a CA that gives a thousand certificates the same
/// day to be renewed, since they were issued in the same hour after an outage, asks for that. While
/// something is wrong, and until what was missed is made up for, the CA's limits and the number of
/// orders side by side are the bound.
///
/// Where names fail for good, each is tried daily, and hourly near the end of its certificate: most orders
/// of the year can be of its last weeks. The mean is then that of the time before, or of the time since.
struct LoadJudgement {
    private let course: Course
    private let size: Int
    /// How many orders each hour should have by the windows.
    private var asked: [Double]
    /// The last window that counts in ``asked``, by lineage.
    private var windows: [Range<Date>?]

    init(_ course: Course, size: Int) {
        self.course = course
        self.size = size
        asked = [Double](repeating: 0, count: Int(TimeInterval.year / .hour) + 1)
        windows = [Range<Date>?](repeating: nil, count: size)
    }

    /// A certificate has come at `now`, and with it the window for its successor.
    ///
    /// The window of what it replaces no longer counts where it is yet to come, and stays whole where it has
    /// begun: an order is as likely at its end as at its beginning. Without the certificates that have been
    /// replaced already, the last hours of a window that many share would seem to ask for next to nothing.
    mutating func note(_ lineage: Int, _ validity: Validity, at now: Date) {
        if let old = windows[lineage], now < old.lowerBound { add(old, times: -1) }
        let breadth = validity.lifetime / 100
        let middle = validity.fallback
        let window = middle.addingTimeInterval(-breadth)..<middle.addingTimeInterval(breadth)
        windows[lineage] = window
        add(window, times: 1)
    }

    private mutating func add(_ window: Range<Date>, times factor: Double) {
        let breadth = window.upperBound.timeIntervalSince(window.lowerBound)
        let start = window.lowerBound.timeIntervalSince(course.year.lowerBound)
        let end = window.upperBound.timeIntervalSince(course.year.lowerBound)
        guard end > 0 else { return }
        var from = max(0, start)
        while from < end {
            let hour = Int(from / .hour)
            guard hour < asked.count else { return }
            let to = min(end, Double(hour + 1) * .hour)
            asked[hour] += factor * (to - from) / breadth
            from = to
        }
    }

    /// Judges the year.
    func judge(_ record: inout YearRecord) {
        let excused = excused
        let means = means(record)
        for (hour, count) in record.hourly.enumerated() where count > 1 {
            let start = course.year.lowerBound.addingTimeInterval(Double(hour) * .hour)
            guard !excused.contains(start), !excused.contains(start.addingTimeInterval(.hour))
            else { continue }
            // A timer that comes once an hour does at its turn what fell due in the hour before.
            let windows = hour > 0 ? max(asked[hour], asked[hour - 1]) : asked[hour]
            let mean = means.first { $0.hours.contains(hour) }?.mean ?? record.mean
            let expected = max(mean, windows)
            guard count > allowed(expected) else { continue }
            record.fail(
                .load,
                "hour \(hour) had \(count) orders, \(Self.text(expected)) were to be expected"
            )
        }
    }

    /// The mean of each part of the year that begins or ends with names that fail.
    private func means(_ record: YearRecord) -> [(hours: Range<Int>, mean: Double)] {
        let turns = course.unvalidated.all.flatMap { [$0.lowerBound, $0.upperBound] }
            .filter { $0 < course.year.upperBound }
        let bounds = [0] + turns.map(record.hour(of:)) + [record.hourly.count]
        return zip(bounds, bounds.dropFirst()).map { start, end in
            (start..<end, record.mean(ofHours: start..<end))
        }
    }

    /// Three times what is expected; where that is a score or less, what chance alone makes of it once in
    /// ten million hours.
    private func allowed(_ expected: Double) -> Int {
        max(Int((3 * expected).rounded(.down)), Self.quantile(expected))
    }

    /// The count that a Poisson distribution exceeds with a probability below one in ten million.
    static func quantile(_ mean: Double) -> Int {
        var probability = exp(-mean)
        var sum = probability
        var count = 0
        while 1 - sum > 1e-7, count < 10_000 {
            count += 1
            probability *= mean / Double(count)
            sum += probability
        }
        return count
    }

    /// When something is wrong, and until what was missed is made up for.
    private var excused: Spans {
        let catchUp = 36 * .hour + Double(size) * 2
        var ranges = [
            course.authorityDown, course.hostAway, course.diskFull, course.restarts,
            course.distrusted,
        ].flatMap(\.all)
        var turns = course.unvalidated.all.map(\.lowerBound)
        turns += [course.recall, course.backup?.restored].compactMap(\.self)
        for span in [course.wrongClock?.span, course.adviceFault?.span].compactMap(\.self) {
            turns += [span.lowerBound, span.upperBound]
        }
        // As long as it wants every certificate renewed at once, so long that is done.
        if let (span, fault) = course.adviceFault, fault == .alwaysPast { ranges.append(span) }
        ranges += turns.map { $0..<$0.addingTimeInterval(1) }
        return Spans(
            ranges.map { $0.lowerBound..<$0.upperBound.addingTimeInterval(catchUp) }
        )
    }

    private static func text(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return "\(tenths / 10).\(tenths % 10)"
    }
}

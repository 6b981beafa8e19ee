package import FoundationEssentials

/// Moments of a year at which something is so, as spans that do not touch.
package struct Spans: Equatable, Sendable {
    /// In order.
    package private(set) var all: [Range<Date>]

    /// The spans `ranges`, in any order; those that touch become one, and empty ones none.
    package init(_ ranges: [Range<Date>] = []) {
        all = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = all.last, range.lowerBound <= last.upperBound {
                let end = max(last.upperBound, range.upperBound)
                all[all.count - 1] = last.lowerBound..<end
            } else {
                all.append(range)
            }
        }
    }

    package func contains(_ moment: Date) -> Bool {
        all.contains { $0.contains(moment) }
    }

    /// The end of the span that `moment` lies in; `nil` where it lies in none.
    package func end(at moment: Date) -> Date? {
        all.first { $0.contains(moment) }?.upperBound
    }

    package func union(_ other: Spans) -> Spans {
        Spans(all + other.all)
    }

    /// What is left of `range` outside of these spans.
    package func gaps(in range: Range<Date>) -> [Range<Date>] {
        var gaps: [Range<Date>] = []
        var start = range.lowerBound
        for span in all where span.upperBound > start && span.lowerBound < range.upperBound {
            if span.lowerBound > start { gaps.append(start..<span.lowerBound) }
            start = span.upperBound
        }
        if start < range.upperBound { gaps.append(start..<range.upperBound) }
        return gaps
    }
}

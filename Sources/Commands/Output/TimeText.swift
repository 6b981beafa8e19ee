import FoundationEssentials

/// Moments and durations as people read them; all in UTC.
enum TimeText {
    /// `2027-02-22`.
    static func day(_ date: Date) -> String {
        String(date.formatted(.iso8601).prefix(10))
    }

    /// `2027-02-22 14:32 UTC`.
    static func minute(_ date: Date) -> String {
        let text = date.formatted(.iso8601)
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5)) UTC"
    }

    /// `once`, `3 times`.
    static func times(_ count: Int) -> String {
        count == 1 ? "once" : "\(count) times"
    }

    /// When something is tried again that waits for the next run where its moment is over.
    static func next(_ date: Date, _ now: Date) -> String {
        date > now ? date.formatted(.iso8601) : "at the next run of renew"
    }

    /// `61 d`, below two days `30 h`, below two hours `90 min`, and `over` afterwards.
    static func left(until date: Date, from now: Date) -> String {
        let seconds = Int(date.timeIntervalSince(now))
        switch seconds {
        case ...0: return "over"
        case ..<7200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3600) h"
        default: return "\(seconds / 86_400) d"
        }
    }
}

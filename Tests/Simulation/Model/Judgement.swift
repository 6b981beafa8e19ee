import FoundationEssentials
import Renewal

/// Knows what certctl could have done, and holds a year against it.
struct Judgement {
    private let course: Course
    private let size: Int
    /// How long the CA's advice is good for, in seconds.
    private let adviceInterval: TimeInterval
    /// When each lineage got its last certificates, to tell whether it gets too many.
    private var recent: [Int: [Date]] = [:]

    init(_ course: Course, size: Int, adviceInterval: TimeInterval) {
        self.course = course
        self.size = size
        self.adviceInterval = adviceInterval
    }

    /// How long all lineages take where all are due at once, in seconds: a few orders side by side.
    private var crowd: TimeInterval { Double(size) * 2 }

    // MARK: Expiry

    /// Judges a certificate that has expired before its successor came into use, at `end`, or the year ended.
    func judge(
        _ lineage: Int,
        _ served: ServedCertificate,
        until end: Date,
        _ record: inout YearRecord
    ) {
        guard let gap = opportunity(lineage, served, until: end) else { return }
        let length = Int(gap.upperBound.timeIntervalSince(gap.lowerBound) / .hour)
        record.fail(
            .nothingExpires,
            "lineage \(lineage) expired on day \(day(served.notAfter)), though all worked for"
                + " \(length) h from day \(day(gap.lowerBound))"
        )
    }

    /// A time in which the certificate could have been replaced; `nil` where there was none.
    ///
    /// The policy waits for up to 30 hours after failures, and the timer for one: whatever works
    /// for longer has to be made use of, also once it has expired. Near the end it waits for two hours at most.
    private func opportunity(
        _ lineage: Int,
        _ served: ServedCertificate,
        until end: Date
    ) -> Range<Date>? {
        let validity = Validity(notBefore: served.notBefore, notAfter: served.notAfter)
        let start = max(validity.fallback, served.known, course.year.lowerBound)
        guard start < end else { return nil }
        var unusable = course.unusable
        if course.isAffected(lineage) { unusable = unusable.union(course.unvalidated) }
        let near = served.notAfter.addingTimeInterval(-18 * .hour)
        for gap in unusable.gaps(in: start..<end) {
            if length(gap) >= 32 * .hour + crowd { return gap }
            let (start, end) = (max(gap.lowerBound, near), min(gap.upperBound, served.notAfter))
            guard end.timeIntervalSince(start) >= 4 * .hour + crowd else { continue }
            return start..<end
        }
        return nil
    }

    private func length(_ span: Range<Date>) -> TimeInterval {
        span.upperBound.timeIntervalSince(span.lowerBound)
    }

    private func day(_ moment: Date) -> Int {
        Int(moment.timeIntervalSince(course.year.lowerBound) / .day)
    }

    // MARK: Moderation and recalls

    /// Judges how often a CA that was down was called on: by what was under way when it went down and a few times
    /// in the next hours, then once an hour at most, or twice where its waits and the hour do so.
    func judge(callsInVain calls: [Int: Int], _ record: inout YearRecord) {
        guard let first = calls.keys.min() else { return }
        for (hour, count) in calls.sorted(by: { $0.key < $1.key })
        where count > (hour < first + 3 ? 60 : 2) {
            record.fail(.calls, "hour \(hour): called \(count) times while it was down")
        }
    }

    /// Judges whether a lineage gets certificates too often.
    mutating func noteIssued(_ lineage: Int, at now: Date, _ record: inout YearRecord) {
        let day = recent[lineage, default: []].filter {
            $0 > now.addingTimeInterval(-.day)
        }
        recent[lineage] = day + [now]
        guard day.count >= 2 else { return }
        record.fail(
            .moderation,
            "lineage \(lineage) got its \(day.count + 1)th certificate within a day"
        )
    }

    /// Judges when a certificate was replaced that the CA had called back.
    func judgeRecall(
        _ lineage: Int,
        _ old: ServedCertificate,
        at now: Date,
        _ record: inout YearRecord
    ) {
        guard let recall = course.recall, old.notBefore < recall.addingTimeInterval(-.hour),
            now >= recall
        else { return }
        // The next question, the draw within half an hour, the timer, and the crowd.
        let latest = min(1.2 * adviceInterval, .day) + 3 * .hour + crowd
        // The CA dates back by an hour, so that the very last ones before the recall are left out.
        guard now.timeIntervalSince(recall) > latest, old.notAfter > now else { return }
        record.fail(
            .recall,
            "lineage \(lineage) was replaced \(Int(now.timeIntervalSince(recall) / .hour)) h late"
        )
    }
}

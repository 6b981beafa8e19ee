import CertificateStore
import FoundationEssentials
import Renewal

extension Observation {
    private static let longestPause: TimeInterval = .day

    /// What there is to say of the renewing of all lineages together.
    ///
    /// - Parameters:
    ///   - record: What `renew` remembers of the time.
    ///   - hasLineages: Whether there is anything to renew.
    static func ofHost(
        _ record: ClockRecord?,
        hasLineages: Bool,
        now: Date
    ) -> [Observation] {
        guard hasLineages else { return [] }
        guard let record, let lastRun = record.lastRun else {
            return [host(.renewNeverRan, "certctl renew has never run", now)]
        }
        // How long the host has been up is not known here: only a clock that went back is seen.
        if case .backwards = ClockJudgement(record, now: now, uptime: record.uptime) {
            let latest = record.latest.formatted(.iso8601)
            return [host(.clockSkewed, "the clock has gone back: it was \(latest) before", now)]
        }
        guard now.timeIntervalSince(lastRun) > longestPause else { return [] }
        let time = lastRun.formatted(.iso8601)
        return [host(.renewLate, "certctl renew ran last at \(time): does its timer?", now)]
    }

    private static func host(_ state: State, _ message: String, _ now: Date) -> Observation {
        Observation(state: state, level: .warning, message: message, since: now)
    }
}

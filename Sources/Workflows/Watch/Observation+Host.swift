import CertificateStore
import FoundationEssentials
import Renewal

extension Observation {
    private static let longestPause: TimeInterval = .day
    /// Within this time of a start each timer has come.
    private static let startUp: TimeInterval = 2 * .hour

    /// What there is to say of the renewing of all lineages together.
    ///
    /// - Parameters:
    ///   - record: What `renew` remembers of the time.
    ///   - hasLineages: Whether there is anything to renew.
    ///   - now: The moment that it is judged at.
    ///   - uptime: How long the host has been up, in seconds.
    /// - Returns: Nothing where all is well.
    static func ofHost(
        _ record: ClockRecord?,
        hasLineages: Bool,
        now: Date,
        uptime: TimeInterval
    ) -> [Observation] {
        guard hasLineages else { return [] }
        guard let record, let lastRun = record.lastRun else {
            return [host(.renewNeverRan, "certctl renew has never run", now)]
        }
        let latest = record.latest.formatted(.iso8601)
        switch ClockJudgement(record, now: now, uptime: uptime) {
        case .believed: break
        case .backwards:
            return [host(.clockSkewed, "the clock was at \(latest) before, and is back", now)]
        case .jumped:
            let message = "the clock was at \(latest) before, and has gone further than time has"
            return [host(.clockSkewed, message, now)]
        }
        // A host that has just started makes up for what its timers have missed within the hour.
        guard now.timeIntervalSince(lastRun) > longestPause, uptime > startUp else { return [] }
        let time = lastRun.formatted(.iso8601)
        return [host(.renewLate, "certctl renew ran last at \(time): does its timer?", now)]
    }

    private static func host(_ state: State, _ message: String, _ now: Date) -> Observation {
        Observation(state: state, level: .warning, message: message, since: now)
    }
}

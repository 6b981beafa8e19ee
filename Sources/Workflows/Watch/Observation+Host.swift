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
    /// - Returns: What is seen, nothing where all is well, and the states of which it cannot be told now
    ///   whether they are over.
    static func ofHost(
        _ record: ClockRecord?,
        hasLineages: Bool,
        now: Date,
        uptime: TimeInterval
    ) -> (seen: [Observation], unjudged: Set<State>) {
        guard hasLineages else { return ([], []) }
        guard let record, let lastRun = record.lastRun else {
            return ([host(.renewNeverRan, "renew has never run", now)], [])
        }
        let latest = record.latest.formatted(.iso8601)
        switch ClockJudgement(record, now: now, uptime: uptime) {
        case .believed: break
        case .backwards:
            let message = "the clock was at \(latest) before, and is back"
            return ([host(.clockSkewed, message, now)], [.renewLate])
        case .jumped:
            let message = "the clock was at \(latest) before, and has gone further than time has"
            return ([host(.clockSkewed, message, now)], [.renewLate])
        }
        guard now.timeIntervalSince(lastRun) > longestPause else { return ([], []) }
        // A host that has just started makes up for what its timers have missed within the hour.
        guard uptime > startUp else { return ([], [.renewLate]) }
        let time = lastRun.formatted(.iso8601)
        let message =
            "renew came to its end last at \(time): journalctl -u certctl-renew may tell why"
        return ([host(.renewLate, message, now)], [])
    }

    private static func host(_ state: State, _ message: String, _ now: Date) -> Observation {
        Observation(state: state, level: .warning, message: message, since: now)
    }
}

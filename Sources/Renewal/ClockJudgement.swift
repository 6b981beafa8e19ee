package import FoundationEssentials

/// What a host remembers of the time, so that a clock that jumps is noticed.
package struct ClockRecord: Equatable, Sendable, Codable {
    /// The latest time that was believed.
    package var latest: Date
    /// How long the host had been up then, asleep or not, in seconds.
    package var uptime: Double
    /// When `renew` came to an end last.
    package var lastRun: Date?

    package init(latest: Date, uptime: Double, lastRun: Date? = nil) {
        self.latest = latest
        self.uptime = uptime
        self.lastRun = lastRun
    }
}

/// Whether a host's clock can be gone by.
package enum ClockJudgement: Equatable, Sendable {
    case believed
    /// It says an earlier time than it has said before.
    case backwards(by: TimeInterval)
    /// It has gone further than the time that has passed since.
    case jumped(by: TimeInterval)

    /// A clock that is set right by a few minutes is none that jumps.
    private static let backwardTolerance: TimeInterval = .hour
    private static let jumpTolerance: TimeInterval = .day

    /// Judges the time `now` of a host that has been up for `uptime` seconds.
    package init(_ record: ClockRecord?, now: Date, uptime: TimeInterval) {
        guard let record else {
            self = .believed
            return
        }
        let step = now.timeIntervalSince(record.latest)
        let passed = uptime - record.uptime
        if step < -Self.backwardTolerance {
            self = .backwards(by: -step)
        } else if passed >= 0, step - passed > Self.jumpTolerance {
            // After a restart the host may have been off for longer than it has been up.
            self = .jumped(by: step - passed)
        } else {
            self = .believed
        }
    }
}

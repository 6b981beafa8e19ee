import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal

/// The time, as far as it can be believed.
struct RenewalClock: Sendable {
    private let services: Services
    private let record: ClockRecord?
    private let judgement: ClockJudgement

    /// Judges the clock by what is remembered of it.
    init(_ services: Services) throws {
        self.services = services
        record = try services.store.clockRecord()
        let clock = services.clock
        judgement = ClockJudgement(record, now: clock.now, uptime: clock.uptime)
        switch judgement {
        case .believed: break
        case .backwards(let step):
            services.log.warning(
                "the clock says an earlier time than before; the CA's is gone by",
                ["earlier by": "\(Int(step)) s"]
            )
        case .jumped(let step):
            services.log.warning(
                "the clock has gone further than time has passed; the CA's is gone by",
                ["further by": "\(Int(step)) s"]
            )
        }
    }

    var isBelieved: Bool { judgement == .believed }

    /// Remembers that `renew` was here.
    ///
    /// - Parameters:
    ///   - skew: How far a CA's clock is ahead, in seconds; `nil` where none was asked. A clock that is in
    ///     doubt is believed once a CA agrees.
    ///   - isWhole: Whether it came to its end.
    /// - Throws: `FileSystemError`.
    func save(believing skew: TimeInterval?, isWhole: Bool) throws {
        let clock = services.clock
        let now = clock.now
        var latest = record.map { max($0.latest, now) } ?? now
        if let skew {
            latest = now.addingTimeInterval(skew)
        } else if !isBelieved, let record {
            latest = record.latest
        }
        let uptime = isBelieved || skew != nil ? clock.uptime : record?.uptime ?? clock.uptime
        let lastRun = isWhole ? now : record?.lastRun
        try services.store.save(ClockRecord(latest: latest, uptime: uptime, lastRun: lastRun))
    }
}

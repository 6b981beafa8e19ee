package import FoundationEssentials
import Renewal

/// What a CA that has something wrong says about when to renew.
package enum AdviceFault: Sendable {
    /// A window that has passed, of every certificate, also of those that it has just issued.
    case alwaysPast
    /// A window at the very end of the certificate's life.
    case tooLate
    /// What is no window.
    case nonsense
    /// An error.
    case unanswered
    /// Nothing: the CA no longer tells.
    case untold
}

/// The course of one year: what goes wrong, and when.
package struct Course: Sendable {
    package let year: Range<Date>
    /// Of every certificate, in seconds.
    package let lifetime: TimeInterval
    package var authorityDown = Spans()
    /// Asleep or switched off.
    package var hostAway = Spans()
    /// Whether the host starts anew when it comes back.
    package var isRebooted = false
    package var diskFull = Spans()
    package var deployFails = Spans()
    /// When the names of one in twenty lineages, and of the first one, cannot be validated.
    package var unvalidated = Spans()
    /// When the timer comes every minute, as on a host that restarts again and again.
    package var restarts = Spans()
    package var adviceFault: (span: Range<Date>, fault: AdviceFault)?
    /// When the CA calls all certificates back that it has issued until then.
    package var recall: Date?
    /// When the host's clock is wrong, and by how much.
    package var wrongClock: (span: Range<Date>, offset: TimeInterval)?
    /// Whether the CA's own certificate is not valid at the time that a wrong clock says, as every public CA's a
    /// year off: then there is no way to it, nor any answer that would tell the time.
    package var isDistrusting = false
    /// When everything on disk is put back as it was at the former moment.
    package var backup: (made: Date, restored: Date)?

    /// When something begins or ends, in order; as of ``noteChanges()``.
    private var changes: [Date] = []

    package init(year: Range<Date>, lifetime: TimeInterval) {
        self.year = year
        self.lifetime = lifetime
    }

    /// Notes when something begins or ends, once all of it is set.
    mutating func noteChanges() {
        let moments = [recall, backup?.made, backup?.restored].compactMap(\.self)
        let single = Spans([wrongClock?.span, adviceFault?.span].compactMap(\.self))
        let spans = [authorityDown, hostAway, diskFull, deployFails, unvalidated, restarts, single]
        changes = (moments + spans.flatMap(\.all).flatMap { [$0.lowerBound, $0.upperBound] })
            .sorted()
    }

    /// How far the host's clock is ahead at `moment`, in seconds.
    func clockOffset(at moment: Date) -> TimeInterval {
        guard let wrongClock, wrongClock.span.contains(moment) else { return 0 }
        return wrongClock.offset
    }

    /// The next moment behind `moment` at which something begins or ends.
    func change(after moment: Date) -> Date? {
        changes.first { $0 > moment }
    }

    /// When the CA's certificate is not trusted, since the clock is wrong.
    var distrusted: Spans {
        Spans(isDistrusting ? [wrongClock?.span].compactMap(\.self) : [])
    }

    /// When no certificate can come into use, whatever a client does.
    package var unusable: Spans {
        [authorityDown, diskFull, deployFails, distrusted].reduce(hostAway) { $0.union($1) }
    }

    /// Whether the names of the lineage with that number are among those that fail.
    func isAffected(_ lineage: Int) -> Bool { lineage.isMultiple(of: 20) }
}

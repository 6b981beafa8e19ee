import ACME
import FoundationEssentials
import HTTP
import Renewal
import Synchronization

/// A CA that knows what it has issued, keeps its limits and is down when the course says so.
///
/// Source: Let's Encrypt's pages on its limits and on renewal information.
final class ModelAuthority: Sendable {
    /// What it knows of a certificate.
    struct Issued: Sendable {
        let serial: UInt64
        let issued: Date
        let notBefore: Date
        let notAfter: Date
        var isReplaced = false
    }

    private struct State {
        /// The last three of each lineage: nobody asks about older ones.
        var issued: [Int: [Issued]] = [:]
        var limits = ModelLimits()
        var count: UInt64 = 0
        /// How often it was called on while it was down, or not trusted, by hour of the year.
        var callsInVain: [Int: Int] = [:]
    }

    /// Let's Encrypt dates certificates back by an hour.
    private static let backdating: TimeInterval = .hour
    /// How many certificates in a thousand cannot be validated for no good reason.
    private static let mishaps = 3.0

    let course: Course
    private let draw: Draw
    /// How long its advice is good for, in seconds.
    private let adviceInterval: TimeInterval
    private let state = Mutex(State())

    init(_ course: Course, _ draw: Draw, adviceInterval: TimeInterval) {
        self.course = course
        self.draw = draw.about("CA")
        self.adviceInterval = adviceInterval
    }

    /// How often a limit was passed.
    var limitHits: Int { state.withLock { $0.limits.hits } }

    /// Lets a certificate count as issued before the year, and returns it.
    func seed(_ lineage: Int, age: TimeInterval) -> Issued {
        add(lineage, at: course.year.lowerBound.addingTimeInterval(-age))
    }

    /// How often it was called on while it was down, or not trusted, by hour of the year.
    var callsInVain: [Int: Int] { state.withLock(\.callsInVain) }

    /// Answers a request for its directory.
    ///
    /// Throws ``ACMEError``, as each of the others, where there is no way to it.
    func reach(at now: Date) throws {
        let isDistrusted = course.distrusted.contains(now)
        guard isDistrusted || course.authorityDown.contains(now) else { return }
        let hour = Int(now.timeIntervalSince(course.year.lowerBound) / .hour)
        state.withLock { $0.callsInVain[hour, default: 0] += 1 }
        throw isDistrusted ? Self.distrusted : busy
    }

    /// Whether it tells when to renew at all, without which no order can name its predecessor.
    func tells(at now: Date) -> Bool {
        guard let fault = course.adviceFault, fault.span.contains(now) else { return true }
        return fault.fault != .untold
    }

    /// Opens an order, validates its names and issues.
    ///
    /// Throws ``ACMEError``, as a client gets to see it.
    func issue(_ order: ModelOrder, at now: Date) throws -> Issued {
        try reach(at: now)
        let isExempt = try isReplacement(order)
        try state.withLock { state in
            try state.limits.admit(order, isExempt: isExempt, at: now)
        }
        try validate(order, at: now)
        return state.withLock { state in
            state.limits.noteIssued(order, isExempt: isExempt, at: now)
            if let index = state.issued[order.lineage]?.firstIndex(
                where: { $0.serial == order.replaces }
            ) {
                state.issued[order.lineage]?[index].isReplaced = true
            }
            return Self.add(order.lineage, course.lifetime, to: &state, at: now)
        }
    }

    /// Whether an order names its predecessor, which no limit is about.
    ///
    /// Throws `alreadyReplaced`, as RFC 9773 §5 has it.
    private func isReplacement(_ order: ModelOrder) throws -> Bool {
        guard let serial = order.replaces else { return false }
        let known = state.withLock { state in
            state.issued[order.lineage]?.first { $0.serial == serial }
        }
        guard let known, !known.isReplaced else {
            throw ACMEError.refused(
                Problem(kind: .alreadyReplaced, detail: "certificate has a successor")
            )
        }
        return true
    }

    private func validate(_ order: ModelOrder, at now: Date) throws {
        let isBroken = course.unvalidated.contains(now) && course.isAffected(order.lineage)
        let chance = draw.about("validation", UInt64(order.lineage), now.wholeSeconds).share
        guard isBroken || chance < Self.mishaps / 1000 else {
            return state.withLock { $0.limits.noteValidated(order) }
        }
        state.withLock { $0.limits.noteFailure(order, at: now) }
        let problem = Problem(kind: .unauthorized, detail: "connection refused")
        throw ACMEError.challengesFailed(
            order.names.map { ChallengeFailure(host: $0, problem: problem) }
        )
    }

    private func add(_ lineage: Int, at now: Date) -> Issued {
        state.withLock { Self.add(lineage, course.lifetime, to: &$0, at: now) }
    }

    private static func add(
        _ lineage: Int,
        _ lifetime: TimeInterval,
        to state: inout State,
        at now: Date
    ) -> Issued {
        state.count += 1
        // Certificates have whole seconds.
        let start = Date(timeIntervalSince1970: now.timeIntervalSince1970.rounded(.down))
        let notBefore = start.addingTimeInterval(-backdating)
        let issued = Issued(
            serial: state.count,
            issued: now,
            notBefore: notBefore,
            notAfter: notBefore.addingTimeInterval(lifetime)
        )
        state.issued[lineage, default: []].append(issued)
        if state.issued[lineage, default: []].count > 3 { state.issued[lineage]?.removeFirst() }
        return issued
    }

    private static var distrusted: ACMEError {
        guard let url = WebURL("https://model.test/directory") else {
            preconditionFailure("no address")
        }
        return .noAnswer(.notTrusted(.dates, "certificate is not yet valid"), from: url)
    }

    private var busy: ACMEError {
        .busy(Problem(kind: .other("status 503"), detail: "service busy"), until: nil)
    }
}

// MARK: Advice

extension ModelAuthority {
    /// Says when it would like a certificate to be renewed; `nil` where it no longer tells.
    ///
    /// Throws ``ACMEError``.
    func advice(of serial: UInt64, _ lineage: Int, at now: Date) throws -> RenewalInfo? {
        try reach(at: now)
        guard
            let issued = state.withLock({ state in
                state.issued[lineage]?.first { $0.serial == serial }
            })
        else { throw ACMEError.refused(Problem(kind: .other("notFound"), detail: "no such")) }
        let spread = draw.about("interval", serial, now.wholeSeconds).interval(0.8...1.2)
        let interval = Duration.seconds(min(adviceInterval * spread, .day))
        guard let fault = course.adviceFault, fault.span.contains(now) else {
            return RenewalInfo(window(issued, at: now), interval: interval)
        }
        switch fault.fault {
        case .alwaysPast:
            return RenewalInfo(past(issued.issued), interval: interval)
        case .tooLate:
            let end = issued.notAfter.addingTimeInterval(.day)
            return RenewalInfo(
                issued.notAfter.addingTimeInterval(-.minute)..<end,
                interval: interval
            )
        case .nonsense:
            return try nonsense(serial, issued, at: now)
        case .unanswered:
            throw busy
        case .untold:
            return nil
        }
    }

    /// A hundredth of the lifetime to each side of the moment at which a third, or half, of it is
    /// left; the past for what is about to be revoked.
    private func window(_ issued: Issued, at now: Date) -> Range<Date> {
        if let recall = course.recall, now >= recall, issued.issued < recall { return past(recall) }
        let lifetime = issued.notAfter.timeIntervalSince(issued.notBefore)
        let left = lifetime < 10 * .day ? lifetime / 2 : lifetime / 3
        let ideal = issued.notAfter.addingTimeInterval(-left)
        return ideal.addingTimeInterval(-lifetime / 100)..<ideal.addingTimeInterval(lifetime / 100)
    }

    private func past(_ moment: Date) -> Range<Date> {
        moment.addingTimeInterval(-2 * .hour)..<moment.addingTimeInterval(-.hour)
    }

    /// One of many answers that mean nothing.
    private func nonsense(_ serial: UInt64, _ issued: Issued, at now: Date) throws -> RenewalInfo {
        let windows = [
            (#""2031-01-01T00:00:00Z""#, #""2030-01-01T00:00:00Z""#),
            (#""9999-12-31T00:00:00Z""#, #""9999-12-31T23:59:59Z""#),
            (#""1970-01-01T00:00:00Z""#, #""1970-01-02T00:00:00Z""#),
            (#""soon""#, #""later""#), ("17", "null"),
        ]
        let (start, end) = windows[draw.about("nonsense", serial).index(below: windows.count)]
        let body = #"{"suggestedWindow":{"start":\#(start),"end":\#(end)}}"#
        return try RenewalInfo(HTTPResponse(status: 200, body: Array(body.utf8)), at: now)
    }
}

extension RenewalInfo {
    fileprivate init(_ window: Range<Date>, interval: Duration) {
        self.init(
            start: window.lowerBound,
            end: window.upperBound,
            explanation: nil,
            interval: interval
        )
    }
}

extension Date {
    /// Whole seconds since 1970, as chance takes them.
    fileprivate var wholeSeconds: UInt64 {
        UInt64(bitPattern: Int64(timeIntervalSince1970))
    }
}

import FoundationEssentials
import Renewal
import TestSupport

/// One host, one CA and one year of them.
package struct SimulatedYear: Sendable {
    /// Of the timer; it comes at a moment of the hour that is the host's own.
    private static let cadence: TimeInterval = .hour
    /// How often everything on disk is looked at.
    private static let inspection: TimeInterval = 30 * .day
    /// How long the CA's advice is good for, in seconds: the longest that clients go by.
    ///
    /// Let's Encrypt says six hours, which would be four times as many questions and the same answers.
    private static let adviceInterval: TimeInterval = .day

    private let course: Course
    private let size: Int
    private let draw: Draw
    private let forge: Forge
    private let policy: Policy
    private let isForgetful: Bool
    private let takesEveryTurn: Bool

    /// The year `seed` of `world` with `size` lineages.
    ///
    /// - Parameters:
    ///   - world: What happens in the year.
    ///   - seed: What it happens by: the same year for the same seed.
    ///   - size: How many lineages there are.
    ///   - forge: Makes the certificates.
    ///   - isForgetful: Whether what is written down for the next run is lost each time.
    ///   - asksAlways: Whether also those questions are asked that would be answered as before.
    ///   - takesEveryTurn: Whether certctl is run also when the timer comes and nothing can happen.
    ///   - policy: What decides.
    package init(
        _ world: World,
        seed: UInt64,
        size: Int,
        forge: Forge,
        isForgetful: Bool = false,
        asksAlways: Bool = false,
        takesEveryTurn: Bool = false,
        policy: @escaping Policy
    ) {
        course = world.course(seed: seed)
        self.size = size
        draw = Draw(seed: seed).about(world.name, UInt64(size))
        self.forge = forge
        let shortcut = AdviceShortcut(course)
        self.policy = { facts, now in
            policy(asksAlways ? facts : shortcut.completed(facts, at: now), now)
        }
        self.isForgetful = isForgetful
        self.takesEveryTurn = takesEveryTurn
    }

    /// Lives through the year.
    ///
    /// Throws what keeps the host from being set up.
    package func run() async throws -> YearRecord {
        var year = RunningYear(
            host: try SimulatedHost(
                course,
                size: size,
                forge: forge,
                draw: draw,
                adviceInterval: Self.adviceInterval,
                policy: policy
            ),
            judgement: Judgement(course, size: size, adviceInterval: Self.adviceInterval),
            load: LoadJudgement(course, size: size),
            record: YearRecord(course.year)
        )
        year.begin()
        // The host's own moment of the hour.
        let phase = draw.about("timer").interval(0...Self.cadence)
        var wake = course.year.lowerBound.addingTimeInterval(phase)
        var inspection = course.year.lowerBound
        while let moment = year.prepare(wake), moment < course.year.upperBound {
            if isForgetful { year.host.forget() }
            await year.renew()
            if moment > inspection {
                year.inspect()
                inspection = moment.addingTimeInterval(Self.inspection)
            }
            wake = next(after: year.host, phase: phase)
        }
        year.end()
        return year.record
    }

    /// The next time that the timer comes and something can happen.
    private func next(after host: SimulatedHost, phase: TimeInterval) -> Date {
        let truth = host.time.truth
        if course.restarts.contains(truth) { return truth.addingTimeInterval(.minute) }
        var wanted = truth
        // Without a schedule every tick is one at which something can happen.
        if !isForgetful, !takesEveryTurn, let moment = host.nextRun() {
            let deployment = host.nextDeployment() ?? .distantFuture
            let ahead = host.time.now.timeIntervalSince(truth)
            wanted = max(truth, min(moment, deployment).addingTimeInterval(-ahead))
        }
        if let change = course.change(after: truth) { wanted = min(wanted, change) }
        let start = course.year.lowerBound.addingTimeInterval(phase)
        let ticks = (wanted.timeIntervalSince(start) / Self.cadence).rounded(.up)
        let tick = start.addingTimeInterval(ticks * Self.cadence)
        return tick > truth ? tick : tick.addingTimeInterval(Self.cadence)
    }
}

/// A year that is under way.
private struct RunningYear {
    let host: SimulatedHost
    var judgement: Judgement
    var load: LoadJudgement
    var record: YearRecord
    private var hasBackup = false
    private var isRestored = false

    init(host: SimulatedHost, judgement: Judgement, load: LoadJudgement, record: YearRecord) {
        self.host = host
        self.judgement = judgement
        self.load = load
        self.record = record
    }

    private var course: Course { host.course }

    mutating func begin() {
        for (lineage, served) in host.served.enumerated() {
            load.note(lineage, served.validity, at: course.year.lowerBound)
        }
    }

    /// Lets the time pass until the timer comes, or the host comes back; `nil` where it does not.
    mutating func prepare(_ wake: Date) -> Date? {
        host.time.advance(to: wake)
        if let back = course.hostAway.end(at: host.time.truth) {
            // A timer that was missed is made up for at once.
            host.time.advance(to: back)
            if course.isRebooted { host.time.reboot() }
        }
        let now = host.time.truth
        if course.restarts.contains(now) { host.time.reboot() }
        if let backup = course.backup {
            if !hasBackup, now >= backup.made {
                host.makeBackup()
                hasBackup = true
            }
            if hasBackup, !isRestored, now >= backup.restored {
                restore()
            }
        }
        host.setRoom()
        return now
    }

    private mutating func restore() {
        host.restoreBackup()
        isRestored = true
    }

    /// One run of certctl, and of what deploys.
    mutating func renew() async {
        do {
            for failure in try await host.renew() { noteFailure(failure) }
        } catch {
            noteFailure(error)
        }
        let (events, committed) = host.source.takeEvents()
        record.note(events)
        for event in events where event.ending == "issued" {
            judgement.noteIssued(event.lineage, at: event.moment, &record)
        }
        var lost: [Int] = []
        let replaced = host.deploy(committed) { lost.append($0) }
        for lineage in lost { note(lost: lineage) }
        let now = host.time.truth
        for (lineage, old, new) in replaced {
            let margin = old.notAfter.timeIntervalSince(now)
            record.noteReplacement(lineage, margin: margin, at: now)
            if margin < 0 { judgement.judge(lineage, old, until: now, &record) }
            judgement.judgeRecall(lineage, old, at: now, &record)
            load.note(lineage, new.validity, at: now)
        }
    }

    /// Notes what kept `renew` from its work, other than a disk that is full.
    private mutating func noteFailure(_ error: any Error) {
        guard !course.diskFull.contains(host.time.truth) else { return }
        record.fail(.runs, "day \(day): \(error)")
    }

    /// Looks at every file that is in use.
    mutating func inspect() {
        for lineage in host.damaged() { note(lost: lineage) }
    }

    mutating func end() {
        inspect()
        let now = course.year.upperBound
        for (lineage, served) in host.served.enumerated() where served.notAfter < now {
            record.noteExpired()
            judgement.judge(lineage, served, until: now, &record)
        }
        judgement.judge(callsInVain: host.authority.callsInVain, &record)
        record.limitHits = host.authority.limitHits
        if record.limitHits > 0 {
            record.fail(.limits, "the CA had to refuse \(record.limitHits) orders")
        }
        load.judge(&record)
    }

    private mutating func note(lost lineage: Int) {
        record.fail(.lastGood, "day \(day): files of lineage \(lineage) are not what they were")
    }

    private var day: Int {
        Int(host.time.truth.timeIntervalSince(course.year.lowerBound) / .day)
    }
}

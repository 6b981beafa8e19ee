import ACME
import CertificateStore
import Diagnostics
import FoundationEssentials
import Platform
import Renewal

/// One `renew` that has something to look at.
struct RenewalRound {
    /// How many lineages are locked and ordered together; each holds a file open.
    static let batch = 40
    /// How many orders are under way with a CA at a time.
    static let lanes = 4
    /// How many questions are.
    static let questionLanes = 8

    let renewal: RenewCertificates
    let clock: RenewalClock
    let limits: LimitKeeper
    let looks: RenewalLooks
    var schedule: Schedule
    var advice: AdviceBook
    var adviceHasChanged = false
    /// How far the CAs' clocks are ahead, in seconds, by directory.
    var skews: [CertificateAuthority: TimeInterval] = [:]
    var outcomes: [LineageName: RenewOutcome] = [:]
    /// How often this run itself has marked a lineage to be looked at soon.
    var marks: [LineageName: Int] = [:]
    /// How many marks there were in the schedule before this run.
    private let knownMarks: Int

    var services: Services { renewal.services }
    var store: CertificateStore { services.store }

    init(_ renewal: RenewCertificates, _ clock: RenewalClock) throws {
        self.renewal = renewal
        self.clock = clock
        limits = try LimitKeeper(renewal.services)
        looks = try RenewalLooks(renewal.services, renewal.general)
        advice = looks.advice
        let now = renewal.services.clock.now
        schedule = Schedule(looks: [:], listed: .distantPast, written: now)
        let file = try renewal.store.scheduleFile()
        knownMarks = file?.added().count ?? 0
        if let known = file?.schedule(), known.written <= now { schedule = known }
    }

    /// Looks at what is due to be looked at, CA by CA.
    mutating func run() async throws {
        let now = services.clock.now
        var groups: [CertificateAuthority: [RenewalLook]] = [:]
        for name in try names(at: now) {
            do {
                if let look = try looks.look(name, at: now) {
                    tellWhatVanished(of: look)
                    groups[look.authority, default: []].append(look)
                } else if try store.isThere(name) {
                    let lineage = try store.lineage(name)
                    guard lineage.current == nil else { throw store.missingSettings(name) }
                    // There is nothing to look at before it is issued, which notes so.
                    outcomes[name] = .waiting(lineage.settings?.names ?? [])
                    schedule.looks[name] = nil
                } else {
                    schedule.looks[name] = nil
                }
            } catch {
                // Its files cannot be read; the next run tries again.
                settle(name, .failed(error), look: now)
            }
        }
        if groups.values.contains(where: isAsked) {
            do {
                try store.checkRoom()
            } catch {
                note(error, ofDueAmong: groups.values.flatMap(\.self), at: now)
                throw error
            }
        }
        for (authority, group) in groups.sorted(by: { $0.key.folder < $1.key.folder }) {
            for part in Self.parted(group) { await renew(part, of: authority) }
        }
        if limits.takeRoom() { lookAgainAtHeld() }
        await handInRedirects(groups.values.flatMap(\.self))
    }

    /// Has the next run look at all that is held back: by what that was until, it goes no more.
    private mutating func lookAgainAtHeld() {
        let now = services.clock.now
        for name in schedule.held {
            // What has just failed waits for a reason of its own.
            if case .failed? = outcomes[name] { continue }
            schedule.looks[name] = schedule.looks[name].map { min($0, now) }
        }
    }

    /// What came of it.
    var report: RenewReport {
        var report = RenewReport()
        report.isNamed = !renewal.request.names.isEmpty
        var looks = schedule.looks
        if report.isNamed { looks = looks.filter { outcomes[$0.key] != nil } }
        report.count = looks.count
        let now = services.clock.now
        report.endings = outcomes.sorted { $0.key < $1.key }.map {
            let isPaused = schedule.looks[$0.key].map { $0 > now } ?? false
            return RenewReport.Ending(name: $0.key, outcome: $0.value, isPaused: isPaused)
        }
        report.held = report.isNamed ? 0 : schedule.held.count { outcomes[$0] == nil }
        report.isAnyWaiting = report.count == 0 && !outcomes.isEmpty
        report.next = looks.lazy.filter { $0.value > now }
            .min { ($0.value, $0.key) < ($1.value, $1.key) }.map { ($0.key, $0.value) }
        report.again = looks.lazy.filter { $0.value <= now }.map(\.key).min()
        return report
    }

    /// Writes down what the next run goes by.
    ///
    /// What fails keeps nothing else from being written. `isWhole` tells whether it came to its end, so that
    /// `watch` does not miss it. Throws the first of: limits, time, caches.
    func save(isWhole: Bool) async throws {
        let advised = Result { if adviceHasChanged { try store.replace(advice) } }
        let scheduled = Result { try saveSchedule() }
        let skew = skews.values.min { abs($0) < abs($1) }
        let time = Result { try clock.save(believing: skew, isWhole: isWhole) }
        try await limits.save()
        try time.get()
        try advised.get()
        try scheduled.get()
    }

    private func saveSchedule() throws {
        let now = services.clock.now
        var schedule = Schedule(
            looks: schedule.looks,
            held: schedule.held,
            listed: schedule.listed,
            written: now
        )
        let horizon = now + RenewCertificates.horizon
        for (name, look) in schedule.looks where look > horizon { schedule.looks[name] = horizon }
        for name in try unseen() {
            schedule.looks[name] = try store.isThere(name) ? .distantPast : nil
            schedule.held.remove(name)
        }
        try store.replace(schedule)
    }

    /// What is marked to be looked at soon, and was not looked at after that.
    private func unseen() throws -> Set<LineageName> {
        let all = try store.scheduleFile()?.added() ?? []
        var names = Set(all.prefix(knownMarks).filter { outcomes[$0] == nil })
        // What another certctl has begun meanwhile, as this run went on: also with a lineage of which
        // this run has an ending, which is then of before.
        var own = marks
        for name in all.dropFirst(knownMarks) {
            let count = own[name] ?? 0
            own[name] = count - 1
            if count <= 0 { names.insert(name) }
        }
        return names
    }

    /// The lineages to look at.
    private mutating func names(at now: Date) throws -> [LineageName] {
        guard renewal.request.names.isEmpty else {
            return try renewal.request.lineages(in: store)
        }
        let looksAtAll = renewal.request.isForced || !clock.isBelieved || schedule.looks.isEmpty
        let isListingDue =
            looksAtAll || schedule.listed > now
            || now >= schedule.listed + RenewCertificates.listing
        if isListingDue {
            let names = try store.lineageNames()
            let known = Set(names)
            schedule = Schedule(
                looks: schedule.looks.filter { known.contains($0.key) },
                held: schedule.held.intersection(known),
                listed: now,
                written: now
            )
            advice.keep { known.contains($0) }
            for name in names where schedule.looks[name] == nil || looksAtAll {
                schedule.looks[name] = .distantPast
            }
        }
        // Root deletes, and notes nothing here.
        let gone = schedule.held.filter { (try? store.isThere($0)) == false }
        schedule.held.subtract(gone)
        for name in gone { schedule.looks[name] = nil }
        return schedule.looks.filter { $0.value <= now }.keys.sorted()
    }
}

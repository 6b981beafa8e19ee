import ACME
import CertificateStore
import Diagnostics
package import FoundationEssentials
import HTTP
import HTTP01
import PKI
import Platform
package import Renewal
import TestSupport
import Workflows

/// What decides about renewals: certctl's policy, or one that is broken on purpose.
package typealias Policy = @Sendable (RenewalFacts, Date) -> RenewalDecision

/// A machine with certctl on it, whose disk is in memory and whose time is virtual.
final class SimulatedHost {
    private static let room = UInt64(1) << 50
    private static let directory = "https://acme-v02.api.letsencrypt.org/directory"

    let course: Course
    let time: VirtualTime
    let authority: ModelAuthority
    let source: ModelSource
    let fileSystem: MemoryFileSystem
    private let services: Services
    private let policy: Policy
    private let names = ModelNames()
    let size: Int
    /// What readers get, by lineage.
    private(set) var served: [ServedCertificate] = []
    /// What was committed and has not come into use yet.
    private var pending: [Int: StoredCertificate] = [:]
    /// How often that has failed for each lineage, and when it did last.
    private var failedDeployments: [Int: (count: Int, last: Date)] = [:]
    private var backup: (disk: MemoryFileSystem.Copy, served: [ServedCertificate])?
    /// What the last run has told of the next one.
    private var told = RenewReport()

    /// Sets up a host with `size` lineages whose certificates are of all ages that are not due.
    init(
        _ course: Course,
        size: Int,
        forge: Forge,
        draw: Draw,
        adviceInterval: TimeInterval,
        policy: @escaping Policy
    ) throws {
        self.course = course
        self.size = size
        self.policy = policy
        time = VirtualTime(course)
        authority = ModelAuthority(course, draw, adviceInterval: adviceInterval)
        fileSystem = MemoryFileSystem(user: 1000, survivesPowerCuts: false)
        for path in ["/etc/certctl", "/var/lib", "/run/certctl"] {
            fileSystem.put(directory: path)
        }
        services = Services(
            layout: .system,
            fileSystem: fileSystem,
            clock: time,
            processes: NoProcesses(),
            user: 1000,
            log: .silent,
            makeTransport: { _ in throw TransportFailure.notConnected("the model has no network") },
            makeSolver: { _ in NoSolver() }
        )
        source = ModelSource(services, time, authority, names, forge, draw)
        try setUp(forge, draw)
        setRoom()
    }

    private func setUp(_ forge: Forge, _ draw: Draw) throws {
        let store = services.store
        try store.prepare()
        // The host's secret is chance as well, and has to be the same again.
        _ = try store.renewalSecret {
            (0..<32).map { UInt8(draw.about("secret", $0).index(below: 256)) }
        }
        let lifetime = course.lifetime
        let span = lifetime * (lifetime < 10 * .day ? 0.48 : 0.65)
        for number in 0..<size {
            let age = draw.about("age", UInt64(number)).share * span
            let issued = authority.seed(number, age: age)
            let text = names.name(number)
            guard let name = LineageName(text) else { preconditionFailure("no name: \(text)") }
            let settings = Self.settings(text)
            let lock = try store.lock(name)
            try store.stage(forge.key, request: forge.request, settings: settings, for: name)
            let chain = try forge.certificate(for: [text], issued)
            let stored = try store.commit(chain, keyType: .p256, for: name)
            try store.save(settings, of: name)
            try store.publish(stored, of: name)
            served.append(ServedCertificate(stored, in: fileSystem))
            withExtendedLifetime(lock) {}
        }
    }

    private static func settings(_ name: String) -> LineageSettings {
        LineageSettings(
            names: [name],
            authority: directory,
            authorityRoots: nil,
            keyType: "p256",
            http01: "auto",
            http01Port: 80,
            http01Address: nil
        )
    }

    /// Makes the disk as full as it is now.
    func setRoom() {
        var plan = MemoryFileSystem.Plan()
        plan.room = course.diskFull.contains(time.truth) ? 0 : Self.room
        fileSystem.plan(plan)
    }

    /// Loses what was written down for the next run.
    func forget() {
        for file in ["schedule", "renewal/limits.json"] {
            // The first time there is none.
            try? fileSystem.removeFile("\(StoreLayout.system.state)/\(file)")
        }
    }

    /// One run of `certctl renew`; returns what the host itself has kept from being done or written down.
    func renew() async throws -> [any Error] {
        let renewal = try RenewCertificates(services, source: source, decide: policy)
        let report = try await renewal.run()
        told = report
        let failures = report.endings.compactMap { ending -> (any Error)? in
            guard case .failed(let error) = ending.outcome, !(error is ACMEError) else {
                return nil
            }
            return error
        }
        return failures + [report.unsaved].compactMap(\.self)
    }

    /// When the next run can come to anything, by the host's clock; `nil` for at once.
    func nextRun() -> Date? {
        guard let record = try? services.store.clockRecord() else { return nil }
        let judgement = ClockJudgement(record, now: time.now, uptime: time.uptime)
        guard judgement == .believed else { return nextRunInDoubt() }
        guard let glance = try? services.store.scheduleFile()?.glance(at: time.now),
            !glance.isAnyDue
        else { return nil }
        let listing = glance.listed.addingTimeInterval(.day)
        return min(glance.next?.moment ?? listing, listing)
    }

    /// A run under a clock that is in doubt goes by no schedule: each one looks at everything and asks the CA.
    ///
    /// Where that is known to be in vain, nothing is noted of it before the time that the outage names, and all
    /// else goes by the wrong clock.
    private func nextRunInDoubt() -> Date? {
        let health = try? services.store.limits().health(of: Self.directory)
        guard let outage = health?.breaker?.believed(at: time.now), outage.notBefore > time.now,
            told.again == nil, let look = told.next?.moment
        else { return nil }
        return min(look, outage.notBefore)
    }

    /// Brings into use what was committed; returns those that were replaced, by lineage.
    ///
    /// `lost` is told of a lineage whose files in use are no longer what they were.
    func deploy(
        _ committed: [Int: StoredCertificate],
        lost: (Int) -> Void
    ) -> [(lineage: Int, old: ServedCertificate, new: ServedCertificate)] {
        pending.merge(committed) { $1 }
        for lineage in committed.keys { failedDeployments[lineage] = nil }
        let due = pending.filter { deployment(of: $0.key) <= time.now }
        guard !course.deployFails.contains(time.truth) else {
            for lineage in due.keys {
                let count = failedDeployments[lineage]?.count ?? 0
                failedDeployments[lineage] = (count + 1, time.now)
            }
            return []
        }
        var replaced: [(lineage: Int, old: ServedCertificate, new: ServedCertificate)] = []
        for (lineage, stored) in due.sorted(by: { $0.key < $1.key }) {
            let old = served[lineage]
            if !isUntouched(lineage) { lost(lineage) }
            guard let name = LineageName(names.name(lineage)),
                (try? services.store.publish(stored, of: name)) != nil
            else { continue }
            let new = ServedCertificate(stored, in: fileSystem)
            served[lineage] = new
            pending[lineage] = nil
            failedDeployments[lineage] = nil
            replaced.append((lineage, old, new))
            // What cannot be cleared away now is cleared away the next time.
            try? services.store.removeOldGenerations(of: name, inUse: stored.number)
        }
        return replaced
    }

    /// When what waits may be tried again, by the host's clock: what has not failed, now.
    private func deployment(of lineage: Int) -> Date {
        guard let failed = failedDeployments[lineage] else { return .distantPast }
        return DeployBackoff.next(
            afterFailures: failed.count,
            last: failed.last,
            replacing: served[lineage].validity,
            now: time.now
        )
    }

    /// When something that waits is tried next; `nil` where nothing has failed.
    func nextDeployment() -> Date? {
        failedDeployments.keys.map(deployment).min()
    }

    /// The lineages whose files in use are no longer what they were.
    func damaged() -> [Int] {
        served.indices.filter { !isUntouched($0) }
    }

    /// Whether readers are led to what they are to get, and that is what it was.
    private func isUntouched(_ lineage: Int) -> Bool {
        guard let name = LineageName(names.name(lineage)) else { return false }
        let published = try? services.store.publishedGeneration(of: name)
        return published == served[lineage].number && served[lineage].isUntouched(in: fileSystem)
    }

    /// Keeps what is on disk now.
    func makeBackup() {
        backup = (fileSystem.copy(), served)
    }

    /// Puts everything back as it was.
    func restoreBackup() {
        guard let backup else { return }
        fileSystem.restore(backup.disk)
        served = backup.served
        for lineage in served.indices { served[lineage].known = time.truth }
        pending = [:]
        failedDeployments = [:]
        setRoom()
    }
}

/// Nothing is run in the model.
private struct NoProcesses: ProcessRunner {
    func run(_ command: ChildCommand) async throws(ProcessError) -> ChildResult {
        preconditionFailure("the model runs no process")
    }
}

/// Nothing is answered in the model.
private struct NoSolver: ChallengeSolver {
    func serving<Result: Sendable>(
        _ body: (any ChallengePresenter) async throws -> Result
    ) async throws -> Result {
        preconditionFailure("the model answers no challenge")
    }
}

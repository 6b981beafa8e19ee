package import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Platform
import Renewal
import Settings

/// Root's half: makes what is committed in the store be used.
///
/// Points readers at it, runs the hooks, and notes what has come of it. What fails for one lineage
/// keeps no other from being deployed, and costs no certificate.
package struct DeployCertificates: Sendable {
    /// What was done with one lineage.
    package struct Outcome: Equatable, Sendable {
        /// The generation that is in use now.
        package let generation: GenerationNumber
        /// The hooks that were run for this lineage, by path.
        package let hooks: [String]
        /// Whether it was in use already, and nothing was done.
        package let wasUnchanged: Bool
    }

    /// What came of one lineage.
    package struct Ending: Sendable {
        package let name: LineageName
        package let result: Result<Outcome, any Error>

        package init(name: LineageName, result: Result<Outcome, any Error>) {
            self.name = name
            self.result = result
        }
    }

    /// A lineage that is locked, and what readers are to be pointed at.
    struct Job: Sendable {
        let name: LineageName
        let certificate: StoredCertificate
        /// Held until the end.
        let lock: FileLock
        /// A hook to run after all others, which is owed until it has succeeded.
        var extraHook: String?
        /// Whether all hooks run again, also where only those after the run are owed.
        var isForced = false
    }

    /// What came of one look at what there is.
    private struct Round {
        /// What was tried.
        var attempts: Set<Attempt> = []
        var results: Results = [:]
    }

    private struct Attempt: Hashable {
        let name: LineageName
        let generation: GenerationNumber
    }

    private static let manyLocks = 100

    let services: Services

    /// Prepares the workflow; nothing is touched yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// Deploys the lineages that are not in use as they should be.
    ///
    /// - Parameters:
    ///   - names: The lineages in question; `nil` for all that there are.
    ///   - extraHooks: For each lineage an executable, by absolute path, to run after all other hooks.
    ///   - owed: Those whose hooks run also where they are in use already: the timer may have been quicker
    ///     than who has just issued them, and knows of no extra hook.
    ///   - isForced: Whether hooks run also for what is in use already.
    ///   - isPendingOnly: Whether only those are deployed of which it is known that something is
    ///     missing, and after a failure only once it is time for another attempt. What another
    ///     certctl is at work on is left to it, and what is committed meanwhile is deployed as well:
    ///     systemd starts no second run beside this one.
    /// - Returns: What came of each lineage, in the order of their names.
    /// - Throws: What keeps all of them from being deployed, such as an error in certctl.conf.
    package func run(
        _ names: [LineageName]? = nil,
        extraHooks: [LineageName: String] = [:],
        owed: Set<LineageName> = [],
        isForced: Bool = false,
        isPendingOnly: Bool = false
    ) async throws -> [Ending] {
        var results: Results = [:]
        var seen: Set<Attempt> = []
        while true {
            let round = try await round(
                names,
                extraHooks,
                owed,
                seen,
                isForced: isForced,
                isPendingOnly: isPendingOnly
            )
            results.merge(round.results) { _, new in new }
            guard isPendingOnly, !round.attempts.isEmpty else { break }
            seen.formUnion(round.attempts)
        }
        do {
            try await takeBackWhatWasCutOff()
        } catch  where results.values.contains(where: { (try? $0.get())?.wasUnchanged != true }) {
            // What came of those is to be told, and the next run finds it again.
            services.log.warning(
                "a deployment that was cut off cannot be taken back yet",
                ["reason": Services.reason(of: error)]
            )
        }
        if isPendingOnly {
            // What is wrong with others is for the run that is about all.
            let unmended = try mendReaders().filter { names?.contains($0.key) ?? true }
            results.merge(unmended) { old, _ in old }
        }
        return results.sorted { $0.key < $1.key }.map { Ending(name: $0.key, result: $0.value) }
    }

    private func round(
        _ names: [LineageName]?,
        _ extraHooks: [LineageName: String],
        _ owed: Set<LineageName>,
        _ seen: Set<Attempt>,
        isForced: Bool,
        isPendingOnly: Bool
    ) async throws -> Round {
        var round = Round()
        var records = DeployRecords(services.store)
        let candidates = try candidates(names, &records, isPendingOnly: isPendingOnly)
        guard !candidates.isEmpty else { return round }
        let settings = try SettingsLoader(services).load()
        let store = services.following(settings).store
        try store.prepareDeployment()
        // What was cut off is taken back first, and nginx then reads as another group could.
        let cutOff =
            try store.usesCopies && services.fileSystem.status(services.layout.transaction) != nil
            ? ProxyDeployment(services, settings) : nil
        // A lock is an open file.
        if candidates.count > Self.manyLocks { _ = DescriptorLimit.raise() }
        var jobs: [Job] = []
        defer { for job in jobs { job.lock.release() } }
        for name in candidates {
            do {
                let found = try await job(name, store, &records, isPendingOnly: isPendingOnly)
                guard var job = found else {
                    if names != nil, !isPendingOnly { throw Self.noCertificate(name) }
                    continue
                }
                // What has been tried in this run is not tried again in it.
                let attempt = Attempt(name: name, generation: job.certificate.number)
                guard !seen.contains(attempt) else { continue }
                round.attempts.insert(attempt)
                job.extraHook = extraHooks[name]
                job.isForced = isForced
                if !isForced, !(cutOff?.concerns(name) ?? false), !owed.contains(name),
                    try isInUse(job.certificate, name, store, records.current())
                {
                    try store.tellStanding(of: DeployRecord(name, job.certificate.number))
                    round.results[name] = .success(.unchanged(job.certificate.number))
                } else {
                    jobs.append(job)
                }
            } catch {
                round.results[name] = .failure(error)
            }
        }
        let run = DeployRun(services, settings)
        let deployed = await run.run(jobs, waits: !isPendingOnly)
        round.results.merge(deployed) { _, new in new }
        return round
    }

    /// What came of each lineage; nothing of one that was left to another certctl.
    typealias Results = [LineageName: Result<Outcome, any Error>]

    /// Whether readers are pointed at it, no hook is owed, and no group has a key that it had before.
    func isInUse(
        _ certificate: StoredCertificate,
        _ name: LineageName,
        _ store: CertificateStore,
        _ records: [LineageName: DeployRecord]
    ) throws -> Bool {
        try records[name]?.isDone(certificate.number) == true
            && store.firstDifference(from: certificate, of: name) == nil
            && !store.hasCopiesForOthers(name)
    }

    /// The names to look at, by what little can be told without looking.
    private func candidates(
        _ names: [LineageName]?,
        _ records: inout DeployRecords,
        isPendingOnly: Bool
    ) throws -> [LineageName] {
        let store = services.store
        guard isPendingOnly else {
            return try names.map { Set($0).sorted() } ?? store.newestGenerations().map(\.name)
        }
        let names = names.map(Set.init)
        let records = try records.current()
        let now = services.clock.now
        return try store.newestGenerations().filter { name, number in
            guard names?.contains(name) ?? true else { return false }
            guard let number else { return true }
            if number == .bootstrap { return try !store.isPublished(name) }
            guard let record = records[name], record.generation == number else { return true }
            // One that cannot be read is told of by itself.
            return !record.isDone(number) && (try? record.isTimely(in: store, at: now)) ?? true
        }
        .map(\.name)
    }

    /// Locks a lineage and reads its certificate.
    ///
    /// Returns `nil` where there is nothing to be deployed, or no reason to wait for who is at work on
    /// it. Throws ``StoreError/busy(_:)``.
    private func job(
        _ name: LineageName,
        _ store: CertificateStore,
        _ records: inout DeployRecords,
        isPendingOnly: Bool
    ) async throws -> Job? {
        let lock: FileLock
        if isPendingOnly {
            guard let taken = try store.lockExisting(name) else {
                services.log.info("left to the certctl that is at work on it", ["name": "\(name)"])
                return nil
            }
            lock = taken
        } else {
            lock = try await services.lock("\(name)") { try store.lockExisting(name) }
        }
        guard let certificate = try store.latestCertificate(name) else {
            try publishBootstrap(name, store)
            return nil
        }
        if isPendingOnly, let record = try records.current()[name],
            record.generation == certificate.number,
            try !record.isTimely(in: store, at: services.clock.now)
        {
            return nil
        }
        if let newer = try records.current()[name]?.generation, newer > certificate.number {
            try goBack(to: certificate, from: newer, of: name, store)
        }
        return Job(name: name, certificate: certificate, lock: lock)
    }

    /// Lets nginx start before there is a certificate, where whoever issues could only make the pair.
    private func publishBootstrap(_ name: LineageName, _ store: CertificateStore) throws {
        guard try !store.isPublished(name), let pair = try store.bootstrap(of: name) else { return }
        try store.publish(pair, of: name)
        services.log.notice("nginx can start without a certificate", ["lineage": "\(name)"])
    }

    static func noCertificate(_ name: LineageName) -> WorkflowError {
        .noCertificate(lineage: "\(name)", reason: "it has no certificate yet")
    }
}

extension DeployCertificates.Outcome {
    static func unchanged(_ generation: GenerationNumber) -> Self {
        Self(generation: generation, hooks: [], wasUnchanged: true)
    }
}

import ACME
import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Platform
import Settings

/// One run of deploying: the hooks before, every lineage, the hooks after.
struct DeployRun: Sendable {
    typealias Outcome = DeployCertificates.Outcome
    typealias Results = DeployCertificates.Results

    let services: Services
    let hooks: DeployHooks
    let store: CertificateStore
    /// The nginx that serves the sites, where there are any.
    let proxy: ProxyDeployment?

    init(_ services: Services, _ settings: Settings) {
        let services = services.following(settings)
        self.services = services
        hooks = DeployHooks(services, settings)
        store = services.store
        proxy = ProxyDeployment(services, settings)
    }

    /// Deploys what is locked already.
    ///
    /// Another run is waited for; where that takes long it is an error with `waits`, and else nothing
    /// comes of any job.
    func run(_ jobs: [DeployCertificates.Job], waits: Bool) async -> Results {
        guard !jobs.isEmpty else { return [:] }
        do {
            let attempts = try await attempts(jobs)
            guard let lock = try await lock(waits: waits) else { return [:] }
            defer { withExtendedLifetime((lock, jobs)) {} }
            hooks.tellIdle()
            return await run(attempts)
        } catch {
            for job in jobs { services.noteFailure(job.name, error, isOfDeployment: true) }
            return jobs.reduce(into: [:]) { $0[$1.name] = .failure(error) }
        }
    }

    /// Reads what is noted of each lineage, and notes the hooks that were asked for: one that was
    /// asked for once is owed until it has succeeded, whatever comes between.
    private func attempts(_ jobs: [DeployCertificates.Job]) async throws -> [DeployAttempt] {
        let records = try store.deployRecords()
        var attempts: [DeployAttempt] = []
        for job in jobs.sorted(by: { $0.name < $1.name }) {
            let last = records[job.name]
            var attempt = DeployAttempt(job, last: last)
            attempt.record.owedHook = job.extraHook ?? last?.owedHook.flatMap(hooks.stillRunnable)
            if job.isForced { attempt.record.owesPost = nil }
            if attempt.record.owedHook != nil, attempt.record != last {
                attempt.record.owesPost = nil
                try await append(attempt.record)
            }
            attempts.append(attempt)
        }
        return attempts
    }

    /// Two runs at once would restart servers under each other's hands.
    private func lock(waits: Bool) async throws -> FileLock? {
        do {
            return try await services.lock("the deploy run") { try store.lockDeployRun() }
        } catch StoreError.busy where !waits {
            services.log.notice("left to another certctl, which is deploying")
            return nil
        }
    }

    private func run(_ attempts: [DeployAttempt]) async -> Results {
        var attempts = attempts
        do {
            let after = try hooks.after()
            await run(&attempts, endingWith: after)
        } catch {
            for index in attempts.indices { attempts[index].result = .failure(error) }
        }
        for index in attempts.indices { await noteFailure(of: &attempts[index]) }
        return attempts.reduce(into: [:]) { $0[$1.name] = $1.result }
    }

    private func run(
        _ attempts: inout [DeployAttempt],
        endingWith after: [DeployHooks.Hook]
    ) async {
        do {
            let begun = attempts.filter { !$0.owesPostOnly }
            if !begun.isEmpty { try await hooks.run(hooks.before(), .pre(begun.names)) }
            let failures = await proxy?.deploy(attempts.pairs) ?? [:]
            for index in attempts.indices {
                if let failure = failures[attempts[index].name] {
                    attempts[index].result = .failure(failure)
                } else {
                    await deploy(&attempts[index], owesPost: !after.isEmpty)
                }
                // At once: where hooks hang, a run of many may be cut off before its end.
                await noteFailure(of: &attempts[index])
            }
        } catch {
            // What comes after counts on the hooks before: nothing is touched.
            for index in attempts.indices { attempts[index].result = .failure(error) }
        }
        await end(&attempts, after)
    }

    /// Runs the hooks after, and sees that all is still as each lineage left it.
    private func end(_ attempts: inout [DeployAttempt], _ after: [DeployHooks.Hook]) async {
        let deployed = attempts.filter(\.isDeployed)
        let failed = attempts.filter { !$0.isDeployed }
        var failure: (any Error)?
        do {
            try await hooks.run(after, .post(deployed: deployed.names, failed: failed.names))
        } catch {
            failure = error
        }
        for index in attempts.indices where attempts[index].isDeployed {
            do {
                // The hooks of others, and those after, have run since it was looked at.
                try checkUntouched(&attempts[index])
                if let failure { throw failure }
                try await noteDone(attempts[index])
            } catch {
                attempts[index].result = .failure(error)
            }
        }
    }

    // MARK: Records

    /// Adds a record; that all is done is told to everyone first, for what is done is not looked at again.
    func append(_ record: DeployRecord) async throws {
        if record.failure == nil { try store.tellStanding(of: record) }
        let lock = try await services.lock("the deploy journal") { try store.lockDeployments() }
        defer { withExtendedLifetime(lock) {} }
        try store.append(record)
    }

    private func noteDone(_ attempt: DeployAttempt) async throws {
        let done = DeployRecord(attempt.name, attempt.certificate.number)
        if attempt.record != done { try await append(done) }
    }

    /// Notes when and why it failed, where it has and that is not noted yet, so that it is tried again in time.
    private func noteFailure(of attempt: inout DeployAttempt) async {
        guard !attempt.isFailureNoted, case .failure(let failure)? = attempt.result else { return }
        let error = (failure as? HookError)?.afterCommit ?? failure
        attempt.result = .failure(error)
        attempt.isFailureNoted = true
        let attempt = attempt
        var record = attempt.record
        record.failure = DeployRecord.Failure(
            count: (record.failure?.count ?? 0) + 1,
            last: services.clock.now,
            reason: Services.reason(of: error)
        )
        await noting(attempt.name) { try store.tellStanding(of: record) }
        await noting(attempt.name) { try await append(record) }
        // Whoever renews without units comes back to it.
        await noting(attempt.name) { try store.lookSoon(at: attempt.name) }
        services.noteFailure(attempt.name, error, isOfDeployment: true)
    }

    /// Notes something of a failure; what keeps it from that is told.
    private func noting(_ name: LineageName, _ note: () async throws -> Void) async {
        do {
            try await note()
        } catch {
            // Without a record it is pending all the same, and tried again sooner.
            services.log.warning(
                "the failure cannot be noted",
                ["lineage": "\(name)", "reason": Services.reason(of: error)]
            )
        }
    }
}

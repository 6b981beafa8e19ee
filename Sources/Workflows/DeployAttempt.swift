import CertificateStore

/// A lineage on its way through a run of deploying.
struct DeployAttempt: Sendable {
    let job: DeployCertificates.Job
    /// What is noted of this generation: what is owed, and how often it has failed.
    var record: DeployRecord
    /// What has come of it; `nil` as long as it waits.
    var result: Result<DeployCertificates.Outcome, any Error>?
    /// Whether that it has failed was noted, as far as the disk takes it.
    var isFailureNoted = false

    /// Begins with what the last run has left; what is said of another generation counts no more.
    init(_ job: DeployCertificates.Job, last: DeployRecord?) {
        self.job = job
        let isKnown = last?.generation == job.certificate.number
        let new = DeployRecord(job.name, job.certificate.number)
        record = isKnown ? last ?? new : new
    }

    var name: LineageName { job.name }
    var certificate: StoredCertificate { job.certificate }

    /// Whether the lineage's own hooks have succeeded, and only those after the run are left.
    var owesPostOnly: Bool { record.owesPost == true && record.owedHook == nil }

    /// Whether nothing has failed yet.
    var isDeployed: Bool {
        if case .success? = result { true } else { false }
    }
}

extension [DeployAttempt] {
    /// For nginx.
    var pairs: [ProxyPlan.Pair] {
        map { ProxyPlan.Pair(name: $0.name, certificate: $0.certificate) }
    }

    /// For hooks.
    var names: [String] { map { "\($0.name)" } }
}

package import CertificateStore
import FoundationEssentials
import Platform
import Renewal

/// What has failed to be brought into use, and when it is tried again.
extension DeployCertificates {
    /// Finds what has failed and waits for its next attempt, which ``run(_:extraHooks:owed:isForced:isPendingOnly:)``
    /// leaves alone where only that is deployed which is pending: whoever looks at how that ended would else
    /// take it for done in between.
    ///
    /// Returns endings with ``WorkflowError/deploymentWaits(tries:reason:until:)``, in the order of the names;
    /// `names` is `nil` for all. Throws what keeps the store from being read.
    package func waiting(_ names: [LineageName]? = nil) throws -> [Ending] {
        let store = services.store
        let now = services.clock.now
        let names = names.map(Set.init)
        return try store.deployRecords().sorted { $0.key < $1.key }.compactMap { name, record in
            guard names?.contains(name) ?? true, let failure = record.failure,
                // One that cannot be read is told of where it is tried.
                let until = try? record.nextAttempt(in: store, at: now), until > now,
                (try? store.latestCertificate(name))?.number == record.generation
            else { return nil }
            let error = WorkflowError.deploymentWaits(
                tries: failure.count,
                reason: failure.reason,
                until: until
            )
            return Ending(name: name, result: .failure(error))
        }
    }
}

extension DeployRecord {
    /// When it is tried again; `nil` where no attempt has failed.
    func nextAttempt(in store: CertificateStore, at now: Date) throws -> Date? {
        guard let failure else { return nil }
        return DeployBackoff.next(
            afterFailures: failure.count,
            last: failure.last,
            replacing: try replaced(in: store)?.manifest.validity,
            now: now
        )
    }

    /// The certificate that is still served: not always the one before, which may have failed, too.
    private func replaced(in store: CertificateStore) throws -> StoredCertificate? {
        if let served = try store.publishedGeneration(of: lineage), served != generation,
            let certificate = try store.storedCertificate(served, of: lineage)
        {
            return certificate
        }
        return try store.predecessor(of: generation, lineage)
    }

    /// Whether it may be tried at `now`.
    func isTimely(in store: CertificateStore, at now: Date) throws -> Bool {
        try nextAttempt(in: store, at: now).map { $0 <= now } ?? true
    }
}

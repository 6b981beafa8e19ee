import CertificateStore
import FoundationEssentials

/// Whether a lineage's certificate has been brought into use.
struct WatchedDeployment: Sendable {
    let isPending: Bool
    /// Whether hooks may not have run yet, or are under way, though readers are pointed at it: only root's records
    /// would tell.
    let areHooksUnknown: Bool
    /// How many times in a row the certificate could not be deployed.
    let failures: Int
    /// When that was last.
    private let lastFailure: Date?
    /// Whether readers are pointed at it, so that only hooks can be left.
    private let isPublished: Bool
    /// When the certificate came, where that is known.
    private let issued: Date?

    /// What is known of `current`, which readers are pointed at where it is `published`.
    ///
    /// `records` are those of whoever deploys; where they cannot be read, what everyone may know has to do. Then
    /// hooks that were never come to, as the run was cut off before them, are missed until they are run.
    /// Throws what keeps the store from being read.
    init(
        of current: GenerationNumber?,
        _ name: LineageName,
        in store: CertificateStore,
        published: GenerationNumber?,
        records: [LineageName: DeployRecord]?,
        issued: Date?
    ) throws {
        self.issued = issued
        areHooksUnknown = records == nil && issued != nil
        isPublished = published == current
        guard let current else {
            (isPending, failures, lastFailure) = (false, 0, nil)
            return
        }
        if let records {
            let record = records[name].flatMap { $0.generation == current ? $0 : nil }
            isPending = record?.isDone(current) != true
            failures = record?.failure?.count ?? 0
            lastFailure = record?.failure?.last
        } else {
            let failed = try store.failedDeployment(of: name).flatMap {
                $0.generation == current ? $0 : nil
            }
            isPending = published != current || failed != nil
            failures = failed?.count ?? 0
            lastFailure = failed?.last
        }
    }

    /// Since when it is pending, as far as is known; `earlier` is what was seen of that before.
    ///
    /// What was in use already, and was deployed once more and failed, is so since then.
    func pendingSince(_ earlier: Observation?) -> Date? {
        if isPublished, let lastFailure { return earlier?.since ?? lastFailure }
        return [issued, earlier?.since].compactMap(\.self).min()
    }

    /// What is to be said of attempts, after what is missing.
    var tries: String {
        switch failures {
        case 0: ""
        case 1: ": it has failed once"
        default: ": it has failed \(failures) times"
        }
    }
}

package import Platform

/// What root notes about bringing certificates into use, in a directory of its own.
extension CertificateStore {
    private var deployments: Journal<DeployRecord> {
        Journal(layout.deployJournal, in: fileSystem)
    }

    /// Makes the directories that deploying needs, and refuses those that cannot be trusted.
    ///
    /// They belong to whoever deploys, unlike the rest of the store.
    package func prepareDeployment() throws {
        for directory in layout.directories where directory.half == .deploying {
            try makeDirectory(directory.path, directory.mode)
        }
        try checkDeployFiles()
    }

    /// Refuses what somebody else has written among what only whoever deploys writes: it says which hooks are
    /// owed and which files are put back, as root.
    package func checkDeployFiles() throws {
        guard try fileSystem.status(layout.deploy) != nil else { return }
        for directory in [layout.deploy, layout.edits]
        where try fileSystem.status(directory)?.kind == .directory {
            for entry in try fileSystem.list(directory) {
                let path = "\(directory)/\(entry)"
                guard let status = try fileSystem.status(path), ![0, user].contains(status.owner)
                else { continue }
                throw StoreError.distrusted(path: path, .writtenBy(status.owner))
            }
        }
    }

    /// The last record of each lineage.
    package func deployRecords() throws -> [LineageName: DeployRecord] {
        try deployments.records().reduce(into: [:]) { $0[$1.lineage] = $1 }
    }

    /// Takes the lock under which records are added; `nil` while another process has it.
    package func lockDeployments() throws -> FileLock? {
        try FileLock("\(layout.deploy)/lock", in: fileSystem)
    }

    /// Takes the lock of whoever runs hooks; `nil` while another process has it.
    package func lockDeployRun() throws -> FileLock? {
        try FileLock("\(layout.deploy)/run.lock", in: fileSystem)
    }

    /// How large the journal is: it grows with every record, so that what was read of the same size
    /// still holds.
    package var deployJournalSize: Int {
        get throws { try deployments.size }
    }

    /// Adds a record; the caller holds the lock.
    ///
    /// Whether records are of the past is looked at when the journal has become twice as large, and not
    /// each time: of ten thousand lineages it is large, and all of it true.
    package func append(_ record: DeployRecord) throws {
        let before = try deployments.size
        try deployments.append(record)
        let after = try deployments.size
        let limit = Journal<DeployRecord>.compactionSize
        let isTwice = (after / limit).leadingZeroBitCount < (before / limit).leadingZeroBitCount
        let isCrowded =
            after > Journal<DeployRecord>.crowdedSize && after / limit != before / limit
        guard after > limit, isTwice || isCrowded else { return }
        try compactDeployments(isForced: isCrowded)
    }

    // MARK: What everyone may know

    /// Tells everyone that bringing a generation into use has failed, or no longer: whoever watches may not
    /// read root's records.
    ///
    /// Says nothing of why: a hook's words are for root alone. Before a record is added that says all is done,
    /// since what is done is never looked at again.
    package func tellStanding(of record: DeployRecord) throws {
        let path = layout.failure(record.lineage)
        if let failure = record.failure {
            let told = FailedDeployment(
                generation: record.generation,
                count: failure.count,
                last: failure.last
            )
            let bytes = StoreJSON.encode(told)
            try fileSystem.replaceFile(path, bytes, .publicFile, temporary: temporary(path))
        } else if record.isDone(record.generation), try fileSystem.status(path) != nil {
            try fileSystem.removeFile(path)
            try fileSystem.syncDirectory(layout.live)
        }
    }

    /// What everyone may know of the last attempt to bring a lineage into use, where that failed.
    ///
    /// `nil` where it did not; a file that makes no sense is none.
    package func failedDeployment(of name: LineageName) throws -> FailedDeployment? {
        do {
            let bytes = try contents(layout.failure(name), limit: 4096)
            return bytes.flatMap { try? StoreJSON.decode(FailedDeployment.self, $0) }
        } catch let error as FileSystemError where error.reason == .notFound {
            // Root has removed it meanwhile.
            return nil
        }
    }

    /// Forgets all but the last record of each lineage, once those are not the most of them or it is
    /// `isForced`; then also what failures said, where that is still more than `crowded` bytes.
    func compactDeployments(
        isForced: Bool,
        crowded: Int = Journal<DeployRecord>.crowdedSize
    ) throws {
        var latest = try deployRecords().values.sorted { $0.lineage < $1.lineage }
        guard try isForced || deployments.records().count > 2 * latest.count else { return }
        let temporary = layout.deployJournal + ".new"
        try deployments.replace(with: latest, temporary: temporary)
        guard try deployments.size > crowded else { return }
        for index in latest.indices { latest[index].failure?.reason = "" }
        try deployments.replace(with: latest, temporary: temporary)
    }

    /// The lineages that have generations, each with the number of the newest; sorted by name.
    ///
    /// Reads no more than names: what the generation holds has to be looked at by whoever uses it. No
    /// number comes with a lineage whose generations cannot be told: that is found when it is used,
    /// and keeps nobody from the others.
    package func newestGenerations() throws -> [(name: LineageName, number: GenerationNumber?)] {
        guard try fileSystem.status(layout.lineages) != nil else { return [] }
        return try fileSystem.list(layout.lineages).compactMap(LineageName.init).compactMap {
            name in
            do {
                return try generationNumbers(name).last.map { (name, $0) }
            } catch {
                return (name, nil)
            }
        }
    }
}

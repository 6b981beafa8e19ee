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
        try makeDirectory(layout.deploy, .privateDirectory)
        try makeDirectory(layout.live, .publicDirectory)
        try makeDirectory(layout.nginx, .publicDirectory)
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

    /// Adds a record; the caller holds the lock.
    package func append(_ record: DeployRecord) throws {
        if try deployments.size > Journal<DeployRecord>.compactionSize {
            let latest = try deployRecords().values.sorted { $0.lineage < $1.lineage }
            try deployments.replace(with: latest, temporary: layout.deployJournal + ".new")
        }
        try deployments.append(record)
    }

    /// The lineages that have generations, each with the number of the newest; sorted by name.
    ///
    /// Reads no more than names: what the generation holds has to be looked at by whoever uses it.
    package func newestGenerations() throws -> [(name: LineageName, number: GenerationNumber)] {
        guard try fileSystem.status(layout.lineages) != nil else { return [] }
        return try fileSystem.list(layout.lineages).compactMap(LineageName.init).compactMap {
            name in
            try generationNumbers(name).last.map { (name, $0) }
        }
    }
}

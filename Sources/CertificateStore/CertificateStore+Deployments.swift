package import Platform

/// That a generation is in use: readers are pointed at it and every hook has succeeded.
///
/// A lineage whose last record names an older generation than its last commit is pending.
package struct DeployRecord: Codable, Equatable, Sendable {
    package let lineage: LineageName
    package let generation: GenerationNumber

    package init(_ lineage: LineageName, _ generation: GenerationNumber) {
        self.lineage = lineage
        self.generation = generation
    }
}

extension CertificateStore {
    private var deployments: Journal<DeployRecord> {
        Journal(layout.deployJournal, in: fileSystem)
    }

    /// The generation of each lineage that was last brought into use.
    package func deployed() throws -> [LineageName: GenerationNumber] {
        try deployments.records().reduce(into: [:]) { $0[$1.lineage] = $1.generation }
    }

    /// Takes the lock under which records are added; `nil` while another process has it.
    package func lockDeployments() throws -> FileLock? {
        try FileLock("\(layout.deploy)/lock", in: fileSystem)
    }

    /// Adds a record; the caller holds the lock.
    package func append(_ record: DeployRecord) throws {
        if try deployments.size > Journal<DeployRecord>.compactionSize {
            let latest = try deployed().sorted { $0.key < $1.key }.map(DeployRecord.init)
            try deployments.replace(with: latest, temporary: layout.deployJournal + ".new")
        }
        try deployments.append(record)
    }
}

package import Platform

/// What was done about bringing a generation into use.
package struct DeployRecord: Codable, Equatable, Sendable {
    package enum State: String, Codable, Sendable {
        /// Readers are pointed at it; its hooks have not all succeeded.
        case pending
        /// Every hook has succeeded.
        case deployed
    }

    package let lineage: LineageName
    package let generation: GenerationNumber
    package let state: State

    package init(_ lineage: LineageName, _ generation: GenerationNumber, _ state: State) {
        self.lineage = lineage
        self.generation = generation
        self.state = state
    }
}

extension CertificateStore {
    private var deployments: Journal<DeployRecord> {
        Journal(layout.deployJournal, in: fileSystem)
    }

    /// The last that is known of each lineage's deployment.
    package func deployRecords() throws -> [LineageName: DeployRecord] {
        try deployments.records().reduce(into: [:]) { $0[$1.lineage] = $1 }
    }

    /// Takes the lock under which records are added; `nil` while another process has it.
    package func lockDeployments() throws -> FileLock? {
        try FileLock("\(layout.deploy)/lock", in: fileSystem)
    }

    /// Adds a record; the caller holds the lock.
    package func append(_ record: DeployRecord) throws {
        if try deployments.size > Journal<DeployRecord>.compactionSize {
            let latest = try deployRecords().values.sorted { $0.lineage < $1.lineage }
            try deployments.replace(with: latest, temporary: layout.deployJournal + ".new")
        }
        try deployments.append(record)
    }
}

package import Platform

/// What is known about bringing a generation of a lineage into use.
///
/// A lineage whose last record names an older generation than its last commit is pending.
package struct DeployRecord: Codable, Equatable, Sendable {
    package let lineage: LineageName
    package let generation: GenerationNumber
    /// The hook of `--deploy-hook` that has not succeeded yet; `nil` when every hook has.
    package let owedHook: String?

    package init(_ lineage: LineageName, _ generation: GenerationNumber, owedHook: String? = nil) {
        self.lineage = lineage
        self.generation = generation
        self.owedHook = owedHook
    }
}

extension CertificateStore {
    private var deployments: Journal<DeployRecord> {
        Journal(layout.deployJournal, in: fileSystem)
    }

    /// The last record of each lineage.
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

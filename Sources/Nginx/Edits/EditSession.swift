/// Edits planned one after the other, each on what the one before has made, and nothing written.
package struct EditSession: Sendable {
    /// As it was found.
    package let original: Configuration
    /// As it is with the edits so far.
    package private(set) var configuration: Configuration
    /// How all of it is taken back.
    package private(set) var undo = Undo()
    /// What a person should know.
    package private(set) var reports: [EditReport] = []
    /// Servers to write into a file of certctl's own.
    package private(set) var ownServers: [OwnServer] = []

    package init(_ configuration: Configuration) {
        original = configuration
        self.configuration = configuration
    }

    /// The files that change, with their bytes as they will be.
    package var changes: [String: [UInt8]] {
        undo.files.reduce(into: [:]) { $0[$1] = configuration.files[$1]?.bytes }
    }

    /// Takes a plan in.
    ///
    /// `added` are files that the edits name and that are not there yet, by the paths that nginx
    /// sees.
    ///
    /// - Throws: The plan's first ``EditRefusal``; ``ConfigurationError`` where the result would be
    ///   no configuration. Nothing is taken in then.
    package mutating func apply(
        _ plan: EditPlan,
        adding added: [String: [UInt8]] = [:]
    ) throws {
        if let refusal = plan.refusals.first { throw refusal }
        let missing = added.filter { configuration.files[$0.key] == nil }
        var undo = undo
        try undo.record(plan.edits, of: configuration)
        configuration = try configuration.applying(plan.edits, adding: missing)
        self.undo = undo
        for report in plan.reports where !reports.contains(report) { reports.append(report) }
        for server in plan.ownServers where !ownServers.contains(server) {
            ownServers.append(server)
        }
    }
}

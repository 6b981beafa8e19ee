/// What has to be changed in users' own files, or why it is not done.
package struct EditPlan: Equatable, Sendable {
    /// By the path of the file as nginx names it; files that stay as they are have none.
    package private(set) var edits: [String: [SpanEdit]] = [:]
    /// Why nothing is changed; where there is one there are no edits.
    package private(set) var refusals: [EditRefusal] = []
    /// What a person should know of it.
    package private(set) var reports: [EditReport] = []
    /// Servers to write into a file of certctl's own, for this to be whole.
    package private(set) var ownServers: [OwnServer] = []

    package init() {}

    /// Whether there is nothing to do, and nothing against it.
    package var isEmpty: Bool { edits.isEmpty && refusals.isEmpty && ownServers.isEmpty }

    mutating func add(_ edit: SpanEdit?, to file: String) {
        guard let edit, refusals.isEmpty else { return }
        // A block whose file is included twice is changed once.
        guard !(edits[file] ?? []).contains(edit) else { return }
        edits[file, default: []].append(edit)
    }

    mutating func add(_ refusal: EditRefusal) {
        edits = [:]
        ownServers = []
        if !refusals.contains(refusal) { refusals.append(refusal) }
    }

    mutating func add(_ report: EditReport) {
        if !reports.contains(report) { reports.append(report) }
    }

    mutating func add(_ server: OwnServer) {
        if refusals.isEmpty, !ownServers.contains(server) { ownServers.append(server) }
    }
}

/// A server that answers challenges and sends everything else to https, in a file of certctl's own.
package struct OwnServer: Equatable, Sendable {
    /// The names as `server_name` has them, `*.x` and `~…` among them.
    package let names: [String]
    /// The arguments of each of its `listen`.
    package let listens: [[String]]

    package init(names: [String], listens: [[String]]) {
        self.names = names
        self.listens = listens
    }
}

import CertificateStore
import Nginx
import Platform
import Sites

/// What other certificates have by way of edits that are taken back: a block of several names passes
/// the CA's questions on for all of them once it does so for one.
extension UndoEdits {
    /// The files of a plan to take edits back, and what is noted of others' edits then.
    struct Remains {
        /// Users' files.
        var edits: [FileChange]
        /// What is noted of others' edits.
        var notes: [FileChange] = []
    }

    /// Plans for every other certificate to have the questions passed on as before, by edits that are
    /// its own.
    ///
    /// - Parameters:
    ///   - name: The lineage whose edits are taken back.
    ///   - edits: What becomes of users' files by that.
    ///   - gone: Files of certctl's that go.
    ///   - view: nginx as it is.
    /// - Returns: Users' files with what the others need in them, and what is noted of that.
    /// - Throws: What keeps files and the store from being read.
    func keepingOthers(
        than name: LineageName,
        _ edits: [FileChange],
        gone: [FileChange],
        _ view: ProxyView
    ) throws -> Remains {
        var remains = Remains(edits: edits)
        let others = EditRecords(driver.services).names.filter { $0 != name }.sorted()
        guard !others.isEmpty else { return remains }
        var configuration = try changed(view, edits + gone)
        for other in others {
            guard let plan = try plan(for: other, view, configuration) else { continue }
            var session = EditSession(configuration)
            let renderer = SiteRenderer(for: view.surroundings)
            let snippet = [renderer.challengePath: try renderer.challengeFile().bytes]
            try session.apply(plan, adding: snippet)
            try remains.add(session, of: other, view, driver)
            configuration = session.configuration
        }
        return remains
    }

    /// What nginx would read once files are changed.
    private func changed(_ view: ProxyView, _ changes: [FileChange]) throws -> Configuration {
        let after = changes.reduce(into: [:]) { $0[$1.path] = $1.after ?? [] }
        var edits: [String: [SpanEdit]] = [:]
        for (path, file) in view.configuration.files {
            // A file of a container's image is none of those.
            guard let host = try? view.hostFile(path, driver.access.host), let bytes = after[host]
            else { continue }
            edits[path] = [SpanEdit(0..<file.bytes.count, bytes)]
        }
        return try view.configuration.applying(edits)
    }

    /// What a certificate lacks by then and has now; `nil` for nothing.
    private func plan(
        for name: LineageName,
        _ view: ProxyView,
        _ configuration: Configuration
    ) throws -> EditPlan? {
        guard let current = try driver.services.store.lineage(name).current else { return nil }
        let challenge = AddChallengeLocation(
            names: current.manifest.names,
            snippet: SiteRenderer(for: view.surroundings).challengePath
        )
        guard challenge.plan(in: view.configuration).isEmpty else { return nil }
        let plan = challenge.plan(in: configuration)
        // Whatever has edits can be done: it was done before.
        return plan.edits.isEmpty ? nil : plan
    }
}

extension UndoEdits.Remains {
    /// Adds the edits of a session that are another lineage's from now on.
    fileprivate mutating func add(
        _ session: EditSession,
        of name: LineageName,
        _ view: ProxyView,
        _ driver: InPlaceDriver
    ) throws {
        var hosts: [String: String] = [:]
        for (path, bytes) in session.changes {
            let file = try view.hostFile(path, driver.access.host)
            hosts[path] = file
            if let index = edits.firstIndex(where: { $0.path == file }) {
                let before = edits[index].before
                edits[index] = FileChange(path: file, before: before, after: bytes, isInPlace: true)
            } else {
                let before = view.configuration.files[path]?.bytes
                edits.append(FileChange(path: file, before: before, after: bytes, isInPlace: true))
            }
        }
        let records = EditRecords(driver.services)
        let (old, known) = try records.read(name)
        var undo = known
        undo.append(session.undo.renamed(hosts))
        if undo != known {
            let path = records.path(of: name)
            notes.append(FileChange(path: path, before: old, after: undo.encoded()))
        }
    }
}

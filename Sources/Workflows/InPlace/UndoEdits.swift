import CertificateStore
import Deployment
import Nginx
import Platform
import Sites

/// `certctl site undo`: takes back what ``EditInPlace`` has done to users' own files.
///
/// What people have changed elsewhere in them stays. A file in which an edited place is no longer
/// what certctl wrote is left alone, and is told of.
package struct UndoEdits: Sendable {
    /// What is changed back, and what is left to a person.
    package struct Changes: Sendable {
        /// By their paths on this host.
        package let files: [EditedFile]
        /// In the order of their files.
        package let byHand: [InPlaceError.Place]
    }

    let driver: InPlaceDriver

    /// Prepares the workflow; nothing is touched yet.
    ///
    /// Throws as ``EditInPlace/init(_:redirects:)``.
    package init(_ services: Services) throws {
        driver = try InPlaceDriver(services)
    }

    /// Finds out what ``run(_:)`` would change; changes nothing.
    package func plan(_ text: String) async throws -> Changes {
        let name = try name(text)
        let nginx = try await driver.find()
        do {
            let view = try await driver.look(at: nginx)
            let plan = try plan(name, view)
            return Changes(files: driver.files(of: plan.changes), byHand: plan.byHand)
        } catch let refusal where isRefusal(refusal) {
            let restoration = try restoration(name)
            guard !restoration.isEmpty else { throw refusal }
            return Changes(
                files: restoration.byHand.isEmpty ? driver.files(of: restoration.edits) : [],
                byHand: restoration.byHand
            )
        }
    }

    /// Takes the edits for a lineage back.
    ///
    /// Throws as ``EditInPlace/run(_:)``, and ``InPlaceError/nothingToUndo(_:known:)``.
    package func run(_ text: String) async throws -> Changes {
        let name = try name(text)
        return try await driver.whileLocked { nginx in
            do {
                return try await run(name, nginx)
            } catch let refusal where isRefusal(refusal) {
                let restoration = try restoration(name)
                guard restoration.byHand.isEmpty else {
                    return Changes(files: [], byHand: restoration.byHand)
                }
                guard try await isMended(by: restoration, name, nginx) else { throw refusal }
                let rest = try await run(name, nginx)
                let files = driver.files(of: restoration.edits) + rest.files
                return Changes(files: files, byHand: rest.byHand)
            }
        }
    }

    private func run(_ name: LineageName, _ nginx: any NginxInstance) async throws -> Changes {
        let view = try await driver.lookAndMend(nginx)
        let plan = try plan(name, view)
        if !plan.changes.isEmpty { try await driver.make(plan.changes, proving: [], view) }
        return Changes(files: driver.files(of: plan.changes), byHand: plan.byHand)
    }

    /// Whether nginx refuses what is there, whatever is done to it.
    private func isRefusal(_ error: any Error) -> Bool {
        if case TransactionFailure.untouched(let fault) = error {
            return fault.step == .brokenBefore
        }
        if case InPlaceError.unreadable = error { return true }
        return false
    }

    /// Takes users' files back for an nginx that refuses them as they are; returns whether it takes
    /// them so.
    private func isMended(
        by restoration: Restoration,
        _ name: LineageName,
        _ nginx: any NginxInstance
    ) async throws -> Bool {
        let records = EditRecords(driver.services)
        let paths = Set(restoration.edits.map(\.path))
        // What others' edits need there cannot be told without a look at what nginx reads.
        let isShared = try records.names.contains { other in
            try other != name && !records.read(other).undo.files.isDisjoint(with: paths)
        }
        guard !restoration.edits.isEmpty, !isShared else { return false }
        do {
            try await driver.mend(with: restoration.edits, nginx)
            return true
        } catch TransactionFailure.rolledBack {
            return false
        }
    }

    private func name(_ text: String) throws -> LineageName {
        let known = EditRecords(driver.services).names
        guard let name = LineageName.usual(for: text), known.contains(name) else {
            throw InPlaceError.nothingToUndo(text, known: known.sorted().map(\.description))
        }
        return name
    }

    /// What is to be done, in such an order that nginx would start after each change.
    private func plan(
        _ name: LineageName,
        _ view: ProxyView
    ) throws -> (changes: [FileChange], byHand: [InPlaceError.Place]) {
        let records = EditRecords(driver.services)
        let (record, undo) = try records.read(name)
        let restoration = try restoration(name)
        var edits = restoration.edits
        let (byHand, left) = (restoration.byHand, restoration.left)
        let isWhole = left.isEmpty
        let servers = isWhole ? managed(SiteRenderer.plainPath(of: "\(name)"), view) : []
        let rest = isWhole ? undo.only([]) : undo.only(left)
        let remains = try keepingOthers(than: name, edits, gone: servers, view)
        edits = remains.edits.filter { $0.before != $0.after }
        // A note comes before what it is of: what was written is never without one.
        var changes = remains.notes + servers + edits
        changes += try unused(view, remains.edits, gone: servers)
        let after = isWhole ? nil : rest.encoded()
        if record != after {
            changes.append(FileChange(path: records.path(of: name), before: record, after: after))
        }
        return (changes, byHand)
    }

    /// What becomes of users' files, whatever nginx makes of them.
    private struct Restoration {
        var edits: [FileChange] = []
        var byHand: [InPlaceError.Place] = []
        /// The files that are left alone.
        var left: Set<String> = []

        var isEmpty: Bool { edits.isEmpty && byHand.isEmpty }
    }

    private func restoration(_ name: LineageName) throws -> Restoration {
        let files = driver.services.fileSystem
        let undo = try EditRecords(driver.services).read(name).undo
        var restoration = Restoration()
        for path in undo.files.sorted() where try files.status(path)?.kind == .file {
            let current = try files.readFile(path, limit: InPlacePlan.fileLimit)
            switch undo.restore(path, from: current) {
            case .restored(let bytes) where bytes == current: continue
            case .restored(let bytes):
                restoration.edits.append(
                    FileChange(path: path, before: current, after: bytes, isInPlace: true)
                )
            case .byHand where undo.isGone(from: current, of: path): continue
            case .byHand(let regions):
                restoration.left.insert(path)
                let lines = LineIndex(current)
                restoration.byHand += regions.map { region in
                    let offset = min(region.offset, current.count)
                    let line = lines.position(of: offset).line
                    return .init(file: path, line: line, remedy: region.remedy)
                }
            }
        }
        return restoration
    }

    /// The removal of a managed file, if it is there and still certctl's.
    private func managed(_ path: String, _ view: ProxyView) -> [FileChange] {
        guard let bytes = view.present[path],
            ManagedFile.state(of: bytes, at: path) == .intact
        else { return [] }
        return [FileChange(path: "\(view.directory)/\(path)", before: bytes, after: nil)]
    }

    /// The removal of what no file includes any more.
    private func unused(
        _ view: ProxyView,
        _ edits: [FileChange],
        gone: [FileChange]
    ) throws -> [FileChange] {
        let renderer = SiteRenderer(for: view.surroundings)
        let after = edits.reduce(into: [:]) { $0[$1.path] = $1.after }
        let removed = Set(gone.map(\.path))
        var changes: [FileChange] = []
        let snippets = [
            (renderer.challengePath, try renderer.challengeFile()),
            (renderer.tlsPath, try renderer.tlsFile()),
        ]
        for (path, file) in snippets {
            let isNeeded = try view.configuration.places(including: path).contains { place in
                let host = try view.hostFile(place.file, driver.access.host)
                if removed.contains(host) { return false }
                guard let bytes = after[host] else { return true }
                return String(decoding: bytes, as: UTF8.self).contains(path)
            }
            if !isNeeded { changes += managed(file.path, view) }
        }
        return changes
    }
}

package import Diagnostics

/// What has to happen in a configuration directory so that it has the files that are wanted.
///
/// Nothing that a person wrote is overwritten or deleted.
package struct ManagedFilePlan: Equatable, Sendable {
    /// A file that gets other bytes, or is new.
    package struct Write: Equatable, Sendable {
        /// From the configuration directory.
        package let path: String
        package let bytes: [UInt8]
        /// What is there now; `nil` where nothing is.
        package let old: [UInt8]?

        /// What changes, line by line.
        package var diff: LineDiff { LineDiff(from: old ?? [], to: bytes) }
    }

    /// A file of certctl's that is not wanted any more.
    package struct Deletion: Equatable, Sendable {
        package let path: String
        package let old: [UInt8]
    }

    /// A file that is a person's now, at a place that certctl has a use for.
    package struct Conflict: Equatable, Sendable {
        package let path: String
        /// ``ManagedFile/State/changed`` or ``ManagedFile/State/foreign``.
        package let state: ManagedFile.State
        package let present: [UInt8]
        /// What would stand there; `nil` where the file is not wanted any more.
        package let wanted: [UInt8]?
        /// The file beside it that has what would stand there, for a person to look at; `nil`
        /// where nothing is offered.
        package let offer: String?

        /// What the person would lose, line by line.
        package var diff: LineDiff { LineDiff(from: present, to: wanted ?? []) }
    }

    /// What ``Conflict/offer`` adds to a name: no `*.conf` fits it.
    package static let offerSuffix = ".new"

    /// What is included comes before what includes it.
    package let writes: [Write]
    /// What includes comes before what it includes; to be done after all writes.
    package let deletions: [Deletion]
    /// In the order of their paths.
    package let conflicts: [Conflict]

    /// Whether there is nothing to write or delete; there may be conflicts still.
    package var isEmpty: Bool { writes.isEmpty && deletions.isEmpty }

    /// Whether the bytes at that path are certctl's business: its files, and what it offered.
    package static func concerns(_ path: String) -> Bool {
        ManagedFile.isManaged(path)
            || path.hasSuffix(offerSuffix)
                && ManagedFile.isManaged(String(path.dropLast(offerSuffix.count)))
    }

    /// Compares what is wanted with what is there.
    ///
    /// - Parameters:
    ///   - wanted: What is to stand there, each path once.
    ///   - present: All files that ``concerns(_:)`` is true of, by path from the configuration
    ///     directory; others are left alone.
    package init(wanted: [ManagedFile], present: [String: [UInt8]]) {
        var plan = Draft(present: present)
        let wantedPaths = Set(wanted.map(\.path))
        for file in wanted { plan.want(file) }
        for path in present.keys
        where ManagedFile.isManaged(path) && !wantedPaths.contains(path) { plan.drop(path) }
        plan.dropOffers()
        writes = plan.writes.sorted { Self.isIncludedBefore($0.path, $1.path) }
        deletions = plan.deletions.sorted { Self.isIncludedBefore($1.path, $0.path) }
        conflicts = plan.conflicts.sorted { $0.path < $1.path }
    }

    /// What is below `certctl/` is included by the rest.
    private static func isIncludedBefore(_ one: String, _ other: String) -> Bool {
        let keys = (one.contains("/") ? 0 : 1, other.contains("/") ? 0 : 1)
        return (keys.0, one) < (keys.1, other)
    }
}

/// A plan that is being made.
private struct Draft {
    let present: [String: [UInt8]]
    var writes: [ManagedFilePlan.Write] = []
    var deletions: [ManagedFilePlan.Deletion] = []
    var conflicts: [ManagedFilePlan.Conflict] = []
    /// Offers that hold.
    private var offers: Set<String> = []

    init(present: [String: [UInt8]]) {
        self.present = present
    }

    mutating func want(_ file: ManagedFile) {
        let (old, bytes) = (present[file.path], file.bytes)
        let state = ManagedFile.state(of: old, at: file.path)
        switch state {
        case .absent, .intact: write(bytes, at: file.path)
        case .changed, .foreign:
            let offer = file.path + ManagedFilePlan.offerSuffix
            let isFree = isOurs(offer, for: file.path)
            if isFree {
                write(bytes, at: offer)
                offers.insert(offer)
            }
            conflicts.append(
                .init(
                    path: file.path,
                    state: state,
                    present: old ?? [],
                    wanted: bytes,
                    offer: isFree ? offer : nil
                )
            )
        }
    }

    /// Takes away a file that is not wanted, unless it has become a person's.
    mutating func drop(_ path: String) {
        guard let old = present[path] else { return }
        switch ManagedFile.state(of: old, at: path) {
        case .intact: deletions.append(.init(path: path, old: old))
        case .changed:
            conflicts.append(
                .init(path: path, state: .changed, present: old, wanted: nil, offer: nil)
            )
        case .absent, .foreign: break
        }
    }

    /// Takes away what was offered and has no conflict any more.
    mutating func dropOffers() {
        for (path, old) in present
        where path.hasSuffix(ManagedFilePlan.offerSuffix) && !offers.contains(path) {
            let place = String(path.dropLast(ManagedFilePlan.offerSuffix.count))
            guard ManagedFile.isManaged(place),
                ManagedFile.state(of: old, at: place) == .intact
            else { continue }
            deletions.append(.init(path: path, old: old))
        }
    }

    private mutating func write(_ bytes: [UInt8], at path: String) {
        guard present[path] != bytes else { return }
        writes.append(.init(path: path, bytes: bytes, old: present[path]))
    }

    /// Whether an offer can stand there: what is there is an older one, or nothing.
    private func isOurs(_ offer: String, for path: String) -> Bool {
        switch ManagedFile.state(of: present[offer], at: path) {
        case .absent, .intact: true
        case .changed, .foreign: false
        }
    }
}

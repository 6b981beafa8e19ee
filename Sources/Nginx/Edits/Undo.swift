/// How edits of users' files are taken back, also after the user has changed other places of them.
package struct Undo: Equatable, Sendable {
    /// A place that was edited.
    package struct Region: Equatable, Sendable {
        /// Where the new bytes begin in the file as it was after the edit.
        package let offset: Int
        /// What stood there.
        package let old: [UInt8]
        /// What stands there now.
        package let new: [UInt8]
        /// What stands before the new bytes: up to three lines.
        package let before: [UInt8]
        /// What stands after them: up to three lines.
        package let after: [UInt8]

        package init(
            offset: Int,
            old: [UInt8],
            new: [UInt8],
            before: [UInt8],
            after: [UInt8]
        ) {
            self.offset = offset
            self.old = old
            self.new = new
            self.before = before
            self.after = after
        }
    }

    /// Edits that were planned together, by the file's path; regions in the order of the file.
    package typealias Step = [String: [Region]]

    /// In the order in which they were made.
    package internal(set) var steps: [Step] = []

    package init() {}

    /// The paths of the files that were edited.
    package var files: Set<String> { Set(steps.flatMap(\.keys)) }

    /// Whether there is nothing to take back.
    package var isEmpty: Bool { steps.isEmpty }

    /// Adds edits that are about to be made.
    ///
    /// - Throws: ``SpanEditError`` for edits that cannot be.
    package mutating func record(
        _ edits: [String: [SpanEdit]],
        of configuration: Configuration
    ) throws(SpanEditError) {
        var step: Step = [:]
        for (path, changes) in edits where !changes.isEmpty {
            let bytes = configuration.files[path]?.bytes ?? []
            step[path] = try Self.regions(of: changes, in: bytes)
        }
        if !step.isEmpty { steps.append(step) }
    }

    private static func regions(
        of edits: [SpanEdit],
        in bytes: [UInt8]
    ) throws(SpanEditError) -> [Region] {
        let edited = try SpanEdit.apply(edits, to: bytes)
        var growth = 0
        var regions: [Region] = []
        for edit in SpanEdit.ordered(edits) {
            let start = edit.range.lowerBound + growth
            let end = start + edit.replacement.count
            growth += edit.replacement.count - edit.range.count
            regions.append(
                Region(
                    offset: start,
                    old: Array(bytes[edit.range]),
                    new: edit.replacement,
                    before: Context.before(edited[..<start], lines: Context.most),
                    after: Context.after(edited[end...], lines: Context.most)
                )
            )
        }
        return regions
    }
}

/// The lines around a place.
enum Context {
    /// How many lines are kept, and how many bytes at most.
    static let most = 3
    static let longest = 400

    private static let lineFeed = UInt8(ascii: "\n")

    /// The end of what stands before a place: that many lines, the one the place is in not counted
    /// if it is empty up to there.
    static func before(_ bytes: ArraySlice<UInt8>, lines: Int) -> [UInt8] {
        guard lines > 0 else { return [] }
        let near = bytes.suffix(longest)
        var rest = near.dropLast(near.last == lineFeed ? 1 : 0)
        for _ in 0..<lines {
            guard let end = rest.lastIndex(of: lineFeed) else { return Array(near) }
            rest = rest[..<end]
        }
        return Array(near[(rest.endIndex + 1)...])
    }

    /// The beginning of what stands after a place: that many lines, the rest of the place's own not
    /// counted if it is empty.
    static func after(_ bytes: ArraySlice<UInt8>, lines: Int) -> [UInt8] {
        guard lines > 0 else { return [] }
        let near = bytes.prefix(longest)
        let head = near.prefix { $0 == UInt8(ascii: "\r") }.count
        let isEnd = near.dropFirst(head).first == lineFeed
        var end = near.startIndex + (isEnd ? head + 1 : 0)
        for _ in 0..<lines {
            guard let next = near[end...].firstIndex(of: lineFeed) else { return Array(near) }
            end = next + 1
        }
        return Array(near[..<end])
    }
}

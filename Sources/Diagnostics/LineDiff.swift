/// What differs between two texts, line by line, as `diff -u` shows it.
///
/// Source: E. W. Myers, An O(ND) Difference Algorithm and Its Variations, 1986.
package struct LineDiff: Equatable, Sendable {
    /// What happens to a line.
    package enum Change: Equatable, Sendable {
        case kept
        case removed
        case added
    }

    /// A line, without its end.
    package struct Line: Equatable, Sendable {
        package let change: Change
        package let bytes: [UInt8]
        /// Whether it is the last of its text and has no end.
        package let isUnended: Bool
    }

    /// Lines that belong together, with those around them.
    package struct Hunk: Equatable, Sendable {
        /// Where it begins, from 1; or the line before, where it has none of that text.
        package let oldStart: Int
        package let newStart: Int
        package let lines: [Line]

        /// How many lines of the old text it has.
        package var oldCount: Int { lines.count { $0.change != .added } }
        /// How many lines of the new text it has.
        package var newCount: Int { lines.count { $0.change != .removed } }
    }

    /// How many lines are shown before and after each change.
    package static let context = 3
    /// From how many changes on the texts are shown as wholly different: the search takes their
    /// square.
    private static let mostChanges = 1500

    /// In the order of the texts; none where they are the same.
    package let hunks: [Hunk]

    /// Compares two texts.
    package init(from old: [UInt8], to new: [UInt8]) {
        let (old, new) = (Self.lines(old), Self.lines(new))
        let start = zip(old, new).prefix { $0 == $1 }.count
        let most = min(old.count, new.count) - start
        let end = zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.prefix(most).count
        let middle = (
            Array(old[start..<old.count - end]), Array(new[start..<new.count - end])
        )
        let changes =
            old[..<start].map { Line(.kept, $0) } + Self.changes(from: middle.0, to: middle.1)
            + old[(old.count - end)...].map { Line(.kept, $0) }
        hunks = Self.hunks(of: changes)
    }

    /// A text's lines with their ends, so that a missing one is a difference.
    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for index in text.indices where text[index] == UInt8(ascii: "\n") {
            lines.append(text[start...index])
            start = index + 1
        }
        return start < text.count ? lines + [text[start...]] : lines
    }

    /// The shortest way from one text to the other, or all of one for all of the other where that
    /// is long.
    private static func changes(
        from old: [ArraySlice<UInt8>],
        to new: [ArraySlice<UInt8>]
    ) -> [Line] {
        guard let trace = trace(from: old, to: new) else {
            return old.map { Line(.removed, $0) } + new.map { Line(.added, $0) }
        }
        var lines: [Line] = []
        var (x, y) = (old.count, new.count)
        for step in stride(from: trace.count - 1, through: 0, by: -1) {
            let reached = trace[step]
            let diagonal = x - y
            let isDown = Self.isDown(diagonal, step, reached)
            let previous = isDown ? diagonal + 1 : diagonal - 1
            let previousX = step == 0 ? 0 : reached[previous + step]
            let previousY = step == 0 ? 0 : previousX - previous
            while x > previousX, y > previousY {
                x -= 1
                y -= 1
                lines.append(Line(.kept, old[x]))
            }
            guard step > 0 else { break }
            lines.append(isDown ? Line(.added, new[previousY]) : Line(.removed, old[previousX]))
            (x, y) = (previousX, previousY)
        }
        return lines.reversed()
    }

    /// How far each diagonal was reached before each step; `nil` where there are too many.
    ///
    /// Diagonal `k` of step `d` stands at `k + d`.
    private static func trace(
        from old: [ArraySlice<UInt8>],
        to new: [ArraySlice<UInt8>]
    ) -> [[Int]]? {
        var trace: [[Int]] = []
        var reached = [0]
        for step in 0...min(old.count + new.count, mostChanges) {
            trace.append(reached)
            var next = [Int](repeating: 0, count: 2 * step + 3)
            for diagonal in stride(from: -step, through: step, by: 2) {
                let isDown = isDown(diagonal, step, reached)
                var x = step == 0 ? 0 : reached[diagonal + step + (isDown ? 1 : -1)]
                if step > 0, !isDown { x += 1 }
                while x < old.count, x - diagonal < new.count, old[x] == new[x - diagonal] {
                    x += 1
                }
                if x >= old.count, x - diagonal >= new.count { return trace }
                next[diagonal + step + 1] = x
            }
            reached = next
        }
        return nil
    }

    /// Whether the step to a diagonal adds a line; else it removes one.
    private static func isDown(_ diagonal: Int, _ step: Int, _ reached: [Int]) -> Bool {
        guard diagonal != -step else { return true }
        return diagonal != step && reached[diagonal + step - 1] < reached[diagonal + step + 1]
    }

    private static func hunks(of lines: [Line]) -> [Hunk] {
        var hunks: [Hunk] = []
        // How many lines of each text come before a hunk.
        var (old, new) = (0, 0)
        var end = 0
        while let first = lines[end...].firstIndex(where: { $0.change != .kept }) {
            let start = max(end, first - context)
            old += start - end
            new += start - end
            end = self.end(ofHunkAt: first, in: lines)
            let part = Array(lines[start..<end])
            let counts = (part.count { $0.change != .added }, part.count { $0.change != .removed })
            let oldStart = counts.0 == 0 ? old : old + 1
            let newStart = counts.1 == 0 ? new : new + 1
            hunks.append(Hunk(oldStart: oldStart, newStart: newStart, lines: part))
            old += counts.0
            new += counts.1
        }
        return hunks
    }

    /// Where a hunk ends: changes whose surroundings touch are in one.
    private static func end(ofHunkAt first: Int, in lines: [Line]) -> Int {
        var last = first
        for index in first..<lines.count where lines[index].change != .kept {
            guard index - last <= 2 * context + 1 else { break }
            last = index
        }
        return min(lines.count, last + context + 1)
    }
}

extension LineDiff.Line {
    fileprivate init(_ change: LineDiff.Change, _ line: ArraySlice<UInt8>) {
        let isUnended = line.last != UInt8(ascii: "\n")
        self.init(
            change: change,
            bytes: Array(isUnended ? line : line.dropLast()),
            isUnended: isUnended
        )
    }

    /// As `diff -u` writes it, made safe to print.
    package var text: String {
        let mark =
            switch change {
            case .kept: " "
            case .removed: "-"
            case .added: "+"
            }
        let end = isUnended ? "\n\\ No newline at end of file" : ""
        return mark + String(decoding: bytes, as: UTF8.self).harmless() + end
    }
}

extension LineDiff.Hunk {
    /// The line that stands before its lines: `@@ -1,3 +1,4 @@`.
    package var heading: String {
        func range(_ start: Int, _ count: Int) -> String {
            count == 1 ? "\(start)" : "\(start),\(count)"
        }
        return "@@ -\(range(oldStart, oldCount)) +\(range(newStart, newCount)) @@"
    }
}

extension LineDiff: CustomStringConvertible {
    /// All hunks as `diff -u` writes them, without the two lines that name the files.
    package var description: String {
        hunks.map { hunk in
            ([hunk.heading] + hunk.lines.map(\.text)).map { "\($0)\n" }.joined()
        }.joined()
    }
}

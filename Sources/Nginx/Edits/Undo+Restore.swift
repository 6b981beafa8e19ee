extension Undo {
    /// What came of it for one file.
    package enum Outcome: Equatable, Sendable {
        /// The bytes to write.
        case restored([UInt8])
        /// Not all that was written is still there, so nothing is changed: what a person has to do.
        case byHand([Region])
    }

    /// Takes back all edits of a file; `bytes` are the file as it is now.
    ///
    /// A file that nobody has changed since is as it was before, byte for byte. Where others have
    /// changed it, their changes stay, as long as each edited place can be told for certain.
    package func restore(_ path: String, from bytes: [UInt8]) -> Outcome {
        var current = bytes
        for step in steps.reversed() {
            guard var regions = step[path] else { continue }
            let finder = RegionFinder(current)
            var found = finder.find(regions)
            if found.contains(nil) {
                // What a person has taken away already need not be.
                let text = String(decoding: current, as: UTF8.self)
                regions = zip(regions, found).compactMap { region, place in
                    place == nil ? region.remainder(in: text) : region
                }
                found = finder.find(regions)
            }
            let lost = zip(regions, found).filter { $0.1 == nil }.map(\.0)
            let edits = zip(regions, found).compactMap { region, place in
                place.map { SpanEdit($0, region.old) }
            }
            // Regions are found one behind the other, so these cannot overlap.
            guard lost.isEmpty, let restored = try? SpanEdit.apply(edits, to: current) else {
                return .byHand(lost.isEmpty ? regions : lost)
            }
            current = restored
        }
        return .restored(current)
    }
}

extension Undo.Region {
    /// The place without the lines that a person has taken away of it; `nil` where nothing is left.
    fileprivate func remainder(in text: String) -> Self? {
        guard Self.text(old).isEmpty else { return self }
        let lines = Self.lines(of: new)
        let left = lines.filter { line in
            // Without the comment: a line that a person has made his own is still there.
            let words = String(decoding: line, as: UTF8.self).prefix { $0 != "#" && $0 != ";" }
                .split { $0.isWhitespace }
            // A brace or a blank says nothing of who wrote it.
            return words.count < 2 || text.contains(words.joined(separator: " "))
        }
        guard left.count < lines.count else { return self }
        let rest = Array(left.joined())
        guard !Self.text(rest).isEmpty else { return nil }
        return Self(offset: offset, old: old, new: rest, before: before, after: after)
    }

    /// Its lines with their ends: those before them where it begins with one.
    private static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        let lineFeed = UInt8(ascii: "\n")
        var lines: [ArraySlice<UInt8>] = []
        var start = bytes.startIndex
        let leads = bytes.first == lineFeed
        for index in bytes.indices where bytes[index] == lineFeed {
            let end = leads ? index : index + 1
            if end > start { lines.append(bytes[start..<end]) }
            start = end
        }
        if start < bytes.endIndex { lines.append(bytes[start...]) }
        return lines
    }

    /// What a person has to do instead, in one line.
    package var remedy: String {
        switch (Self.text(old), Self.text(new)) {
        case (let old, "") where !old.isEmpty: "put back: \(old)"
        case ("", let new): "take away: \(new)"
        case (let old, let new): "replace by what was there: \(new) -> \(old)"
        }
    }

    /// On one line, without blanks around it.
    private static func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).split { $0.isWhitespace }.joined(separator: " ")
    }
}

/// Finds edited places in a file that may have changed around them.
private struct RegionFinder {
    private let bytes: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The places of the regions, in order; `nil` for one that is lost, or could be in two places.
    func find(_ regions: [Undo.Region]) -> [Range<Int>?] {
        var shift = 0
        var from = 0
        return regions.map { region in
            guard let start = place(of: region, expected: region.offset + shift, from: from) else {
                return nil
            }
            shift = start - region.offset
            from = start + region.new.count
            return start..<from
        }
    }

    private func place(of region: Undo.Region, expected: Int, from: Int) -> Int? {
        for (before, after) in Self.contexts(of: region) {
            if expected >= from, stands(before, region.new, after, at: expected) { return expected }
            guard Self.isTelling(before + region.new + after) else { continue }
            let places = (from..<max(from, bytes.count + 1)).filter {
                stands(before, region.new, after, at: $0)
            }
            // With fewer lines around it there would be as many, or more.
            guard places.count <= 1 else { return nil }
            if let place = places.first { return place }
        }
        return nil
    }

    /// What has to stand around it: less where the new bytes, or those beside them, are marked.
    private static func contexts(of region: Undo.Region) -> [(before: [UInt8], after: [UInt8])] {
        let before = Context.before(region.before[...], lines: 1)
        let after = Context.after(region.after[...], lines: 1)
        var contexts = [(region.before, region.after), (before, after)]
        let isMarked = LineInserter.isMarked(region.new)
        if isMarked || LineInserter.isMarked(before) { contexts.append((before, [])) }
        if isMarked || LineInserter.isMarked(after) { contexts.append(([], after)) }
        if isMarked { contexts.append(([], [])) }
        return contexts
    }

    /// Whether the bytes are more than braces and blanks.
    private static func isTelling(_ bytes: [UInt8]) -> Bool {
        bytes.count { $0 > UInt8(ascii: " ") && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "}") }
            >= 8
    }

    private func stands(_ before: [UInt8], _ new: [UInt8], _ after: [UInt8], at start: Int) -> Bool
    {
        let end = start + new.count
        return start - before.count >= 0 && end + after.count <= bytes.count
            && bytes[start..<end].elementsEqual(new)
            && bytes[start - before.count..<start].elementsEqual(before)
            && bytes[end..<end + after.count].elementsEqual(after)
    }
}

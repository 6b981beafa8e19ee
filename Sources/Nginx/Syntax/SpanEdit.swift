/// A change of some bytes of a file that leaves all others as they are.
package struct SpanEdit: Equatable, Sendable {
    /// What is replaced; an empty range inserts before the byte at its bound.
    package let range: Range<Int>
    package let replacement: [UInt8]

    package init(_ range: Range<Int>, _ replacement: [UInt8]) {
        self.range = range
        self.replacement = replacement
    }

    /// Makes the edit that puts `replacement` at `range` of `bytes`; `nil` where it stands already.
    ///
    /// Edits planned so are none at all the second time.
    package init?(_ range: Range<Int>, _ replacement: [UInt8], changing bytes: [UInt8]) {
        guard bytes[range] != replacement[...] else { return nil }
        self.init(range, replacement)
    }

    /// Applies edits to the bytes that their ranges were taken from.
    ///
    /// Insertions at one place stand in the order given, and before what replaces the bytes there.
    ///
    /// - Throws: ``SpanEditError`` for edits that overlap or reach beyond the bytes; nothing has
    ///   been changed then.
    package static func apply(
        _ edits: [SpanEdit],
        to bytes: [UInt8]
    ) throws(SpanEditError) -> [UInt8] {
        var output: [UInt8] = []
        var end = 0
        for edit in ordered(edits) {
            guard edit.range.lowerBound >= 0, edit.range.upperBound <= bytes.count else {
                throw .outOfBounds(edit.range)
            }
            guard edit.range.lowerBound >= end else { throw .overlap(edit.range) }
            output += bytes[end..<edit.range.lowerBound]
            output += edit.replacement
            end = edit.range.upperBound
        }
        return output + bytes[end...]
    }

    /// Edits in the order of the file.
    static func ordered(_ edits: [SpanEdit]) -> [SpanEdit] {
        edits.enumerated().sorted { one, other in
            let keys = (one.element.range, other.element.range)
            return (keys.0.lowerBound, keys.0.upperBound, one.offset)
                < (keys.1.lowerBound, keys.1.upperBound, other.offset)
        }.map(\.element)
    }
}

/// Edits that cannot be applied.
package enum SpanEditError: Error, Equatable {
    /// The bytes of this range are changed by another edit too.
    case overlap(Range<Int>)
    /// There are no such bytes.
    case outOfBounds(Range<Int>)
}

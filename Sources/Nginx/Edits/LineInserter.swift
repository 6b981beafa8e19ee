/// Puts lines into a file in the file's own form: its line ends, and the indentation of the block.
struct LineInserter {
    /// At the end of each line that is written, so that it can be found again.
    static let mark = Array(" # certctl".utf8)
    private static let lineFeed = UInt8(ascii: "\n")
    private static let carriageReturn = UInt8(ascii: "\r")

    /// Whether a mark stands in the bytes.
    static func isMarked(_ bytes: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: mark) }
    }

    private let bytes: [UInt8]
    private let lineEnd: [UInt8]

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        let first = bytes.firstIndex(of: Self.lineFeed) ?? 0
        let isDOS = first > 0 && bytes[first - 1] == Self.carriageReturn
        lineEnd = isDOS ? [Self.carriageReturn, Self.lineFeed] : [Self.lineFeed]
    }

    /// Inserts lines below the one where the directive at `span` ends.
    func insert(_ lines: [[UInt8]], after span: Range<Int>) -> SpanEdit {
        insert(lines, behind: span.upperBound, indentation: indentation(ofDirectiveAt: span))
    }

    /// Inserts lines as the first of a block; `children` are the spans of what stands in it.
    func insert(_ lines: [[UInt8]], first body: Range<Int>, children: [Range<Int>]) -> SpanEdit {
        let neighbour = children.first { startsLine($0.lowerBound) }
        return insert(
            lines,
            behind: body.lowerBound,
            indentation: neighbour.map { indentation(ofLineAt: $0.lowerBound) }
                ?? deeper(indentation(ofLineAt: body.lowerBound))
        )
    }

    /// Replaces a directive by one line.
    func replace(_ span: Range<Int>, with line: [UInt8]) -> SpanEdit {
        let ending = isCodeBehind(span.upperBound) ? lineEnd + indentation(ofDirectiveAt: span) : []
        return SpanEdit(span, line + Self.mark + ending)
    }

    /// Puts a directive that stays as it is between two texts, and a mark behind.
    func wrap(_ span: Range<Int>, in head: [UInt8], _ tail: [UInt8]) -> [SpanEdit] {
        let end = span.upperBound
        let ending = isCodeBehind(end) ? lineEnd + indentation(ofDirectiveAt: span) : []
        return [
            SpanEdit(span.lowerBound..<span.lowerBound, head),
            SpanEdit(end..<end, tail + Self.mark + ending),
        ]
    }

    /// Takes a directive away, with its line if nothing else is on it.
    func remove(_ span: Range<Int>) -> SpanEdit {
        let lineStart = lineStart(of: span.lowerBound)
        // A mark of ours goes with the line that it marks.
        let isOurs = bytes[span.upperBound...].starts(with: Self.mark)
        let start = span.upperBound + (isOurs ? Self.mark.count : 0)
        let next = bytes[start...].firstIndex { $0 != 0x20 && $0 != 0x09 }
        let end = next ?? bytes.count
        let isAlone = startsLine(span.lowerBound) && (next == nil || isLineEnd(at: end))
        guard isAlone else { return SpanEdit(span, []) }
        guard next != nil else { return SpanEdit(lineStart..<end, []) }
        let whole = bytes[end...].firstIndex(of: Self.lineFeed) ?? end
        return SpanEdit(lineStart..<whole + 1, [])
    }

    private func insert(
        _ lines: [[UInt8]],
        behind offset: Int,
        indentation: [UInt8]
    ) -> SpanEdit {
        let text = lines.flatMap { lineEnd + indentation + $0 + Self.mark }
        guard !isCodeBehind(offset) else {
            return SpanEdit(offset..<offset, text + lineEnd + indentation)
        }
        let end = bytes[offset...].firstIndex(of: Self.lineFeed) ?? bytes.count
        let isDOS = end > offset && bytes[end - 1] == Self.carriageReturn
        let place = isDOS ? end - 1 : end
        return SpanEdit(place..<place, text)
    }

    /// Whether more than blanks or a comment follows on the line.
    private func isCodeBehind(_ offset: Int) -> Bool {
        guard let next = bytes[offset...].firstIndex(where: { $0 != 0x20 && $0 != 0x09 }) else {
            return false
        }
        return bytes[next] != UInt8(ascii: "#") && !isLineEnd(at: next)
    }

    private func isLineEnd(at offset: Int) -> Bool {
        bytes[offset] == Self.lineFeed
            || bytes[offset...].starts(with: [Self.carriageReturn, Self.lineFeed])
    }

    private func lineStart(of offset: Int) -> Int {
        (bytes[..<offset].lastIndex(of: Self.lineFeed) ?? -1) + 1
    }

    /// Whether only blanks stand before it on its line.
    private func startsLine(_ offset: Int) -> Bool {
        bytes[lineStart(of: offset)..<offset].allSatisfy { $0 == 0x20 || $0 == 0x09 }
    }

    private func indentation(ofLineAt offset: Int) -> [UInt8] {
        Array(bytes[lineStart(of: offset)..<offset].prefix { $0 == 0x20 || $0 == 0x09 })
    }

    /// That of its line, or one step more where it stands behind something else.
    private func indentation(ofDirectiveAt span: Range<Int>) -> [UInt8] {
        let indentation = indentation(ofLineAt: span.lowerBound)
        return startsLine(span.lowerBound) ? indentation : deeper(indentation)
    }

    private func deeper(_ indentation: [UInt8]) -> [UInt8] {
        let usesTabs = indentation.first == 0x09
        return indentation + (usesTabs ? [0x09] : [0x20, 0x20, 0x20, 0x20])
    }
}

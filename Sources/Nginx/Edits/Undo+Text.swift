/// What is no record of edits.
package enum UndoError: Error, Equatable {
    /// A line of it, from 1, is not what has to be there.
    case malformed(line: Int)
    /// It does not end as it should.
    case incomplete
    case tooLarge(limit: Int)
}

/// The record as lines: a word each, and its value with what is not printable as `%XX`.
extension Undo {
    /// How large a record can be, in bytes.
    package static let largest = 16 << 20
    private static let title = "certctl-undo 1"

    /// The record as text.
    package func encoded() -> [UInt8] {
        var lines = [Self.title]
        for step in steps {
            lines.append("step")
            for path in step.keys.sorted() {
                lines.append("file \(Self.escaped(Array(path.utf8)))")
                for region in step[path] ?? [] {
                    lines.append("offset \(region.offset)")
                    lines.append("old \(Self.escaped(region.old))")
                    lines.append("new \(Self.escaped(region.new))")
                    lines.append("before \(Self.escaped(region.before))")
                    lines.append("after \(Self.escaped(region.after))")
                }
            }
        }
        lines.append("end \(lines.count)")
        return Array(lines.map { $0 + "\n" }.joined().utf8)
    }

    /// Reads a record.
    ///
    /// - Throws: ``UndoError`` for anything that ``encoded()`` does not write.
    package init(decoding bytes: [UInt8]) throws(UndoError) {
        guard bytes.count <= Self.largest else { throw .tooLarge(limit: Self.largest) }
        var reader = UndoReader(bytes)
        try reader.expect(Self.title)
        while reader.take("step") { steps.append(try reader.step()) }
        try reader.end()
    }

    private static func escaped(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte > 0x20, byte < 0x7F, byte != UInt8(ascii: "%") {
                text.append(byte)
            } else {
                text += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

/// Reads the lines of a record, and nothing else.
private struct UndoReader {
    private let lines: [ArraySlice<UInt8>]
    private let isWhole: Bool
    private var index = 0

    init(_ bytes: [UInt8]) {
        isWhole = bytes.last == UInt8(ascii: "\n")
        lines = bytes.dropLast(isWhole ? 1 : 0).split(
            separator: UInt8(ascii: "\n"),
            omittingEmptySubsequences: false
        )
    }

    mutating func take(_ line: String) -> Bool {
        guard index < lines.count, lines[index].elementsEqual(line.utf8) else { return false }
        index += 1
        return true
    }

    mutating func expect(_ line: String) throws(UndoError) {
        guard take(line) else { throw .malformed(line: index + 1) }
    }

    /// The files of a step: at least one, each with at least one region, each once.
    mutating func step() throws(UndoError) -> Undo.Step {
        var step: Undo.Step = [:]
        while let path = try value(of: "file") {
            guard path.first == UInt8(ascii: "/"), !path.contains(0),
                let text = String(validating: path, as: UTF8.self), step[text] == nil
            else { throw .malformed(line: index) }
            step[text] = try regions()
        }
        guard !step.isEmpty else { throw .malformed(line: index + 1) }
        return step
    }

    /// Regions of a file, in its order and apart from each other.
    private mutating func regions() throws(UndoError) -> [Undo.Region] {
        var regions: [Undo.Region] = []
        var end = 0
        while let offset = try offset() {
            guard offset >= end else { throw .malformed(line: index) }
            let region = Undo.Region(
                offset: offset,
                old: try required("old"),
                new: try required("new"),
                before: try required("before"),
                after: try required("after")
            )
            guard region.before.count <= Context.longest, region.after.count <= Context.longest
            else { throw .malformed(line: index) }
            end = offset + region.new.count
            regions.append(region)
        }
        guard !regions.isEmpty else { throw .malformed(line: index + 1) }
        return regions
    }

    private mutating func offset() throws(UndoError) -> Int? {
        guard let digits = try value(of: "offset") else { return nil }
        let text = String(decoding: digits, as: UTF8.self)
        guard let offset = Int(text), (0...1 << 40).contains(offset), text == "\(offset)" else {
            throw .malformed(line: index)
        }
        return offset
    }

    private mutating func required(_ word: String) throws(UndoError) -> [UInt8] {
        guard let value = try value(of: word) else { throw .malformed(line: index + 1) }
        return value
    }

    /// The value of the next line, if it begins with that word.
    private mutating func value(of word: String) throws(UndoError) -> [UInt8]? {
        let head = Array(word.utf8) + [UInt8(ascii: " ")]
        guard index < lines.count, lines[index].starts(with: head) else { return nil }
        index += 1
        guard let value = Self.unescaped(lines[index - 1].dropFirst(head.count)) else {
            throw .malformed(line: index)
        }
        return value
    }

    /// The last line says how many came before.
    mutating func end() throws(UndoError) {
        guard index < lines.count else { throw .incomplete }
        try expect("end \(index)")
        guard index == lines.count, isWhole else { throw .incomplete }
    }

    private static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte > 0x20, byte < 0x7F else { return nil }
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit),
                let low = rest.popFirst().flatMap(digit)
            else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}

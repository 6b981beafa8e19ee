import FoundationEssentials

/// Blocks of base64 between lines that name what is in them.
///
/// Source: RFC 7468.
package enum PEM {
    /// One block.
    package struct Block: Equatable, Sendable {
        /// What stands after `BEGIN`, as in `CERTIFICATE`.
        package let label: String
        package let content: [UInt8]
    }

    private static let columns = 64
    private static let begin = Array("-----BEGIN ".utf8)
    private static let end = Array("-----END ".utf8)
    private static let dashes = Array("-----".utf8)

    package static func encode(_ der: [UInt8], label: String) -> [UInt8] {
        var text = begin + Array(label.utf8) + dashes + [newline]
        var rest = Array(Data(der).base64EncodedString().utf8)[...]
        while !rest.isEmpty {
            text += rest.prefix(columns) + [newline]
            rest = rest.dropFirst(columns)
        }
        return text + end + Array(label.utf8) + dashes + [newline]
    }

    /// Reads all blocks; text between them is passed over.
    ///
    /// Every byte is looked at once or twice, however the text is made up. Throws
    /// ``PKIError/malformedPEM(_:)`` for a block that does not end or holds no base64.
    package static func blocks(in text: [UInt8]) throws(PKIError) -> [Block] {
        var blocks: [Block] = []
        var open: (label: String, base64: [UInt8])?
        for line in text.split(whereSeparator: { $0 == newline || $0 == 0x0D }) {
            let line = trimmed(line)
            if let label = label(of: line, after: begin) {
                guard open == nil else { throw .malformedPEM("a block begins within another") }
                open = (label, [])
            } else if let label = label(of: line, after: end) {
                guard let block = open, block.label == label else {
                    throw .malformedPEM("a block ends that has not begun")
                }
                blocks.append(Block(label: label, content: try decode(block.base64)))
                open = nil
            } else {
                open?.base64 += line
            }
        }
        guard open == nil else { throw .malformedPEM("a block does not end") }
        return blocks
    }

    private static let newline = UInt8(ascii: "\n")

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        let front = line.drop(while: isBlank)
        guard let last = front.lastIndex(where: { !isBlank($0) }) else { return [] }
        return front[...last]
    }

    private static func label(of line: ArraySlice<UInt8>, after prefix: [UInt8]) -> String? {
        guard line.starts(with: prefix), line.suffix(dashes.count).elementsEqual(dashes),
            line.count > prefix.count + dashes.count
        else { return nil }
        let label = line.dropFirst(prefix.count).dropLast(dashes.count)
        return String(decoding: label, as: UTF8.self)
    }

    private static func decode(_ base64: [UInt8]) throws(PKIError) -> [UInt8] {
        guard !base64.isEmpty, let data = Data(base64Encoded: Data(base64)) else {
            throw .malformedPEM("a block holds something that is no base64")
        }
        return Array(data)
    }
}

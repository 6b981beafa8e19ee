import FoundationEssentials

/// Textual encoding of DER, between lines that say what it is.
///
/// Source: RFC 7468.
package enum PEM {
    /// What stands between a `BEGIN` and an `END` line.
    package struct Block: Equatable, Sendable {
        /// What the block is said to be, such as `CERTIFICATE`.
        package let label: String
        /// The decoded bytes.
        package let content: [UInt8]
    }

    /// Writes `der` as a block, in lines of 64 characters.
    package static func encode(_ der: [UInt8], label: String) -> [UInt8] {
        let base64 = Data(der).base64EncodedString(
            options: [.lineLength64Characters, .endLineWithLineFeed]
        )
        let body = base64.isEmpty ? "" : base64 + "\n"
        return Array("-----BEGIN \(label)-----\n\(body)-----END \(label)-----\n".utf8)
    }

    /// Reads all blocks in `text`, in their order; may be none.
    ///
    /// Text outside the blocks, blank lines, spaces at the ends of lines and any line endings are
    /// fine. The time grows with the size of `text` and nothing else.
    ///
    /// - Throws: ``PKIError/damagedPEM(label:)`` where a block does not end, ends without having
    ///   begun, or is not base64.
    package static func blocks(in text: [UInt8]) throws(PKIError) -> [Block] {
        try scan(text)
    }

    /// Reads the blocks in `text`, taking each byte once.
    static func scan(_ text: some Sequence<UInt8>) throws(PKIError) -> [Block] {
        var scanner = PEMScanner()
        for byte in text {
            try scanner.take(byte)
        }
        return try scanner.finish()
    }
}

/// Finds the blocks in a text that arrives byte by byte.
private struct PEMScanner {
    private struct OpenBlock {
        let label: String
        var base64: [UInt8] = []
    }

    private var blocks: [PEM.Block] = []
    private var block: OpenBlock?
    private var line: [UInt8] = []

    /// Takes the next byte of the text.
    mutating func take(_ byte: UInt8) throws(PKIError) {
        switch byte {
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"): try endLine()
        case UInt8(ascii: " ") where line.isEmpty, UInt8(ascii: "\t") where line.isEmpty: break
        default: line.append(byte)
        }
    }

    /// Ends the text and returns what was found in it.
    mutating func finish() throws(PKIError) -> [PEM.Block] {
        try endLine()
        if let block { throw .damagedPEM(label: block.label) }
        return blocks
    }

    private mutating func endLine() throws(PKIError) {
        while line.last == UInt8(ascii: " ") || line.last == UInt8(ascii: "\t") {
            line.removeLast()
        }
        if let label = label(after: "-----BEGIN ") {
            try begin(label)
        } else if let label = label(after: "-----END ") {
            try end(label)
        } else {
            block?.base64 += line
        }
        line.removeAll(keepingCapacity: true)
    }

    private mutating func begin(_ label: String) throws(PKIError) {
        if let block { throw .damagedPEM(label: block.label) }
        block = OpenBlock(label: label)
    }

    private mutating func end(_ label: String) throws(PKIError) {
        guard let block, block.label == label, let content = Data(base64Encoded: Data(block.base64))
        else { throw .damagedPEM(label: label) }
        blocks.append(PEM.Block(label: label, content: Array(content)))
        self.block = nil
    }

    /// The label, when the line is a boundary that starts with `prefix`.
    private func label(after prefix: String) -> String? {
        let dashes = "-----"
        guard line.count >= prefix.utf8.count + dashes.utf8.count else { return nil }
        guard line.starts(with: prefix.utf8) else { return nil }
        guard line.suffix(dashes.utf8.count).elementsEqual(dashes.utf8) else { return nil }
        let label = line.dropFirst(prefix.utf8.count).dropLast(dashes.utf8.count)
        return String(decoding: label, as: UTF8.self)
    }
}

/// A line of a site's file that was copied from its `raw { }`.
package struct RawLine: Equatable, Sendable {
    /// What stands in it, without the blanks around it.
    package let text: String
    /// Its number in certctl.conf; `nil` where that has the same block more than once.
    package let number: Int?

    /// Finds the line in certctl.conf of which a line of a site's file is a copy; `nil` for a line that
    /// is not of `raw`.
    ///
    /// - Parameters:
    ///   - line: In the site's file, counted from 1.
    ///   - file: The site's file.
    ///   - raw: What stands between the braces of its `raw { }`.
    ///   - settings: certctl.conf.
    package init?(_ line: Int, of file: [UInt8], raw: [UInt8], settings: [UInt8]) {
        let newline = UInt8(ascii: "\n")
        // What cannot be parsed is never written.
        guard let block = (try? RawBlock(raw)).flatMap(\.self),
            let note = file.firstRange(of: Array("# \(ServerText.rawNote)\n".utf8)),
            file[note.upperBound...].starts(with: block.bytes)
        else { return nil }
        let first = file[..<note.upperBound].count { $0 == newline } + 1
        let lines = block.bytes.split(separator: newline, omittingEmptySubsequences: false)
        // The last of them is what follows the last line end.
        guard line >= first, line - first < lines.count - 1 else { return nil }
        let blanks = " \t\r".utf8
        let bytes = lines[line - first].drop { blanks.contains($0) }
        let end = bytes.lastIndex { !blanks.contains($0) }.map { $0 + 1 } ?? bytes.endIndex
        text = String(decoding: bytes[..<end], as: UTF8.self)
        let places = settings.ranges(of: raw)
        guard places.count == 1, let start = places.first?.lowerBound else {
            number = nil
            return
        }
        let before = raw.prefix { " \t\r\n".utf8.contains($0) }.count
        number = settings[..<(start + before)].count { $0 == newline } + 1 + line - first
    }
}

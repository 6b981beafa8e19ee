import Diagnostics

extension LineDiff {
    /// As `diff -u` shows it, harmless to print; in colour for a terminal.
    func text(isColoured: Bool) -> String {
        var text = ""
        for hunk in hunks {
            text +=
                "    @@ -\(hunk.oldStart),\(hunk.oldCount) +\(hunk.newStart),\(hunk.newCount) @@\n"
            for line in hunk.lines {
                let (mark, colour) =
                    switch line.change {
                    case .kept: (" ", "")
                    case .removed: ("-", "\u{1B}[31m")
                    case .added: ("+", "\u{1B}[32m")
                    }
                let words = String(decoding: line.bytes, as: UTF8.self).harmless(limit: 2000)
                let paint = isColoured && !colour.isEmpty
                text += "    \(paint ? colour : "")\(mark)\(words)\(paint ? "\u{1B}[0m" : "")\n"
            }
        }
        return text
    }
}

/// Text in lines that a terminal shows whole.
enum Paragraph {
    /// Parts `text` at spaces into lines of at most `width` characters; a word that is longer has
    /// a line of its own.
    static func lines(_ text: String, width: Int) -> [String] {
        var lines: [String] = []
        for word in text.split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= width {
                lines[lines.count - 1] += " \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }

    /// Parts a text at its empty lines.
    static func paragraphs(of text: String) -> [String] {
        text.split(separator: "\n\n").map { paragraph in
            paragraph.split(separator: "\n").joined(separator: " ")
        }
    }
}

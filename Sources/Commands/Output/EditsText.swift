import Diagnostics
import Workflows

/// What `certctl site edit` and `certctl site undo` show of files.
struct EditsText {
    let files: [EditedFile]
    var notes: [String] = []
    /// Whether it is only a plan, and the lines are shown.
    let isPlan: Bool

    func show(in context: CommandContext) {
        guard !context.isJSON else {
            let lines = files.map { file in
                FileLine(
                    action: Self.action(file),
                    path: file.path,
                    diff: isPlan ? Self.diff(of: file).text(isColoured: false) : nil
                )
            }
            return context.console.write(lines.map { JSONLine.text($0) }.joined())
        }
        if files.isEmpty {
            context.console.write("Nothing to do: nginx's files are as they should be.\n")
        }
        let isColoured = context.console.isAnswerRead
        for file in files {
            let word =
                switch Self.action(file) {
                case "create": isPlan ? "to be made" : "new"
                case "delete": isPlan ? "to go" : "gone"
                default: isPlan ? "to be changed" : "changed"
                }
            context.console.write("\(word): \(file.path.harmless())\n")
            guard isPlan else { continue }
            context.console.write(Self.diff(of: file).text(isColoured: isColoured))
        }
        for note in notes { context.console.write("note: \(note.harmless(limit: 2000))\n") }
    }

    private static func diff(of file: EditedFile) -> LineDiff {
        LineDiff(from: file.before ?? [], to: file.after ?? [])
    }

    private static func action(_ file: EditedFile) -> String {
        file.before == nil ? "create" : file.after == nil ? "delete" : "change"
    }
}

/// A file, and what becomes of it.
private struct FileLine: Encodable {
    let action: String
    let path: String
    /// Of a plan: what changes, as people are shown it.
    let diff: String?
}

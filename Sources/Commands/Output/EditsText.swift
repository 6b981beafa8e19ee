import Diagnostics
import Workflows

/// What `certctl site edit` and `certctl site undo` show of files.
struct EditsText {
    let files: [EditedFile]
    var notes: [String] = []
    /// Whether it is only a plan, and the lines are shown.
    let isPlan: Bool

    func write(to context: CommandContext) {
        guard !context.isJSON else {
            let lines = files.map { FileLine(action: Self.action($0), path: $0.path) }
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
            let diff = LineDiff(from: file.before ?? [], to: file.after ?? [])
            context.console.write(diff.text(isColoured: isColoured))
        }
        for note in notes { context.console.write("note: \(note.harmless(limit: 2000))\n") }
    }

    private static func action(_ file: EditedFile) -> String {
        file.before == nil ? "create" : file.after == nil ? "delete" : "change"
    }
}

/// A file, and what becomes of it.
private struct FileLine: Encodable {
    let action: String
    let path: String
}

import ACME
import CertificateStore
import Diagnostics
import Sites
import Workflows

/// What `certctl apply --dry-run` shows.
struct PlanText {
    private let plan: ApplySettings.Plan

    init(_ plan: ApplySettings.Plan) {
        self.plan = plan
    }

    func show(in context: CommandContext) {
        guard !context.isJSON else {
            return context.console.write(lines().map { JSONLine.text($0) }.joined())
        }
        guard !plan.isEmpty else {
            context.console.write("Nothing to do: this machine is as certctl.conf says.\n")
            return writeNotes(to: context)
        }
        for wanted in plan.missing {
            let names = wanted.names.map(\.value).joined(separator: " ")
            context.console.write("to be issued: \(names)\n")
        }
        for name in plan.pending { context.console.write("to be deployed: \(name)\n") }
        for path in plan.pairs {
            context.console.write(
                "changed: \(path), for the key is to be read as tls_group has it\n"
            )
        }
        if let files = plan.files { write(files, to: context) }
        writeNotes(to: context)
    }

    private func write(_ files: ManagedFilePlan, to context: CommandContext) {
        let directory = plan.directory.map { "\($0)/" } ?? ""
        let isColoured = context.console.isAnswerRead
        for write in files.writes {
            let word = write.old == nil ? "new" : "changed"
            context.console.write("\(word): \(directory)\(write.path)\n")
            context.console.write(write.diff.text(isColoured: isColoured))
        }
        for deletion in files.deletions {
            context.console.write("to go: \(directory)\(deletion.path)\n")
        }
        for conflict in files.conflicts {
            context.console.write(
                "left alone, since a person has changed it: \(directory)\(conflict.path)\n"
            )
            context.console.write(conflict.diff.text(isColoured: isColoured))
        }
    }

    private func writeNotes(to context: CommandContext) {
        for note in plan.notes { context.console.write("note: \(note)\n") }
    }

    /// A line of JSON for each thing to be done.
    private func lines() -> [PlanLine] {
        let directory = plan.directory.map { "\($0)/" } ?? ""
        let files = plan.files
        return plan.missing.map { wanted in
            PlanLine(action: "issue", names: wanted.names.map(\.value))
        }
            + plan.pending.map { PlanLine(action: "deploy", names: ["\($0)"]) }
            + plan.pairs.map { PlanLine(action: "change", path: $0) }
            + (files?.writes ?? []).map { write in
                PlanLine(
                    action: write.old == nil ? "create" : "change",
                    path: directory + write.path,
                    diff: write.diff.text(isColoured: false)
                )
            }
            + (files?.deletions ?? []).map { deletion in
                PlanLine(action: "delete", path: directory + deletion.path)
            }
            + (files?.conflicts ?? []).map { conflict in
                PlanLine(
                    action: "keep",
                    path: directory + conflict.path,
                    diff: conflict.diff.text(isColoured: false)
                )
            }
    }
}

/// One thing that is to be done.
private struct PlanLine: Encodable {
    let action: String
    var names: [String]?
    var path: String?
    /// What changes in the file, as people are shown it.
    var diff: String?
}

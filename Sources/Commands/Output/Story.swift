import ACME
import Diagnostics
import Synchronization

/// Standard error while a command runs: log lines, and on a terminal the names that are worked on,
/// each with its step, updated in place below them.
final class Story: Sendable {
    /// More names than these are told as a number.
    private static let mostLines = 10

    /// The names of one certificate, and how far it is.
    private struct Subject {
        var names: [String]
        var step: Issuance.Step
    }

    private struct Progress {
        var subjects: [Subject] = []
        /// How many lines of progress stand on the screen.
        var shown = 0
    }

    private let console: Console
    private let isQuiet: Bool
    private let isVerbose: Bool
    /// The home that the command was given.
    private let home: String?
    private let progress = Mutex(Progress())

    init(_ console: Console, isQuiet: Bool, isVerbose: Bool, home: String? = nil) {
        self.console = console
        self.isQuiet = isQuiet
        self.isVerbose = isVerbose
        self.home = home
    }

    /// The log whose lines become part of the story.
    var log: Log {
        Log(threshold: isVerbose ? .debug : isQuiet ? .warning : .notice) { self.tell($0) }
    }

    /// Tells how far the certificate for some names is, of which the first tells it from others.
    func show(_ step: Issuance.Step, _ names: [String]) {
        guard !isQuiet else { return }
        progress.withLock { progress in
            let known = progress.subjects.firstIndex { $0.names.first == names.first }
            if let known {
                guard progress.subjects[known].step != step else { return }
                progress.subjects[known] = Subject(names: names, step: step)
            } else {
                progress.subjects.append(Subject(names: names, step: step))
            }
            if console.isTerminal {
                redraw(&progress, above: "")
            } else {
                console.writeError("\(Self.subject(names)): \(step.rawValue)\n")
            }
        }
    }

    /// Takes the progress off the screen.
    func end() {
        progress.withLock { progress in
            progress.subjects = []
            redraw(&progress, above: "")
        }
    }

    private func tell(_ entry: Log.Entry) {
        let fields = entry.fields.sorted { $0.key < $1.key }.map { key, value in
            "\(key)=\(CommandsAtHome.text(value, home: home))"
        }
        let details = fields.isEmpty ? "" : " (\(fields.joined(separator: ", ")))"
        let mark =
            switch entry.level {
            case .error: "critical: "
            case .warning: "warning: "
            case .debug, .info, .notice: ""
            }
        let line = "\(mark)\(entry.message)\(details)\n"
        progress.withLock { redraw(&$0, above: line, entry.level) }
    }

    /// Writes `text` where the progress stood, and the progress again below it.
    private func redraw(
        _ progress: inout Progress,
        above text: String,
        _ level: Log.Level = .info
    ) {
        let up = progress.shown > 0 ? "\u{1B}[\(progress.shown)A\u{1B}[J" : ""
        guard console.isTerminal, !progress.subjects.isEmpty else {
            progress.shown = 0
            console.writeError(up + text, level)
            return
        }
        let all = progress.subjects.flatMap { subject in
            subject.names.map { "  \($0)  \(subject.step.rawValue) …\n" }
        }
        var lines = Array(all.prefix(Self.mostLines))
        let more = all.count - lines.count
        if more > 0 { lines.append("  and \(more) more\n") }
        progress.shown = lines.count
        console.writeError(up + text + lines.joined())
    }

    private static func subject(_ names: [String]) -> String {
        let first = names.first ?? ""
        return names.count > 1 ? "\(first) and \(names.count - 1) more" : first
    }
}

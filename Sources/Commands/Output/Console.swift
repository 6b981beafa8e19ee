import Diagnostics
import Glibc
import Platform

/// Standard output, standard error and the person in front of them.
struct Console: Sendable {
    /// Whether standard error is a terminal.
    let isTerminal: Bool
    /// Whether standard output is a terminal.
    let isAnswerRead: Bool
    /// Whether standard error goes to the journal, where each line says how much it matters.
    let isJournal: Bool
    /// Whether someone can be asked.
    let isInteractive: Bool
    private let output: @Sendable (_ text: String, _ descriptor: Int32) -> Void
    private let input: @Sendable () -> String?

    /// The process's own, as `manager` has started it.
    static func live(_ manager: ServiceManager) -> Console {
        Console(
            isTerminal: isatty(STDERR_FILENO) == 1,
            isAnswerRead: isatty(STDOUT_FILENO) == 1,
            isJournal: manager.journal?.isConnected(to: STDERR_FILENO) ?? false,
            isInteractive: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
            output: Self.writeAll,
            input: { readLine() }
        )
    }

    init(
        isTerminal: Bool,
        isAnswerRead: Bool = false,
        isJournal: Bool = false,
        isInteractive: Bool,
        output: @escaping @Sendable (_ text: String, _ descriptor: Int32) -> Void,
        input: @escaping @Sendable () -> String?
    ) {
        self.isTerminal = isTerminal
        self.isAnswerRead = isAnswerRead
        self.isJournal = isJournal
        self.isInteractive = isInteractive
        self.output = output
        self.input = input
    }

    /// Writes a part of the answer.
    func write(_ text: String) {
        output(text, STDOUT_FILENO)
    }

    /// Writes a part of the story, whole lines; to the journal each with its priority.
    func writeError(_ text: String, _ level: Log.Level = .info) {
        guard isJournal else { return output(text, STDERR_FILENO) }
        let lines = text.split(separator: "\n").map { "<\(level.priority)>\($0)\n" }
        output(lines.joined(), STDERR_FILENO)
    }

    /// Asks a question that is answered with yes or no; no is what an empty answer means.
    func confirms(_ question: String) -> Bool {
        writeError("\(question) [y/N] ")
        let answer = input()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    private static func writeAll(_ text: String, _ descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            // A reader that has gone (`| head`) is no reason to stop the work.
            guard count > 0 || errno == EINTR else { return }
            rest = rest.dropFirst(max(0, count))
        }
    }
}

extension Log.Level {
    /// The number that syslog has for it.
    ///
    /// Source: RFC 5424 §6.2.1.
    var priority: Int {
        switch self {
        case .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        }
    }
}

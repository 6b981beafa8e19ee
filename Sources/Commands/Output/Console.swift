import Diagnostics
import Glibc
import Platform
import Synchronization

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
    /// Returns the number of the error that has kept the text from being written whole.
    private let output: @Sendable (_ text: String, _ descriptor: Int32) -> Int32?
    private let answer = Answer()
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
        output: @escaping @Sendable (_ text: String, _ descriptor: Int32) -> Int32?,
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
        if let number = output(text, STDOUT_FILENO) { answer.note(number) }
    }

    /// Whether the answer has reached whoever asked, as far as he wanted to have it.
    ///
    /// Throws ``LostAnswer``.
    func checkAnswer() throws(LostAnswer) {
        guard let number = answer.trouble, number != EPIPE else { return }
        throw LostAnswer(reason: SystemCallError("write", code: number).reason)
    }

    /// Writes a part of the story, whole lines; to the journal each with its priority.
    func writeError(_ text: String, _ level: Log.Level = .info) {
        let lines = text.split(separator: "\n").map { "<\(level.priority)>\($0)\n" }
        // There is nowhere to tell of it.
        _ = output(isJournal ? lines.joined() : text, STDERR_FILENO)
    }

    /// Asks a question that is answered with yes or no; no is what an empty answer means.
    func confirms(_ question: String) -> Bool {
        writeError("\(question) [y/N] ")
        let answer = input()?.lowercased() ?? ""
        return answer == "y" || answer == "yes"
    }

    private static func writeAll(_ text: String, _ descriptor: Int32) -> Int32? {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            // A reader that has gone (`| head`) is no reason to stop the work.
            guard count > 0 || errno == EINTR else { return errno }
            rest = rest.dropFirst(max(0, count))
        }
        return nil
    }
}

/// What has become of the answer.
private final class Answer: Sendable {
    private let first = Mutex<Int32?>(nil)

    /// The first error in writing it.
    var trouble: Int32? { first.withLock { $0 } }

    func note(_ number: Int32) {
        first.withLock { $0 = $0 ?? number }
    }
}

/// The answer could not be written, as to a disk that is full.
struct LostAnswer: Error, Equatable, Diagnosable {
    let reason: String

    var diagnosis: Diagnosis {
        Diagnosis(
            what: "what certctl has to say could not be written",
            why: reason,
            fix: "what was asked for is done; to see it, look with: certctl list",
            exitCode: .store
        )
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

import Glibc

/// Standard output, standard error and the person in front of them.
struct Console: Sendable {
    /// Whether standard error is a terminal.
    let isTerminal: Bool
    /// Whether someone can be asked.
    let isInteractive: Bool
    private let output: @Sendable (_ text: String, _ descriptor: Int32) -> Void
    private let input: @Sendable () -> String?

    /// The process's own.
    static var live: Console {
        Console(
            isTerminal: isatty(STDERR_FILENO) == 1,
            isInteractive: isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1,
            output: Self.writeAll,
            input: { readLine() }
        )
    }

    init(
        isTerminal: Bool,
        isInteractive: Bool,
        output: @escaping @Sendable (_ text: String, _ descriptor: Int32) -> Void,
        input: @escaping @Sendable () -> String?
    ) {
        self.isTerminal = isTerminal
        self.isInteractive = isInteractive
        self.output = output
        self.input = input
    }

    /// Writes a part of the answer.
    func write(_ text: String) {
        output(text, STDOUT_FILENO)
    }

    /// Writes a part of the story.
    func writeError(_ text: String) {
        output(text, STDERR_FILENO)
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

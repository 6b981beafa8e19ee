/// Runs another program.
package protocol ProcessRunner: Sendable {
    /// Runs `command` to its end.
    ///
    /// - Throws: ``ProcessError`` when it could not be started.
    func run(_ command: ChildCommand) async throws(ProcessError) -> ChildResult
}

/// What is run, and all that it gets to see.
package struct ChildCommand: Equatable, Sendable {
    /// An absolute path; no shell is involved and `PATH` is not searched.
    package var executable: String
    /// The arguments after the program's own name.
    package var arguments: [String]
    /// The whole environment; nothing is inherited.
    package var environment: [String: String]
    package var workingDirectory: String
    /// After this long the process group gets SIGTERM, and SIGKILL when it stays.
    package var timeLimit: Duration
    /// How many bytes of its output are kept, from the end; the rest is read and dropped.
    package var outputLimit: Int

    package init(
        executable: String,
        arguments: [String],
        environment: [String: String],
        workingDirectory: String,
        timeLimit: Duration,
        outputLimit: Int
    ) {
        self.executable = executable
        self.arguments = arguments
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.timeLimit = timeLimit
        self.outputLimit = outputLimit
    }
}

/// How it ended.
package struct ChildResult: Equatable, Sendable {
    /// How a program came to its end.
    package enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)
        /// It was ended because it took too long.
        case timedOut
    }

    package var ending: Ending
    /// What it wrote to standard output and standard error, in the order written.
    package var output: [UInt8]

    package init(ending: Ending, output: [UInt8]) {
        self.ending = ending
        self.output = output
    }
}

/// Why a program could not be started.
package struct ProcessError: Error, Equatable {
    package let executable: String
    /// The system's words.
    package let reason: String

    package init(executable: String, reason: String) {
        self.executable = executable
        self.reason = reason
    }
}

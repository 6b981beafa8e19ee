/// What an operator needs to know about a failure: what broke, why, and what to do next.
package struct Diagnosis: Equatable, Sendable {
    /// What could not be done, in one line, naming the thing that was being worked on.
    package var what: String
    /// Why, in the words of whoever refused: the CA's `detail`, `strerror`, nginx's own message.
    package var why: String
    /// The next thing to try; a command that can be pasted where there is one.
    package var fix: String
    /// The status that the process ends with.
    package var exitCode: ExitCode

    package init(what: String, why: String, fix: String, exitCode: ExitCode) {
        self.what = what
        self.why = why
        self.fix = fix
        self.exitCode = exitCode
    }
}

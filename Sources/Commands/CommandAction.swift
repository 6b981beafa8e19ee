/// One of the things that a command with actions can do, as in `certctl account show`.
struct CommandAction: Equatable, Sendable {
    let name: String
    let summary: String
    /// What follows the action's name, as in `NAME…`.
    var operands = ""
    /// What the shell offers for each of these.
    var completes = Completion.nothing

    /// Name and operands, as in `show NAME`.
    var form: String { operands.isEmpty ? name : "\(name) \(operands)" }
}

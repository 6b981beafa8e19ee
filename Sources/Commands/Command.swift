import Platform
import Workflows

/// One subcommand.
///
/// It decides nothing: it reads its arguments, calls one workflow and prints.
protocol Command: Sendable {
    static var name: String { get }
    static var summary: String { get }
    /// What follows the name, as in `NAME…`.
    static var operands: String { get }
    /// The options besides ``CommandOption/common``.
    static var options: [CommandOption] { get }
    /// Whether it looks at the store; what does not can be run by anyone.
    static var usesStore: Bool { get }
    /// Whether the installed store is for root alone to use with it.
    static var needsRoot: Bool { get }
    /// Whether it makes a home that is not there yet.
    static var makesHome: Bool { get }

    /// Throws ``UsageError`` or another diagnosable error for arguments that make no sense.
    init(_ arguments: ParsedArguments) throws

    func run(in context: CommandContext) async throws
}

extension Command {
    static var usesStore: Bool { true }
    static var needsRoot: Bool { true }
    static var makesHome: Bool { false }

    static var usage: String {
        let rest = operands.isEmpty ? "" : " \(operands)"
        return "certctl \(name)\(rest)\(options.isEmpty ? "" : " [options]")"
    }
}

/// What a command runs in.
struct CommandContext: Sendable {
    let services: Services
    let console: Console
    let story: Story
    let isJSON: Bool
    /// Whoever started this process as a service.
    var manager = ServiceManager()
}

import CertificateStore
import Diagnostics
import Platform
import Workflows

/// One subcommand.
///
/// It decides nothing: it reads its arguments, calls one workflow and prints. Help, manual and
/// completions are made from what it tells of itself.
protocol Command: Sendable {
    static var name: String { get }
    /// What it does, in one line without a full stop.
    static var summary: String { get }
    /// What follows the name, as in `NAME…`; the names of the actions where there are any.
    static var operands: String { get }
    /// What the shell offers for each operand of a command without actions.
    static var operandCompletion: Completion { get }
    /// What its first operand can be, for a command that does one of several things.
    static var actions: [CommandAction] { get }
    /// The options besides ``CommandOption/common``.
    static var options: [CommandOption] { get }
    /// More about it: paragraphs, parted by empty lines, for its page and the manual.
    static var discussion: String { get }
    static var examples: [CommandExample] { get }
    static var group: CommandGroup { get }
    /// Whether it looks at the store; what does not can be run by anyone.
    static var usesStore: Bool { get }
    /// Whether the installed store is for root alone to use with it.
    static var needsRoot: Bool { get }
    /// Whether the owner of the installed store may run it too, who need not be root.
    static var isForOwner: Bool { get }
    /// Whether it makes a home that is not there yet.
    static var makesHome: Bool { get }

    /// Throws ``UsageError`` or another diagnosable error for arguments that make no sense.
    init(_ arguments: ParsedArguments) throws

    /// How much of it is for the store's owner to do where root runs it in the store of somebody else.
    var ownersShare: OwnersShare { get }

    func run(in context: CommandContext) async throws
}

extension Command {
    static var operands: String { actions.map(\.name).joined(separator: "|") }
    static var operandCompletion: Completion { .nothing }
    static var actions: [CommandAction] { [] }
    static var options: [CommandOption] { [] }
    static var discussion: String { "" }
    static var examples: [CommandExample] { [] }
    static var group: CommandGroup { .certificates }
    static var usesStore: Bool { true }
    static var needsRoot: Bool { true }
    static var isForOwner: Bool { false }
    static var makesHome: Bool { false }
    var ownersShare: OwnersShare { .nothing }

    /// Name and operands, as in `show NAME`.
    static var form: String { operands.isEmpty ? name : "\(name) \(operands)" }

    static var usage: String { "certctl \(form)\(options.isEmpty ? "" : " [options]")" }

    /// The action that the first operand names.
    ///
    /// Throws ``UsageError/wrongOperands(usage:)`` where there is no operand, and
    /// ``UsageError/unknownAction(_:of:known:suggestion:)``.
    static func action(_ arguments: ParsedArguments) throws(UsageError) -> CommandAction {
        guard let name = arguments.operands.first else { throw .wrongOperands(usage: usage) }
        guard let action = actions.first(where: { $0.name == name }) else {
            let known = actions.map(\.name)
            let suggestion = Suggestion.closest(to: name, among: known)
            throw .unknownAction(name, of: Self.name, known: known, suggestion: suggestion)
        }
        return action
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
    /// The store's owner, where this process is root's and its command has a share for him.
    var owner: StoreOwner?
    /// Whether this process does the share of the store's owner for one of root's, which tells what
    /// came of it.
    var isOwnersShare = false

    /// Writes a part of the answer for people, with its commands made for the home that was given.
    func tell(_ text: String) { console.write(homed(text)) }

    /// The text with its commands made for the home that was given.
    func homed(_ text: String) -> String {
        CommandsAtHome.text(text, home: services.layout.home)
    }
}

/// How much of a command the store's owner does.
enum OwnersShare: Sendable {
    case nothing
    /// What comes before certificates are brought into use.
    case issuing
    case everything
}

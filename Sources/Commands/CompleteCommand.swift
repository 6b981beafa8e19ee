import CertificateStore
import Platform
import Workflows

/// `certctl complete -- WORD…`: what the scripts of ``Shell`` ask at each press of the tab key.
///
/// The words are those after the program's name; the last is the one being typed, and may be
/// empty. Prints a ``CompletionReply``.
struct CompleteCommand: Command {
    static let name = "complete"
    static let summary = "tells a shell how a command line can go on"
    static let operands = "-- WORD…"
    static let group = CommandGroup.program
    /// The home is the one on the line that is being typed.
    static let usesStore = false

    private let words: [String]

    init(_ arguments: ParsedArguments) throws {
        guard !arguments.operands.isEmpty else {
            throw UsageError.wrongOperands(usage: Self.usage)
        }
        words = arguments.operands
    }

    func run(in context: CommandContext) {
        let completer = Completer(commands: CommandTable.commands) { home in
            Self.lineages(home, context.services)
        }
        let reply = completer.reply(after: words.dropLast(), typing: words.last ?? "")
        context.console.write(reply.text)
    }

    /// The names in the store; none where there is no store, or it may not be read.
    private static func lineages(_ home: String?, _ services: Services) -> [String] {
        var layout = StoreLayout.system
        if let home {
            guard let real = RealPath.of(home) else { return [] }
            layout = StoreLayout(home: real)
        }
        let store = CertificateStore(layout, in: services.fileSystem, user: services.user)
        // Nobody wants to read of a failure in the middle of a line being typed.
        let names = (try? store.lineageNames()) ?? []
        return names.map(\.description)
    }
}

import CertificateStore
package import Diagnostics
import Platform
import Workflows

/// The program: arguments in, exit code out.
package enum Run {
    /// Runs the command that `arguments` (without the program's name) ask for.
    package static func main(_ arguments: [String]) async -> ExitCode {
        let surroundings = LiveProcess.prepare()
        let console = Console.live(surroundings.manager)
        do {
            try await dispatch(arguments, console, surroundings)
            try console.checkAnswer()
            return .success
        } catch let error as OwnersFailure where error.isTold {
            return error.exitCode
        } catch {
            var diagnosis = Self.diagnosis(of: error)
            let home = CommandsAtHome.home(in: arguments)
            diagnosis.fix = CommandsAtHome.text(diagnosis.fix, home: home)
            report(diagnosis, console, isJSON: arguments.contains("--json"))
            return diagnosis.exitCode
        }
    }

    private static func dispatch(
        _ arguments: [String],
        _ console: Console,
        _ surroundings: LiveProcess.Surroundings
    ) async throws {
        let manager = surroundings.manager
        let words = Self.commandFirst(arguments)
        guard let name = words.first else {
            console.write(Help.overview)
            throw UsageError.wrongOperands(usage: "certctl COMMAND …")
        }
        let type = try CommandTable.command(named: name)
        let options = type.options + CommandOption.common + CommandOption.owners
        let parsed = try ParsedArguments(words.dropFirst(), options: options)
        guard !parsed.has("help") else {
            console.write(Help.page(of: type))
            return
        }
        let command = try type.init(parsed)
        let story = Story(
            console,
            isQuiet: parsed.has("quiet"),
            isVerbose: parsed.has("verbose"),
            home: parsed["home"]
        )
        let isOwnersShare = parsed.has(CommandOption.ownersShare.name)
        // The others say what the first one is about.
        let stray = CommandOption.owners.first { parsed.has($0.name) }
        if let stray, !isOwnersShare {
            throw UsageError.unknownOption(stray.flag, suggestion: nil)
        }
        let services = try Services.live(
            parsed,
            command: type,
            sockets: isOwnersShare ? InheritedSockets(manager) : InheritedSockets(),
            engine: surroundings.engine,
            log: story.log
        )
        var context = CommandContext(
            services: services,
            console: console,
            story: story,
            isJSON: parsed.has("json"),
            manager: manager
        )
        context.isOwnersShare = isOwnersShare
        defer { story.end() }
        if command.ownersShare != .nothing, try services.store.role() == .deploying {
            // Who does not lay root's rights down before is not to go on.
            guard !isOwnersShare else {
                throw UsageError.unknownOption(CommandOption.ownersShare.flag, suggestion: nil)
            }
            context.owner = StoreOwner(
                try services.store.owner(),
                words: StoreOwner.words(type, parsed),
                journal: manager.journal,
                runner: OwnerProcess(),
                listener: SocketListener()
            )
        }
        try await Self.run(command, in: context)
    }

    /// Runs a command, or has the store's owner run it where it is for him as a whole.
    static func run(_ command: any Command, in context: CommandContext) async throws {
        guard let owner = context.owner, command.ownersShare == .everything else {
            return try await command.run(in: context)
        }
        try await owner.run(in: context.services).conclude()
    }

    /// Lets the common options stand before the command too, and the usual words for help.
    static func commandFirst(_ arguments: [String]) -> [String] {
        switch arguments.first {
        case "--version": return ["version"] + arguments.dropFirst()
        case "--help", "-h": return ["help"] + arguments.dropFirst()
        default: break
        }
        var front: [String] = []
        var rest = arguments[...]
        while let word = rest.first, word.hasPrefix("--") {
            front.append(rest.removeFirst())
            if word == "--home", let value = rest.popFirst() { front.append(value) }
        }
        guard let command = rest.popFirst() else {
            if front.contains("--version") {
                return ["version"] + front.filter { $0 != "--version" }
            }
            return front.contains("--help") ? ["help"] : []
        }
        return [command] + front + rest
    }

    /// A failure as what, why and fix; one that cannot explain itself is a bug.
    static func diagnosis(of error: any Error) -> Diagnosis {
        if let error = error as? any Diagnosable { return error.diagnosis }
        return Diagnosis(
            what: "certctl has met a case that it was not made for",
            why: "\(error)".harmless(limit: 500),
            fix: "please report this line as a bug; nothing that was stored is lost",
            exitCode: .internalError
        )
    }

    private static func report(_ diagnosis: Diagnosis, _ console: Console, isJSON: Bool) {
        console.writeError(
            """
            certctl: \(diagnosis.what)
              why: \(diagnosis.why)
              fix: \(diagnosis.fix)

            """,
            .error
        )
        guard isJSON else { return }
        console.write(JSONLine.text(FailureLine(diagnosis)))
    }
}

/// A failure as a line of JSON, with the same facts as the text.
private struct FailureLine: Encodable {
    let error: String
    let why: String
    let fix: String
    let exitCode: Int32

    init(_ diagnosis: Diagnosis) {
        error = diagnosis.what
        why = diagnosis.why
        fix = diagnosis.fix
        exitCode = diagnosis.exitCode.rawValue
    }
}

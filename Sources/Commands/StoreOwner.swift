import CertificateStore
import Diagnostics
import Platform
import Workflows

/// The user who issues in a store in which root only brings into use: his share of a command is done
/// by another process of certctl, which is his.
struct StoreOwner: Sendable {
    /// What the person gives to root alone.
    private static let rootsOptions: Set = ["deploy-hook", "to", "kind"]

    private let user: UInt32
    private let arguments: [String]
    private let journal: JournalStream?
    private let runner: any OwnerRunner
    private let listener: any Listener

    /// Names the owner; `words` are the arguments of his process.
    init(
        _ user: UInt32,
        words: [String],
        journal: JournalStream?,
        runner: any OwnerRunner,
        listener: any Listener
    ) {
        self.user = user
        arguments = words
        self.journal = journal
        self.runner = runner
        self.listener = listener
    }

    /// The same command for the owner: with paths that mean the same wherever he is, and without what
    /// is root's.
    static func words(_ command: any Command.Type, _ arguments: ParsedArguments) -> [String] {
        [command.name, CommandOption.ownersShare.flag]
            + arguments.words { option, value in
                rootsOptions.contains(option.name) ? nil : absolute(value, of: option)
            }
    }

    private static func absolute(_ value: String, of option: CommandOption) -> String {
        switch option.completes {
        case .file where value == ArgumentValues.systemRoots && option.name == "ca-roots":
            return value
        case .file, .directory:
            return RealPath.ofNewFile(value) ?? value
        case .choices(let forms):
            // As in `webroot:DIR`.
            guard let colon = value.firstIndex(of: ":"),
                forms.contains(where: { $0.hasPrefix(value[...colon]) })
            else { return value }
            let path = String(value[colon...].dropFirst())
            return value[...colon] + (RealPath.of(path) ?? path)
        case .nothing, .lineages, .commands:
            return value
        }
    }

    /// Has the owner do his share, with what else is to be said of it; listens for him at `ports`, as
    /// far as they are to be had.
    func run(
        _ further: [String] = [],
        listeningAt ports: OwnersPorts = OwnersPorts(),
        in services: Services
    ) async -> OwnersEnding {
        let open = await ports.open(services, listener)
        let ending = await run(further, passing: open.sockets)
        // Whoever is in the way may help as well: only where nothing came of it is he to be told of.
        if case .ended(let code) = ending, code == .configuration {
            open.tellObstacles(services.log)
        }
        return ending
    }

    private func run(
        _ further: [String],
        passing sockets: [(name: String, socket: ListeningSocket)]
    ) async -> OwnersEnding {
        // Behind the command: what comes last may be operands.
        let words = Array(arguments.prefix(1)) + further + arguments.dropFirst()
        var command = OwnerCommand(user: user, arguments: words, sockets: sockets)
        command.journal = journal
        do {
            let ending = try await runner.run(command)
            guard case .exited(let status) = ending, let code = ExitCode(rawValue: status) else {
                return .died(user: user, ending)
            }
            return .ended(code)
        } catch {
            return .notStarted(user: user, error)
        }
    }
}

/// What root's process has bound for this one.
struct InheritedSockets: Sendable {
    private let ports: [ListeningSocket]
    /// What a proxy passes challenges to.
    let challenge: ListeningSocket?

    /// Nothing.
    init() {
        ports = []
        challenge = nil
    }

    /// Takes over what was passed on, as it is said in variables.
    init(_ manager: ServiceManager) throws {
        let passed = try manager.activation.sockets(of: LiveProcess.pid)
        ports = try passed.filter { $0.name == OwnersPorts.Name.port }.map { socket in
            try socket.claim(type: .stream, isLocal: false)
        }
        challenge = try passed.first { $0.name == OwnersPorts.Name.challengeSocket }
            .map { try $0.claim(type: .stream, isLocal: true) }
    }

    /// Listens there, and wherever this process may itself.
    var listener: any Listener { InheritedListener(ports, or: SocketListener()) }
}

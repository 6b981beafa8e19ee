import CertificateStore
import Diagnostics
import Platform

/// The user who issues in a store in which root only brings into use: his share of a command is done
/// by another process of certctl, which is his.
struct StoreOwner: Sendable {
    /// What the person gives to root alone.
    private static let rootsOptions: Set = ["deploy-hook"]

    private let user: UInt32
    private let arguments: [String]
    private let journal: JournalStream?
    private let runner: any OwnerRunner
    private let listener: any Listener
    private let log: Log

    /// Names the owner; `words` are the arguments of his process.
    init(
        _ user: UInt32,
        words: [String],
        journal: JournalStream?,
        runner: any OwnerRunner,
        listener: any Listener,
        log: Log
    ) {
        self.user = user
        arguments = words
        self.journal = journal
        self.runner = runner
        self.listener = listener
        self.log = log
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

    /// Has the owner do his share; listens for him at `endpoints`, as far as they are free.
    func run(listeningAt endpoints: Set<Endpoint> = []) async -> OwnersEnding {
        var command = OwnerCommand(
            user: user,
            arguments: arguments,
            sockets: endpoints.flatMap(listen).map { (InheritedPort.name, $0) }
        )
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

    private func listen(at endpoint: Endpoint) -> [ListeningSocket] {
        do throws(ListenError) {
            return try listener.listen(at: endpoint)
        } catch {
            // Whoever holds it may pass challenges on; the owner finds that out.
            log.info("a port is not to be had", ["port": "\(endpoint.port)", "reason": "\(error)"])
            return []
        }
    }
}

/// A port that was bound for this process by root's.
enum InheritedPort {
    /// The name that it is passed on by.
    static let name = "http"

    /// A listener with the ports that this process was given, if any.
    static func listener(_ manager: ServiceManager) throws -> any Listener {
        let passed = try manager.activation.sockets(of: LiveProcess.pid)
        let sockets = try passed.filter { $0.name == name }.map { socket in
            try socket.claim(type: .stream, isLocal: false)
        }
        return InheritedListener(sockets, or: SocketListener())
    }
}

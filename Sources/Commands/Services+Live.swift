import CertificateStore
import Deployment
import Diagnostics
import Platform
import Workflows

extension Services {
    /// The longest path that a Unix socket can have.
    ///
    /// Source: unix(7).
    private static let socketPathLimit = 107
    private static let longestSocket = "/run/challenge/http01.sock"

    /// The real machine.
    ///
    /// Throws ``UsageError`` for a home that cannot be used, and for an ordinary user without one.
    static func live(
        _ arguments: ParsedArguments,
        command: any Command.Type,
        sockets: InheritedSockets,
        engine: [String: String],
        log: Log
    ) throws -> Services {
        let fileSystem = POSIXFileSystem()
        let layout = command.usesStore ? try layout(arguments, command, fileSystem) : .system
        let solvers = HTTP01Solvers(
            layout,
            fileSystem: fileSystem,
            listener: sockets.listener,
            challenge: sockets.challenge,
            log: log
        )
        var services = Services(
            layout: layout,
            fileSystem: fileSystem,
            clock: SystemClock(),
            processes: SpawnProcessRunner(),
            user: LiveProcess.user,
            log: log,
            makeTransport: { roots in
                try CurlTransport(roots: roots, userAgent: "certctl/\(VersionCommand.version)")
            },
            makeSolver: { settings in solvers.solver(for: settings) }
        )
        services.proxy = .live(user: LiveProcess.user, engine)
        return services
    }

    private static func layout(
        _ arguments: ParsedArguments,
        _ command: any Command.Type,
        _ fileSystem: any FileSystem
    ) throws -> StoreLayout {
        guard let home = arguments["home"] else {
            let user = LiveProcess.user
            let store = CertificateStore(.system, in: fileSystem, user: user)
            // The owner's share of what root was asked for is his, whatever he may do by himself.
            let isForOwner = command.isForOwner || arguments.has(CommandOption.ownersShare.name)
            guard user == 0 || !command.needsRoot || isForOwner && store.isOfUser else {
                throw UsageError.needsRoot(command: command.name)
            }
            return .system
        }
        let real = try realHome(home, mayBeMissing: command.makesHome)
        // The paths below it stand in nginx's configuration, where these mean something.
        guard real != "/", !real.unicodeScalars.contains(where: { $0.value < 32 }),
            !real.contains(where: { "\"\\$".contains($0) })
        else {
            throw UsageError.unusableForm(
                option: "home",
                value: real,
                form: "a folder other than /, without quotes, backslashes and dollar signs"
            )
        }
        guard real.utf8.count + longestSocket.utf8.count <= socketPathLimit else {
            throw UsageError.homeTooLong(real, limit: socketPathLimit - longestSocket.utf8.count)
        }
        return StoreLayout(home: real)
    }

    /// Makes a home's path absolute; one that is missing needs a parent that is there.
    private static func realHome(
        _ home: String,
        mayBeMissing: Bool
    ) throws(UsageError) -> String {
        if let real = RealPath.of(home) { return real }
        guard mayBeMissing else {
            throw .unusableFile(option: "home", path: home, reason: "there is no such folder")
        }
        var parts = home.split(separator: "/", omittingEmptySubsequences: false)
        while parts.last?.isEmpty == true { parts.removeLast() }
        let name = parts.popLast() ?? ""
        let parent = parts.isEmpty ? "." : parts == [""] ? "/" : parts.joined(separator: "/")
        guard let real = RealPath.of(parent), !name.isEmpty, name != "..", name != "." else {
            throw .unusableFile(
                option: "home",
                path: home,
                reason: "its parent folder is not there"
            )
        }
        return real == "/" ? "/\(name)" : "\(real)/\(name)"
    }
}

extension ProxyAccess {
    /// The real engine, where the caller's variables say it is, and this host's own nginx.
    fileprivate static func live(user: UInt32, _ variables: [String: String]) -> ProxyAccess {
        let finder = NginxFinder(host: LiveHostView(), processes: SpawnProcessRunner()) {
            let endpoints = try DockerEndpoint.candidates(environment: variables, user: user)
            return try await EngineClient.connected(
                toFirstOf: endpoints,
                clock: SystemClock()
            ) { endpoint in
                try CurlTransport(
                    socket: endpoint.path,
                    userAgent: "certctl/\(VersionCommand.version)"
                )
            }
        }
        return ProxyAccess(probe: TLSProbe(), host: LiveHostView()) { place in
            try await finder.find(at: place)
        }
    }
}

import CertificateStore
import Diagnostics
import HTTP01
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
        log: Log
    ) throws -> Services {
        let fileSystem = POSIXFileSystem()
        return Services(
            layout: command.usesStore ? try layout(arguments, command, fileSystem) : .system,
            fileSystem: fileSystem,
            clock: SystemClock(),
            processes: SpawnProcessRunner(),
            user: LiveProcess.user,
            log: log,
            makeTransport: { roots in
                try CurlTransport(roots: roots, userAgent: "certctl/\(VersionCommand.version)")
            },
            makeSolver: { settings in
                StandaloneSolver(
                    at: Endpoint(address: settings.address, port: settings.port),
                    listener: SocketListener(),
                    log: log
                )
            }
        )
    }

    private static func layout(
        _ arguments: ParsedArguments,
        _ command: any Command.Type,
        _ fileSystem: POSIXFileSystem
    ) throws -> StoreLayout {
        guard let home = arguments["home"] else {
            guard LiveProcess.user == 0 else { throw UsageError.needsRoot(command: command.name) }
            return .system
        }
        if RealPath.of(home) == nil { try makeHome(home, fileSystem) }
        guard let real = RealPath.of(home) else {
            throw UsageError.unusableFile(option: "home", path: home, reason: "it cannot be made")
        }
        guard real.utf8.count + longestSocket.utf8.count <= socketPathLimit else {
            throw UsageError.homeTooLong(real, limit: socketPathLimit - longestSocket.utf8.count)
        }
        return StoreLayout(home: real)
    }

    /// Makes the home itself; its parent has to be there.
    private static func makeHome(_ home: String, _ fileSystem: POSIXFileSystem) throws {
        let path = home.hasSuffix("/") ? String(home.dropLast()) : home
        do {
            try fileSystem.makeDirectory(path, .publicDirectory)
        } catch {
            throw UsageError.unusableFile(option: "home", path: home, reason: error.text)
        }
    }
}

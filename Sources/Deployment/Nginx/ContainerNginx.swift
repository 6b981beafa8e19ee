import Diagnostics
import FoundationEssentials
package import Platform

/// nginx in a container, spoken to through the container engine.
package struct ContainerNginx: NginxInstance {
    /// A name that cannot be resolved holds nginx up for 10 s and more, and there may be several.
    private static let timeLimit: Duration = .seconds(60)
    private static let shortOutput = 1 << 20
    private static let dumpLimit = 64 << 20
    private static let program = "nginx"

    /// The container as it was found.
    package let container: Container
    package let paths: PathMap
    let engine: EngineClient
    private let host: any HostView
    /// The options that its nginx was started with, for a second one to mean the same files.
    private let options: [String]
    /// Whose network it has: its own, or that of the container that it shares one with.
    let network: Container

    /// Takes a container that was found, if nginx runs in it.
    ///
    /// - Throws: ``DeploymentError/notRunning(_:)`` with all that explains why it does not.
    package init(_ container: Container, engine: EngineClient, host: any HostView) async throws {
        self.container = container
        self.engine = engine
        self.host = host
        paths = Self.paths(of: container, host: host)
        let examiner = ContainerExaminer(engine: engine, paths: paths)
        if let trouble = try await examiner.trouble(with: container) {
            throw DeploymentError.notRunning(trouble)
        }
        let master = try await examiner.master(of: container).master
        options = NginxTitle.options(of: master.title)
        let mode = container.networkMode
        let shared = mode.hasPrefix("container:") ? mode.dropFirst("container:".count) : ""
        network = shared.isEmpty ? container : try await engine.container(String(shared))
    }

    package var place: String { "nginx in the container \(container.name)" }

    /// Tells how to let it see `volumes`, which it does not see now.
    package func override(adding volumes: [ComposeOverride.Volume]) -> ComposeOverride {
        ComposeOverride(
            for: container,
            missing: volumes,
            absent: volumes.map(\.source).filter { host.realPath(of: $0) == nil },
            tool: engine.tool
        )
    }

    package var hasIPv6: Bool { host.speaksIPv6 }

    package func configuration() async throws -> NginxDump {
        let result: CommandResult
        do {
            result = try await run(["-V", "-T"], limit: Self.dumpLimit)
        } catch EngineError.brokenStream(_, _, let reason)
            where reason.hasSuffix("longer than \(Self.dumpLimit) bytes")
        {
            throw DeploymentError.dumpTooLong(place: place, limit: Self.dumpLimit)
        }
        return NginxDump(
            isAccepted: result.exitCode == 0,
            said: result.errors,
            text: result.output,
            paths: paths
        )
    }

    package func test() async throws -> NginxVerdict {
        verdict(try await run(["-t"]))
    }

    package func reload() async throws {
        // By nginx itself, not by the engine's /kill: that switches the restart policy off, and
        // would meet whatever is the first process.
        let result = try await run(["-s", "reload"])
        guard result.exitCode == 0 else { throw failure("nginx -s reload", result) }
    }

    package func snapshot() async throws -> NginxSnapshot {
        let current = try await inspect()
        let examiner = examiner
        if let trouble = try await examiner.trouble(with: current) {
            throw DeploymentError.notRunning(trouble)
        }
        let (master, processes) = try await examiner.master(of: current)
        return NginxSnapshot(
            container: current.id,
            started: current.state.started,
            restartCount: current.restartCount,
            master: master.pid,
            workers: Self.workers(of: master, among: processes)
        )
    }

    package func log(lines: Int, since: Int?) async throws -> [String] {
        let log = try await engine.log(of: container, lines: lines, since: since)
        return log.map { line in
            guard let message = NginxMessage(line) else { return line }
            let explained = message.explained(by: paths)
            return explained == message.text ? line : "[\(message.level.rawValue)] \(explained)"
        }
    }

    package func addresses(ofPort port: UInt16) -> [SocketAddress] {
        switch network.networkMode {
        case "host":
            return ["127.0.0.1", "::1"].compactMap { SocketAddress($0, port: port) }
        case "none":
            return []
        default:
            let addresses = network.networks.flatMap(\.addresses)
            let hasIPv6 = addresses.contains { $0.contains(":") }
            let published = network.publishedPorts.filter { $0.port == port }.flatMap {
                $0.reachable(withIPv6: hasIPv6)
            }
            if !published.isEmpty { return published.reduce(into: []) { $0.addNew($1) } }
            return addresses.compactMap { SocketAddress($0, port: port) }
        }
    }

    package func resolvers() async -> [String] {
        // What runs now is the truth, on Podman too. Only root may look into it from here; others ask
        // a program inside, if it has one.
        let file = "/etc/resolv.conf"
        if let text = host.text(of: root + file, last: Self.shortOutput) {
            return nameServers(in: text)
        }
        let result = try? await engine.run(
            ["cat", file],
            in: container,
            limit: Self.shortOutput,
            timeLimit: Self.timeLimit
        )
        if let result, result.exitCode == 0 {
            return nameServers(in: String(decoding: result.output, as: UTF8.self))
        }
        let mode = network.networkMode
        let isOwn = !["", "default", "bridge", "host", "none"].contains(mode)
        return isOwn ? [NameServers.dockers] : []
    }

    /// Behind the one that knows Podman's containers are the host's, for when it is silent: nginx
    /// would ask them in turn.
    private func nameServers(in text: String) -> [String] {
        let servers = NameServers.all(in: text)
        return engine.isPodman ? Array(servers.prefix(1)) : servers
    }

    package func sight(of share: HostShare) async throws -> Sight {
        guard let real = host.realPath(of: share.hostPath), let path = paths.nginxPath(of: real)
        else { return .missing }
        if let mount = paths.mountShown(at: path), let stale = try await mounts.staleness(of: mount)
        {
            return .stale(stale)
        }
        return path == PathMap.normalized(share.nginxPath) ? .seen : .elsewhere(path)
    }

    package func staleMount(among paths: [String]) async throws -> StaleMount? {
        var seen: Set<String> = []
        for path in paths {
            guard let mount = self.paths.mountShown(at: path), seen.insert(mount.target).inserted
            else { continue }
            if let stale = try await mounts.staleness(of: mount) { return stale }
        }
        return nil
    }

    /// Where the kernel shows the container's root directory, if it is on this host.
    private var root: String { "/proc/\(container.state.pid)/root" }

    private static func paths(of container: Container, host: any HostView) -> PathMap {
        PathMap(
            mounts: container.mounts.map { mount in
                var mount = mount
                // The engine tells sources as they were given; a missing one stays as it is.
                mount.source = mount.source.map { host.realPath(of: $0) ?? $0 }
                return mount
            }
        )
    }

    /// The workers that take connections; those of another nginx come and go on their own.
    private static func workers(
        of master: EngineProcess,
        among processes: [EngineProcess]
    ) -> Set<Int32> {
        let workers = processes.filter { process in
            process.title == NginxTitle.worker && process.parent ?? master.pid == master.pid
        }
        return Set(workers.map(\.pid))
    }

    private var mounts: MountExaminer {
        MountExaminer(container: container, engine: engine, host: host)
    }

    private var examiner: ContainerExaminer { ContainerExaminer(engine: engine, paths: paths) }

    private func inspect() async throws -> Container {
        do throws(EngineError) {
            return try await engine.container(container.id)
        } catch {
            guard error.isNotFound else { throw error }
            throw DeploymentError.containerGone(container.name)
        }
    }

    private func run(_ arguments: [String], limit: Int = shortOutput) async throws -> CommandResult
    {
        let result: CommandResult
        do throws(EngineError) {
            result = try await engine.run(
                [Self.program] + options + arguments,
                in: container,
                limit: limit,
                timeLimit: Self.timeLimit
            )
        } catch {
            guard error.isAboutState else { throw error }
            // Its state may have changed since; then that is the reason, in better words.
            if let trouble = try await examiner.trouble(with: try await inspect()) {
                throw DeploymentError.notRunning(trouble)
            }
            throw error
        }
        guard !result.isUnknownProgram else {
            let said = String(decoding: result.output + result.errors, as: UTF8.self)
            throw DeploymentError.noProgram(
                container: container.name,
                program: Self.program,
                reason: said.harmless(limit: 400)
            )
        }
        return result
    }

    private func verdict(_ result: CommandResult) -> NginxVerdict {
        NginxVerdict(isAccepted: result.exitCode == 0, said: result.errors, paths: paths)
    }

    private func failure(_ command: String, _ result: CommandResult) -> DeploymentError {
        let said = result.errors + result.output
        let verdict = NginxVerdict(isAccepted: false, said: said, paths: paths)
        return .nginxFailed(place: place, command: command, lines: verdict.lines)
    }
}

extension Container.PublishedPort {
    /// Where this host reaches it.
    ///
    /// Without an address Podman leads there by the families that the container has addresses of.
    fileprivate func reachable(withIPv6: Bool) -> [SocketAddress] {
        let all = withIPv6 ? ["0.0.0.0", "::"] : ["0.0.0.0"]
        let addresses = hostAddress.isEmpty ? all : [hostAddress]
        return addresses.compactMap { SocketAddress($0, port: hostPort)?.reachable }
    }
}

extension Array where Element: Equatable {
    fileprivate mutating func addNew(_ element: Element) {
        if !contains(element) { append(element) }
    }
}

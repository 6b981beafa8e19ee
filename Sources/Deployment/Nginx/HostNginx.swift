import Diagnostics
package import Platform

/// nginx as a program of this host.
package struct HostNginx: NginxInstance {
    private static let timeLimit: Duration = .seconds(60)
    private static let shortOutput = 1 << 20
    private static let dumpLimit = 64 << 20
    private static let shownLine = 400
    /// Where distributions and nginx's own packages put it.
    private static let programs = [
        "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx", "/usr/bin/nginx",
        "/usr/local/bin/nginx", "/opt/nginx/sbin/nginx", "/usr/local/openresty/nginx/sbin/nginx",
    ]
    private static let pidFiles = ["/run/nginx.pid", "/usr/local/nginx/logs/nginx.pid"]

    private let host: any HostView
    private let processes: any ProcessRunner
    /// The program's absolute path.
    private let program: String
    private let options: [String]

    /// Finds this host's nginx, which has to run.
    package init(host: any HostView, processes: any ProcessRunner) throws(DeploymentError) {
        self.host = host
        self.processes = processes
        let master: HostProcess
        do throws(DeploymentError) {
            master = try Self.master(on: host)
        } catch {
            let exists = Self.programs.contains { host.realPath(of: $0) != nil }
            throw error == .hostNotRunning && !exists
                ? .noHostProgram(tried: Self.programs) : error
        }
        // Only whoever may trace it is told what it runs.
        let named = NginxTitle.program(of: master.title).map { [$0] } ?? []
        let found =
            master.executable ?? (named + Self.programs).first { host.realPath(of: $0) != nil }
        guard let found else { throw .noHostProgram(tried: Self.programs) }
        program = found
        options = NginxTitle.options(of: master.title)
    }

    package var place: String { "nginx on this host" }

    package var paths: PathMap { .identity }

    package var hasIPv6: Bool { host.speaksIPv6 }

    package func configuration() async throws -> NginxDump {
        let result = try await run(["-V", "-T"], limit: Self.dumpLimit)
        guard result.output.count < Self.dumpLimit else {
            throw DeploymentError.dumpTooLong(place: place, limit: Self.dumpLimit)
        }
        // Both outputs are one here. What nginx says of the configuration comes before it.
        let start = Self.beginning(ofDump: result.output)
        return NginxDump(
            isAccepted: result.ending == .exited(0),
            said: Array(result.output[..<start]),
            text: Array(result.output[start...]),
            paths: paths
        )
    }

    package func test() async throws -> NginxVerdict {
        let result = try await run(["-t"])
        return verdict(result.ending, result.output)
    }

    package func reload() async throws {
        let master = try Self.master(on: host)
        do {
            try host.hangUp(master)
        } catch {
            throw DeploymentError.notPermitted(
                action: "reload nginx (process \(master.pid))",
                reason: error.reason
            )
        }
    }

    package func snapshot() async throws -> NginxSnapshot {
        let master = try Self.master(on: host)
        // Those of another nginx come and go on their own.
        let workers = host.processes(titled: NginxTitle.worker)
            .filter { $0.title == NginxTitle.worker && $0.parent ?? master.pid == master.pid }
        return NginxSnapshot(
            container: nil,
            started: "\(master.started)",
            restartCount: 0,
            master: master.pid,
            workers: Set(workers.map(\.pid))
        )
    }

    package func log(lines: Int, since: Int?) async throws -> [String] {
        // Of a file's lines only those of nginx's own local time would tell when they were written.
        guard let path = try await logFile() else { return [] }
        let text = host.text(of: path, last: Self.shortOutput) ?? ""
        return text.split(whereSeparator: \.isNewline).suffix(lines)
            .map { String($0).harmless(limit: Self.shownLine) }
    }

    package func addresses(ofPort port: UInt16) -> [SocketAddress] {
        ["127.0.0.1", "::1"].compactMap { SocketAddress($0, port: port) }
    }

    package func resolvers() async -> [String] {
        NameServers.all(in: host.text(of: "/etc/resolv.conf", last: Self.shortOutput) ?? "")
    }

    package func sight(of share: HostShare) async throws -> Sight {
        guard let real = host.realPath(of: share.hostPath) else { return .missing }
        let wanted = host.realPath(of: share.nginxPath)
        return wanted == real ? .seen : .elsewhere(real)
    }

    package func staleMount(among paths: [String]) async throws -> StaleMount? { nil }

    /// The master process: the only one, the one that has a web port, or the one that wrote its
    /// number where nginx does by default.
    private static func master(on host: any HostView) throws(DeploymentError) -> HostProcess {
        let masters = masters(on: host)
        guard let first = masters.first else {
            let others = host.processes(titled: NginxTitle.master)
            throw others.isEmpty ? .hostNotRunning : .foreignMasters(others.map(foreign))
        }
        if masters.count == 1 { return first }
        let listeners = Set([80, 443].flatMap { host.listeners(onPort: $0) })
        let listening = masters.filter { listeners.contains($0.pid) }
        if listening.count == 1, let only = listening.first { return only }
        for file in pidFiles {
            let number = host.text(of: file, last: 20).flatMap { Int32($0.prefix { $0.isNumber }) }
            if let named = masters.first(where: { $0.pid == number }) { return named }
        }
        throw .severalMasters(masters.map { "\($0.title.harmless(limit: 100)) (\($0.pid))" })
    }

    /// The processes that call themselves nginx's master, and that whoever runs certctl can trust to be it.
    ///
    /// What they run, and with which options, is run again to ask for the configuration: any user could have
    /// root run something by giving a process of his that title. So it has to be root's, or the user's own, and a
    /// program called nginx. Anyone may start one with the set-user-ID bit by any title, such as sudo, which makes
    /// itself all root's while it asks for the password; its group stays that of whoever has started it.
    static func masters(on host: any HostView) -> [HostProcess] {
        host.processes(titled: NginxTitle.master).filter { process in
            let isRoots = process.owner == 0 && process.group == 0
            return (isRoots || process.owner == host.user && host.user != 0)
                && process.program.contains("nginx")
        }
    }

    private static func foreign(_ process: HostProcess) -> String {
        let owner = process.owner.map { "user \($0)" } ?? "several users"
        let group = process.group.map { "group \($0)" } ?? "several groups"
        let program = process.program.harmless(limit: 40)
        return
            "\(process.title.harmless(limit: 100)) (\(process.pid), program \(program), \(owner), \(group))"
    }

    private func run(_ arguments: [String], limit: Int = shortOutput) async throws -> ChildResult {
        let command = ChildCommand(
            executable: program,
            arguments: options + arguments,
            environment: [
                "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                "LC_ALL": "C",
            ],
            workingDirectory: "/",
            timeLimit: Self.timeLimit,
            outputLimit: limit
        )
        let result: ChildResult
        do {
            result = try await processes.run(command)
        } catch {
            throw DeploymentError.notPermitted(action: "run \(program)", reason: error.reason)
        }
        guard result.ending == .timedOut else { return result }
        throw DeploymentError.nginxHangs(
            place: place,
            command: "nginx \(arguments.joined(separator: " "))",
            seconds: Int(Self.timeLimit.components.seconds),
            lines: verdict(result.ending, result.output).lines
        )
    }

    private func verdict(_ ending: ChildResult.Ending, _ said: [UInt8]) -> NginxVerdict {
        NginxVerdict(isAccepted: ending == .exited(0), said: said, paths: paths)
    }

    /// Where the log goes: the last `error_log` on the outermost level, else where it was built to.
    private func logFile() async throws -> String? {
        let dump = try await configuration()
        let configured = String(decoding: dump.text, as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("error_log ") }
            .map { $0.dropFirst("error_log ".count).drop { $0 == " " } }
        if let configured {
            let path = configured.prefix { $0 != " " && $0 != ";" }.filter { $0 != "\"" }
            // stderr, syslog and memory have no file; what systemd keeps is in the journal.
            return path.hasPrefix("/") ? path : nil
        }
        let mark = "--error-log-path="
        return dump.build.split { $0.isWhitespace }.first { $0.hasPrefix(mark) }
            .map { String($0.dropFirst(mark.count)) }
    }

    /// The place of the first line that names a file of the configuration.
    private static func beginning(ofDump output: [UInt8]) -> Int {
        let mark = Array("# configuration file /".utf8)
        var line = output.startIndex
        while line < output.endIndex {
            if output[line...].starts(with: mark) { return line }
            guard let end = output[line...].firstIndex(of: UInt8(ascii: "\n")) else { break }
            line = end + 1
        }
        return output.endIndex
    }
}

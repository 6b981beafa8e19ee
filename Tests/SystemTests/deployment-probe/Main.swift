import Deployment
import Diagnostics
import FoundationEssentials
import Glibc
import Platform
import Settings

/// Shows what certctl sees of a real nginx, and lets it do one thing there.
@main enum Main {
    static func main() async {
        signal(SIGPIPE, SIG_IGN)
        let words = Array(CommandLine.arguments.dropFirst())
        guard words.count >= 2 else {
            print(
                "deployment-probe DEED PLACE [ARGUMENT…]; PLACE: any, host, NAME, PROJECT/SERVICE"
            )
            exit(2)
        }
        do {
            guard words[0] != "swap" else { return try Swaps.run(Array(words.dropFirst())) }
            try await Probe(place: words[1]).perform(words[0], Array(words.dropFirst(2)))
        } catch {
            let diagnosis = (error as? any Diagnosable)?.diagnosis
            print("what: \(diagnosis?.what ?? "\(error)")")
            print("why: \(diagnosis?.why ?? "")")
            print("fix: \(diagnosis?.fix ?? "")")
            exit(diagnosis?.exitCode.rawValue ?? 1)
        }
    }
}

private struct Probe {
    let place: ProxySettings.Place?

    init(place: String) {
        let parts = place.split(separator: "/").map(String.init)
        self.place =
            switch place {
            case "any": nil
            case "host": .host
            default:
                parts.count == 2
                    ? .compose(project: parts[0], service: parts[1]) : .container(place)
            }
    }

    func perform(_ deed: String, _ arguments: [String]) async throws {
        let nginx = try await find()
        let first = arguments.first ?? ""
        switch deed {
        case "find":
            let snapshot = try await nginx.snapshot()
            print(nginx.place, "workers: \(snapshot.workers.count)", "ipv6: \(nginx.hasIPv6)")
        case "build": print(try await nginx.configuration().build)
        case "dump":
            let dump = try await nginx.configuration()
            print(String(decoding: dump.text, as: UTF8.self))
        case "test":
            let verdict = try await nginx.test()
            print(verdict.isAccepted ? "accepted" : "refused")
            for line in verdict.lines { print(line) }
            if let trouble = verdict.trouble { print("trouble:", trouble) }
        case "reload": try await reload(nginx)
        case "log":
            for line in try await nginx.log(lines: Int(first) ?? 20, since: nil) { print(line) }
        case "knock":
            for address in nginx.addresses(ofPort: UInt16(first) ?? 80) { print(address) }
        case "resolvers": print(await nginx.resolvers().joined(separator: " "))
        case "sight":
            print(try await nginx.sight(of: HostShare(first, at: arguments.dropFirst().first)))
        case "follow":
            let host = LiveHostView()
            print(nginx.paths.follow(first) { host.target(ofLink: $0) })
        case "override":
            guard let container = (nginx as? ContainerNginx)?.container else { return }
            let volume = ComposeOverride.Volume(source: first, target: first)
            let override = ComposeOverride(for: container, missing: [volume])
            print(override.file.map { "\($0.path)\n\($0.text)" } ?? "no file")
            for step in override.steps { print(step) }
        default:
            print("no such deed")
            exit(2)
        }
    }

    /// Reloads, and looks for 5 s whether the same nginx has new workers.
    private func reload(_ nginx: any NginxInstance) async throws {
        let before = try await nginx.snapshot()
        try await nginx.reload()
        for _ in 0..<100 {
            let now = try await nginx.snapshot()
            guard now.isSameRun(as: before) else {
                print("restarted")
                return
            }
            if now.hasNewWorkers(since: before) {
                print("reloaded")
                return
            }
            try await SystemClock().sleep(for: .milliseconds(50))
        }
        print("told, and not reloaded")
    }

    private func find() async throws -> any NginxInstance {
        let environment = ProcessInfo.processInfo.environment
        let endpoints = Result {
            try DockerEndpoint.candidates(environment: environment, user: geteuid())
        }
        let finder = NginxFinder(host: LiveHostView(), processes: SpawnProcessRunner()) {
            try await EngineClient.connected(toFirstOf: endpoints.get(), clock: SystemClock()) {
                try CurlTransport(socket: $0.path, userAgent: "certctl")
            }
        }
        return try await finder.find(at: place)
    }
}

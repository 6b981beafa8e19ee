import Diagnostics
import FoundationEssentials
import HTTP
import Platform
import TestSupport
import Testing

@testable import Deployment

/// Cases S03, S05, S08, S11 and S13 of the reliability catalogue: nginx in a container.
@Suite struct ContainerNginxTests {
    private let host = ScriptedHost()

    private func nginx(
        _ engine: ScriptedEngine,
        clock: ManualClock = ManualClock()
    ) async throws -> ContainerNginx {
        let (client, container) = try await engine.client(for: "web", clock: clock)
        return try await ContainerNginx(container, engine: client, host: host)
    }

    private func nginx(
        _ change: (inout ScriptedContainer) -> Void = { _ in },
        command: @escaping @Sendable ([String]) -> ScriptedEngine.Command = { _ in .init() }
    ) async throws -> (ContainerNginx, ScriptedEngine) {
        let engine = ScriptedEngine(.with("web", change))
        engine.change { $0.command = command }
        return (try await nginx(engine), engine)
    }

    private func trouble(
        _ change: (inout ScriptedContainer) -> Void,
        clock: ManualClock = ManualClock()
    ) async throws -> ContainerTrouble? {
        let engine = ScriptedEngine(.with("web", change))
        let error = await #expect(throws: DeploymentError.self) {
            _ = try await nginx(engine, clock: clock)
        }
        guard case .notRunning(let trouble) = error else { return nil }
        return trouble
    }

    @Test func `build, dump, test and reload are commands of nginx with its own options`()
        async throws
    {
        let (nginx, engine) = try await nginx(
            { $0.processes[0] = "nginx: master process nginx -c /own.conf -g daemon off;" },
            command: { words in
                switch words.last {
                case "-T":
                    .init(
                        output: "# configuration file /own.conf:\n",
                        errors: "nginx version: nginx/1.30.1\nconfigure arguments: -O\nok"
                    )
                default: .init(errors: "nginx: [warn] old\n")
                }
            }
        )
        let dump = try await nginx.configuration()
        #expect(dump.build == "nginx version: nginx/1.30.1\nconfigure arguments: -O")
        #expect(dump.text == Array("# configuration file /own.conf:\n".utf8))
        let verdict = try await nginx.test()
        #expect(verdict.isAccepted)
        #expect(verdict.lines == ["old"])
        try await nginx.reload()
        let options = ["nginx", "-c", "/own.conf", "-g", "daemon off;"]
        #expect(
            engine.commands == [
                options + ["-V", "-T"], options + ["-t"], options + ["-s", "reload"],
            ]
        )
    }

    @Test func `nothing that is done ever asks the engine for a kill`() async throws {
        let (nginx, engine) = try await nginx()
        _ = try await nginx.test()
        try await nginx.reload()
        _ = try await nginx.snapshot()
        _ = try await nginx.log(lines: 5, since: nil)
        _ = await nginx.resolvers()
        _ = try await nginx.sight(of: HostShare("/srv"))
        #expect(!engine.paths.contains { $0.contains("/kill") || $0.contains("/restart") })
    }

    @Test func `a refusal is told with the place on the host`() async throws {
        let words =
            "nginx: [emerg] unknown directive \"x\" in /etc/nginx/conf.d/a.conf:7\n"
            + "nginx: configuration file /etc/nginx/nginx.conf test failed\n"
        let (nginx, _) = try await nginx(
            { $0.mounts = [("/srv/conf.d", "/etc/nginx/conf.d")] },
            command: { _ in .init(exitCode: 1, errors: words) }
        )
        let verdict = try await nginx.test()
        #expect(!verdict.isAccepted)
        #expect(verdict.trouble == .unknownDirective("x"))
        #expect(verdict.refusal?.place?.line == 7)
        let line =
            "unknown directive \"x\" in /etc/nginx/conf.d/a.conf:7 "
            + "(on the host: /srv/conf.d/a.conf:7)"
        #expect(verdict.lines == [line])
        #expect(try await nginx.configuration().text.isEmpty)
        let expected = DeploymentError.nginxFailed(
            place: "nginx in the container web",
            command: "nginx -s reload",
            lines: [line]
        )
        await #expect(throws: expected) { try await nginx.reload() }
    }

    @Test func `S11: the master is found behind a shell or an init`() async throws {
        let (nginx, _) = try await nginx { container in
            container.processes = [
                "sh -c nginx -g 'daemon off;'; true", "nginx: master process nginx",
                "nginx: worker process", "nginx: worker process is shutting down",
                "nginx: cache manager process",
            ]
        }
        let snapshot = try await nginx.snapshot()
        #expect(snapshot.master == 101)
        #expect(snapshot.workers == [102])
    }

    @Test func `a container without a master is none, with what runs in it`() async throws {
        let expected = DeploymentError.noMaster(container: "web", processes: ["node server.js"])
        await #expect(throws: expected) {
            _ = try await nginx { $0.processes = ["node server.js"] }
        }
    }

    @Test(arguments: [0, 2])
    func `S03: a container between two starts is told as one that does not run`(
        restarts: Int
    ) async throws {
        let error = await #expect(throws: DeploymentError.self) {
            _ = try await nginx { container in
                container.processes = []
                container.restartCount = restarts
                container.log = ["nginx: [emerg] unknown directive \"x\" in /etc/nginx/a.conf:1"]
            }
        }
        guard case .notRunning(let trouble) = error else {
            Issue.record("it is another error: \(String(describing: error))")
            return
        }
        #expect(trouble.trouble == .unknownDirective("x"))
        let what = trouble.diagnosis(before: .deploy).what
        #expect(what.contains("again and again (2 times") == (restarts == 2))
        #expect(!what.contains("0 times"))
    }

    @Test(arguments: [126, 127])
    func `a container without the program is told in the engine's words`(code: Int) async throws {
        let words = "OCI runtime exec failed: \"nginx\": executable file not found in $PATH"
        let (nginx, _) = try await nginx(
            { _ in },
            command: { _ in .init(exitCode: code, output: words) }
        )
        let expected = DeploymentError.noProgram(
            container: "web",
            program: "nginx",
            reason: words
        )
        await #expect(throws: expected) { _ = try await nginx.test() }
    }

    @Test(
        arguments: [
            ("paused", "docker unpause web"), ("exited", "docker logs --tail 50 web"),
            ("created", "docker start web"), ("restarting", "docker start web"),
            ("dead", "docker start web"),
        ]
    )
    func `S03: a container that does not run says so, with what to type`(
        status: String,
        fix: String
    ) async throws {
        let trouble = try await trouble { container in
            container.status = status
            container.exitCode = 1
        }
        #expect(trouble?.status.description == status)
        #expect(trouble?.diagnosis(before: .deploy).fix.contains(fix) == true)
    }

    @Test func `S03: a port that is taken is told by the engine`() async throws {
        let trouble = try await trouble { container in
            container.status = "created"
            container.exitCode = 128
            container.error = "driver failed: listen tcp4 0.0.0.0:80: bind: address already in use"
        }
        #expect(trouble?.trouble == .portTaken)
        #expect(
            trouble?.diagnosis(before: .deploy).why.contains("bind: address already in use") == true
        )
        #expect(trouble?.diagnosis(before: .deploy).fix.contains("ss -ltnp") == true)
    }

    @Test func `S03: one that ended is explained by its log, with paths of the host`() async throws
    {
        let trouble = try await trouble { container in
            container.status = "exited"
            container.exitCode = 1
            container.mounts = [("/srv/conf.d", "/etc/nginx/conf.d")]
            container.log = [
                "/docker-entrypoint.sh: ready",
                "2026/11/23 12:00:00 [emerg] 1#1: host not found in upstream \"app\" in "
                    + "/etc/nginx/conf.d/a.conf:3",
                "nginx: [emerg] host not found in upstream \"app\" in /etc/nginx/conf.d/a.conf:3",
            ]
        }
        #expect(trouble?.trouble == .unknownUpstream("app"))
        #expect(
            trouble?.lines.last == "host not found in upstream \"app\" in "
                + "/etc/nginx/conf.d/a.conf:3 (on the host: /srv/conf.d/a.conf:3)"
        )
    }

    @Test(arguments: [0, 137])
    func `S03: one that was stopped says that, and not what a request met before`(
        code: Int
    )
        async throws
    {
        let trouble = try await trouble { container in
            container.status = "exited"
            container.exitCode = code
            container.log = [
                "2026/11/23 12:00:00 [crit] 30#30: *7 open() \"/etc/nginx/x.htpasswd\" failed (2: No "
                    + "such file or directory), client: 172.18.0.1, server: a.test, request: "
                    + "\"GET / HTTP/1.1\", host: \"a.test\""
            ]
        }
        #expect(trouble?.trouble == nil)
        #expect(trouble?.diagnosis(before: .deploy).why == "it was stopped")
        #expect(
            trouble?.diagnosis(before: .deploy).fix == "docker start web, then run: certctl deploy"
        )
    }

    @Test func `S03: what is said again and again is told once`() async throws {
        let trouble = try await trouble { container in
            container.status = "exited"
            container.exitCode = 1
            container.log = (1...3).flatMap { second in
                [
                    "2026/11/23 12:00:0\(second) [warn] 1#1: the \"user\" directive makes no sense",
                    "2026/11/23 12:00:0\(second) [emerg] 1#1: open() \"/a.inc\" failed "
                        + "(2: No such file or directory)",
                ]
            }
        }
        let lines = try #require(trouble?.lines)
        #expect(Set(lines).count == lines.count)
        #expect(lines.filter { $0.contains("/a.inc") }.count == 1)
    }

    @Test func `S03: one for another processor names both`() async throws {
        let trouble = try await trouble { container in
            container.status = "exited"
            container.exitCode = 1
            container.architecture = "arm64"
            container.log = ["exec /usr/sbin/nginx: exec format error"]
        }
        #expect(trouble?.architectures?.image == "arm64")
        #expect(trouble?.architectures?.host == "amd64")
        #expect(trouble?.trouble == .wrongArchitecture)
    }

    @Test func `the same processor by another name is the same`() {
        #expect(ContainerTrouble.Architectures(image: "amd64", host: "x86_64") == nil)
        #expect(ContainerTrouble.Architectures(image: "arm64", host: "aarch64") == nil)
        #expect(ContainerTrouble.Architectures(image: "", host: "amd64") == nil)
        #expect(ContainerTrouble.Architectures(image: "arm", host: "arm64") != nil)
    }

    @Test func `S03: one that has just been started again and again is in a loop`() async throws {
        let moment = try #require(ContainerExaminer.moment("2026-11-23T12:00:00.123456789Z"))
        let clock = ManualClock(moment.addingTimeInterval(4))
        let trouble = try await trouble({ $0.restartCount = 3 }, clock: clock)
        #expect(
            trouble?.diagnosis(before: .deploy).what.contains("starts again and again (3 times")
                == true
        )
        let engine = ScriptedEngine(.with { $0.restartCount = 3 })
        clock.advance(by: .seconds(10))
        _ = try await nginx(engine, clock: clock)
    }

    @Test(arguments: ["2026-11-23T12:00:00Z", "2026-11-23T13:00:00.5+01:00"])
    func `the engine's times are read`(text: String) throws {
        let moment = try #require(ContainerExaminer.moment(text))
        #expect(moment.timeIntervalSince1970 == 1_795_435_200)
        #expect(ContainerExaminer.moment("") == nil)
        #expect(ContainerExaminer.moment("yesterday.") == nil)
    }

    @Test func `S05: one that stops meanwhile is explained as it is then`() async throws {
        let (nginx, engine) = try await nginx()
        engine.change { model in
            model.containers[0].status = "exited"
            model.containers[0].exitCode = 137
        }
        for deed in [
            { _ = try await nginx.test() }, { try await nginx.reload() },
            { _ = try await nginx.snapshot() },
        ] as [@Sendable () async throws -> Void] {
            let error = await #expect(throws: DeploymentError.self) { try await deed() }
            guard case .notRunning(let trouble) = error else {
                Issue.record("it is another error: \(String(describing: error))")
                continue
            }
            #expect(trouble.exitCode == 137)
        }
    }

    @Test func `S04: one that goes away meanwhile is told`() async throws {
        let (nginx, engine) = try await nginx()
        engine.change { $0.containers = [] }
        await #expect(throws: DeploymentError.containerGone("web")) { _ = try await nginx.test() }
        await #expect(throws: DeploymentError.containerGone("web")) {
            _ = try await nginx.snapshot()
        }
    }

    @Test func `the workers of another nginx in the container do not count`() async throws {
        let (nginx, _) = try await nginx { container in
            container.processes += ["nginx: master process nginx -c /b", "nginx: worker process"]
        }
        let snapshot = try await nginx.snapshot()
        #expect(snapshot.master == 100)
        #expect(snapshot.workers == [101, 102])
    }

    @Test func `a restart in between is seen by two snapshots`() async throws {
        let (nginx, engine) = try await nginx()
        let before = try await nginx.snapshot()
        #expect(try await nginx.snapshot().isSameRun(as: before))
        engine.change { $0.containers[0].restartCount += 1 }
        #expect(try await !nginx.snapshot().isSameRun(as: before))
    }

    @Test(
        arguments: [
            ([(443, "0.0.0.0", 8443), (443, "::", 8443)], ["127.0.0.1:8443", "[::1]:8443"]),
            ([(443, "", 443)], ["127.0.0.1:443"]),
            ([(443, "192.0.2.7", 443), (80, "0.0.0.0", 80)], ["192.0.2.7:443"]),
            ([(80, "0.0.0.0", 80)], ["172.17.0.2:443"]), ([], ["172.17.0.2:443"]),
        ] as [([(Int, String, Int)], [String])]
    )
    func `a port is knocked at where it is published, else at the container`(
        ports: [(Int, String, Int)],
        addresses: [String]
    ) async throws {
        let (nginx, _) = try await nginx { $0.ports = ports.map { ($0.0, $0.1, $0.2) } }
        #expect(nginx.addresses(ofPort: 443).map(\.description) == addresses)
    }

    @Test func `Podman leads to a port by IPv6 where the container has it`() async throws {
        let (nginx, _) = try await nginx { container in
            container.ports = [(443, "", 443)]
            container.networks = ["shop": "10.89.0.2", "six": "fd00::2"]
        }
        #expect(nginx.addresses(ofPort: 443).map(\.description) == ["127.0.0.1:443", "[::1]:443"])
    }

    @Test func `on the host's network a port is knocked at by loopback`() async throws {
        let (nginx, _) = try await nginx { $0.networkMode = "host" }
        #expect(nginx.addresses(ofPort: 443).map(\.description) == ["127.0.0.1:443", "[::1]:443"])
    }

    @Test func `without a network there is no way to a port`() async throws {
        let (nginx, _) = try await nginx { container in
            container.networkMode = "none"
            container.networks = ["none": ""]
        }
        #expect(nginx.addresses(ofPort: 443).isEmpty)
    }

    @Test func `a shared network has the ports of the container that it is of`() async throws {
        var web = ScriptedContainer("web")
        var other = ScriptedContainer("tunnel")
        web.networkMode = "container:\(other.id)"
        web.networks = [:]
        other.ports = [(443, "0.0.0.0", 443)]
        let nginx = try await nginx(ScriptedEngine(ScriptedEngine.Model([web, other])))
        #expect(nginx.addresses(ofPort: 443).map(\.description) == ["127.0.0.1:443"])
    }

    @Test func `name servers are what the container is told`() async throws {
        let (nginx, _) = try await nginx(
            { $0.networkMode = "shop_default" },
            command: { _ in .init(output: "nameserver 10.89.0.1\n") }
        )
        #expect(await nginx.resolvers() == ["10.89.0.1"])
    }

    @Test(arguments: [(true, ["10.89.0.1"]), (false, ["10.89.0.1", "192.0.2.53"])])
    func `of Podman's name servers the one that knows containers is asked`(
        isPodman: Bool,
        servers: [String]
    ) async throws {
        let engine = ScriptedEngine(.with())
        engine.change { model in
            model.isPodman = isPodman
            model.command = { _ in
                .init(output: "nameserver 10.89.0.1\nnameserver 192.0.2.53\n")
            }
        }
        #expect(await (try await nginx(engine)).resolvers() == servers)
    }

    @Test func `what to type is Podman's command where it is Podman`() async throws {
        let engine = ScriptedEngine(.with { $0.status = "paused" })
        engine.change { $0.isPodman = true }
        let error = await #expect(throws: DeploymentError.self) { _ = try await nginx(engine) }
        #expect(error?.diagnosis.fix.hasPrefix("podman unpause web") == true)
    }

    @Test func `name servers of a container without cat are read from the host`() async throws {
        host.change { $0.texts["/proc/100/root/etc/resolv.conf"] = "nameserver 192.0.2.53\n" }
        let (nginx, _) = try await nginx({ _ in }, command: { _ in .init(exitCode: 127) })
        #expect(await nginx.resolvers() == ["192.0.2.53"])
    }

    @Test(arguments: [("shop_default", ["127.0.0.11"]), ("bridge", []), ("host", [])])
    func `name servers that cannot be read are Docker's on a network of one's own`(
        mode: String,
        servers: [String]
    ) async throws {
        let (nginx, _) = try await nginx(
            { $0.networkMode = mode },
            command: { _ in .init(exitCode: 127) }
        )
        #expect(await nginx.resolvers() == servers)
    }

    @Test func `IPv6 is what the kernel has`() async throws {
        let (nginx, _) = try await nginx()
        #expect(nginx.hasIPv6)
        host.change { $0.speaksIPv6 = false }
        #expect(!nginx.hasIPv6)
    }

    @Test func `a log has the paths of the host`() async throws {
        let (nginx, _) = try await nginx { container in
            container.mounts = [("/srv/conf.d", "/etc/nginx/conf.d")]
            container.log = [
                "hello", "2026/11/23 12:00:00 [emerg] 1#1: bad in /etc/nginx/conf.d/a:1",
            ]
        }
        #expect(
            try await nginx.log(lines: 10, since: nil) == [
                "hello", "[emerg] bad in /etc/nginx/conf.d/a:1 (on the host: /srv/conf.d/a:1)",
            ]
        )
    }
}

/// Case S13 of the reliability catalogue: what is to be seen, and is not.
@Suite struct ContainerSightTests {
    private let host = ScriptedHost()
    private static let inside = "/proc/100/root"
    private static let stale = StaleMount(
        source: "/srv",
        isFile: false,
        remedy: "docker restart web"
    )

    private func sight(
        of share: HostShare,
        mounts: [(source: String, target: String)],
        stat: ScriptedEngine.Command = .init(exitCode: 127)
    ) async throws -> Sight {
        let engine = ScriptedEngine(.with { $0.mounts = mounts })
        engine.change { $0.command = { _ in stat } }
        let (client, container) = try await engine.client(for: "web")
        let nginx = try await ContainerNginx(container, engine: client, host: host)
        return try await nginx.sight(of: share)
    }

    @Test func `what is mounted at the path that it has to have is seen`() async throws {
        let mounts = [(source: "/lib/tls", target: "/lib/tls"), (source: "/srv", target: "/etc/n")]
        #expect(try await sight(of: HostShare("/lib/tls"), mounts: mounts) == .seen)
        #expect(try await sight(of: HostShare("/srv", at: "/etc/n/"), mounts: mounts) == .seen)
        #expect(try await sight(of: HostShare("/srv"), mounts: mounts) == .elsewhere("/etc/n"))
        #expect(try await sight(of: HostShare("/run"), mounts: mounts) == .missing)
    }

    @Test func `what is not here is missing there`() async throws {
        host.change { $0.missing = ["/srv"] }
        #expect(try await sight(of: HostShare("/srv"), mounts: [("/srv", "/srv")]) == .missing)
    }

    @Test func `a source that was given by a link is what the link leads to`() async throws {
        host.change { $0.links = ["/srv": "/disk/srv", "/srv/a": "/disk/srv/a"] }
        #expect(
            try await sight(of: HostShare("/srv/a"), mounts: [("/srv", "/srv")]) == .seen
        )
    }

    @Test func `another file at a mount's place is stale`() async throws {
        host.change { model in
            model.identities[Self.inside + "/srv"] = .init(device: 1, inode: 2, isDirectory: false)
        }
        #expect(
            try await sight(of: HostShare("/srv"), mounts: [("/srv", "/srv")])
                == .stale(Self.stale)
        )
    }

    /// As after an editor that writes a new file and gives it the old one's name.
    @Test func `a file that is mounted by itself and was replaced is found by the paths it is for`()
        async throws
    {
        let file = "/etc/nginx/nginx.conf"
        let mounts = [(source: "/srv/conf.d", target: "/etc/nginx/conf.d"), ("/srv/n.conf", file)]
        let engine = ScriptedEngine(.with { $0.mounts = mounts })
        engine.change { $0.isPodman = true }
        let (client, container) = try await engine.client(for: "web")
        let nginx = try await ContainerNginx(container, engine: client, host: host)
        let paths = [file, "/etc/nginx/mime.types", "/etc/nginx/conf.d/a.conf"]
        #expect(try await nginx.staleMount(among: paths) == nil)
        host.change { model in
            model.identities["/srv/n.conf"] = .init(device: 1, inode: 2, isDirectory: false)
        }
        let expected = StaleMount(
            source: "/srv/n.conf",
            isFile: true,
            remedy: "podman restart web"
        )
        #expect(try await nginx.staleMount(among: paths) == expected)
        #expect(try await nginx.staleMount(among: Array(paths.dropFirst())) == nil)
    }

    @Test func `what has gone here is stale, and what may not be looked at is not`() async throws {
        let mounts = [(source: "/srv", target: "/etc/n"), (source: "/root/k", target: "/k")]
        host.change { model in
            model.missing = ["/srv"]
            model.hidden = ["/root/"]
        }
        let engine = ScriptedEngine(.with { $0.mounts = mounts })
        let (client, container) = try await engine.client(for: "web")
        let nginx = try await ContainerNginx(container, engine: client, host: host)
        #expect(try await nginx.staleMount(among: ["/k"]) == nil)
        #expect(try await nginx.staleMount(among: ["/k", "/etc/n/a"])?.source == "/srv")
    }

    @Test(
        arguments: [
            (ScriptedEngine.Command(output: "1:1\n"), Sight.seen),
            (.init(output: "1:2\n"), .stale(stale)),
            (.init(exitCode: 127, output: "no stat"), .seen),
        ]
    )
    func `who may not look into the container asks a program in it`(
        stat: ScriptedEngine.Command,
        expected: Sight
    ) async throws {
        host.change { $0.hidden = ["/proc/"] }
        let mounts = [(source: "/srv", target: "/srv")]
        #expect(try await sight(of: HostShare("/srv"), mounts: mounts, stat: stat) == expected)
    }
}

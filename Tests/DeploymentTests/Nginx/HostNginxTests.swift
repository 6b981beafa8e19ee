import Diagnostics
import HTTP
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Deployment

/// Runs nothing, and says what a test wants.
private final class ScriptedNginx: ProcessRunner {
    private let result: @Sendable (ChildCommand) throws(ProcessError) -> ChildResult
    private let asked = Mutex<[ChildCommand]>([])

    init(_ result: @escaping @Sendable (ChildCommand) throws(ProcessError) -> ChildResult) {
        self.result = result
    }

    var commands: [ChildCommand] { asked.withLock { $0 } }

    func run(_ command: ChildCommand) async throws(ProcessError) -> ChildResult {
        asked.withLock { $0.append(command) }
        return try result(command)
    }
}

@Suite struct HostNginxTests {
    private let host = ScriptedHost()

    private func master(
        _ pid: Int32,
        _ options: String = "",
        executable: String? = "/usr/sbin/nginx",
        name: String = "nginx",
        program: String = "nginx",
        owner: UInt32? = 0,
        group: UInt32? = 0
    ) -> HostProcess {
        HostProcess(
            pid: pid,
            title: "nginx: master process \(program)\(options)",
            name: name,
            owner: owner,
            group: group,
            executable: executable,
            started: UInt64(pid) * 10
        )
    }

    private func nginx(
        said: String = "",
        ending: ChildResult.Ending = .exited(0)
    ) throws -> (HostNginx, ScriptedNginx) {
        let runner = ScriptedNginx { _ in ChildResult(ending: ending, output: Array(said.utf8)) }
        return (try HostNginx(host: host, processes: runner), runner)
    }

    @Test func `it is asked with the program and the options that it runs with`() async throws {
        host.change {
            $0.processes = [master(7, " -c /own.conf -p /srv", executable: "/opt/sbin/nginx")]
        }
        let (nginx, runner) = try nginx()
        #expect(try await nginx.test().isAccepted)
        #expect(runner.commands.map(\.executable) == ["/opt/sbin/nginx"])
        #expect(runner.commands[0].arguments == ["-c", "/own.conf", "-p", "/srv", "-t"])
        #expect(runner.commands[0].environment["LC_ALL"] == "C")
    }

    @Test(
        arguments: [
            ("/opt/own/nginx", "/opt/own/nginx"), ("nginx", "/usr/sbin/nginx"),
            ("/gone/nginx", "/usr/sbin/nginx"), ("./nginx", "/usr/sbin/nginx"),
        ]
    )
    func `whoever may not trace it goes by the program that it names`(
        named: String,
        asked: String
    ) async throws {
        host.change {
            $0.processes = [master(7, " -c /own.conf", executable: nil, program: named)]
            $0.missing = ["/gone/nginx"]
        }
        let (nginx, runner) = try nginx()
        _ = try await nginx.test()
        #expect(runner.commands.map(\.executable) == [asked])
        #expect(runner.commands[0].arguments == ["-c", "/own.conf", "-t"])
    }

    @Test func `it is reloaded by its master alone`() async throws {
        host.change { $0.processes = [master(7)] }
        let (nginx, runner) = try nginx()
        try await nginx.reload()
        #expect(host.hungUp == [7])
        #expect(runner.commands.isEmpty)
    }

    @Test func `of several masters the one that listens is meant`() async throws {
        host.change { model in
            model.processes = [master(7), master(8)]
            model.listeners = [443: [8]]
        }
        try await nginx().0.reload()
        #expect(host.hungUp == [8])
    }

    @Test func `of several masters the one that wrote its number is meant`() async throws {
        host.change { model in
            model.processes = [master(7), master(8)]
            model.texts["/run/nginx.pid"] = "8\n"
        }
        try await nginx().0.reload()
        #expect(host.hungUp == [8])
    }

    @Test func `several masters without a sign are too many`() {
        host.change { $0.processes = [master(7), master(8)] }
        let titles = ["nginx: master process nginx (7)", "nginx: master process nginx (8)"]
        #expect(throws: DeploymentError.severalMasters(titles)) { _ = try nginx() }
    }

    @Test(
        arguments: [
            ("nginx", nil, 33, 33, "program nginx, user 33, group 33"),
            ("sudo", nil, 0, 0, "program sudo, user 0, group 0"),
            // A link called nginx that leads to sudo, which asks for a password.
            ("nginx", nil, 0, 1000, "program nginx, user 0, group 1000"),
            ("nginx", nil, 0, nil, "program nginx, user 0, several groups"),
            ("nginx", "/usr/bin/sudo", 0, 0, "program sudo, user 0, group 0"),
            ("nginx", nil, nil, 0, "program nginx, several users, group 0"),
        ] as [(String, String?, UInt32?, UInt32?, String)]
    )
    func `root runs nothing that another user has given nginx's title`(
        name: String,
        executable: String?,
        owner: UInt32?,
        group: UInt32?,
        told: String
    ) throws {
        let disguised = master(
            7,
            " -c /tmp/own.conf",
            executable: executable,
            name: name,
            owner: owner,
            group: group
        )
        host.change { $0.processes = [disguised] }
        let masters = ["nginx: master process nginx -c /tmp/own.conf (7, \(told))"]
        #expect(throws: DeploymentError.foreignMasters(masters)) { _ = try nginx() }
        host.change { $0.processes = [disguised, master(8)] }
        #expect(try nginx().1.commands.isEmpty)
    }

    @Test func `a user's own nginx is asked, and root's, but no other`() throws {
        host.change { $0.user = 1000 }
        for (owner, isAsked) in [(1000, true), (0, true), (33, false)] as [(UInt32, Bool)] {
            host.change { $0.processes = [master(7, owner: owner)] }
            #expect(((try? nginx()) != nil) == isAsked)
        }
    }

    @Test func `one that does not run is told apart from one that does not exist`() {
        #expect(throws: DeploymentError.hostNotRunning) { _ = try nginx() }
        host.change { model in
            model.missing = [
                "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx",
                "/usr/bin/nginx", "/usr/local/bin/nginx", "/opt/nginx/sbin/nginx",
                "/usr/local/openresty/nginx/sbin/nginx",
            ]
        }
        let error = #expect(throws: DeploymentError.self) { _ = try nginx() }
        #expect(error?.diagnosis.fix.contains("apt-get install nginx") == true)
    }

    @Test func `a master that may not be signalled is an error`() async throws {
        host.change { model in
            model.processes = [master(7)]
            model.hangUpFailure = SystemCallError("kill", code: 1)
        }
        let nginx = try nginx().0
        let error = await #expect(throws: DeploymentError.self) { try await nginx.reload() }
        #expect(error?.diagnosis.fix == "run this as root: sudo certctl deploy")
    }

    @Test func `the dump begins where the first file is named`() async throws {
        host.change { $0.processes = [master(7)] }
        let said = "nginx: [warn] old\nnginx: test is successful\n"
        let text = "# configuration file /etc/nginx/nginx.conf:\nevents {}\n"
        let dump = try await nginx(said: said + text).0.configuration()
        #expect(dump.text == Array(text.utf8))
        #expect(dump.verdict.lines == ["old"])
        #expect(try await nginx(said: "").0.configuration().text.isEmpty)
    }

    @Test func `a refused configuration is told in nginx's words`() async throws {
        host.change { $0.processes = [master(7)] }
        let said = "nginx: [emerg] host not found in upstream \"app\" in /etc/nginx/a:1\n"
        let verdict = try await nginx(said: said, ending: .exited(1)).0.test()
        #expect(!verdict.isAccepted)
        #expect(verdict.trouble == .unknownUpstream("app"))
        let other = try await nginx(said: "strange\nwords", ending: .signalled(11)).0.test()
        #expect(other.lines == ["strange", "words"])
    }

    @Test func `one that does not end is given up with what it said`() async throws {
        host.change { $0.processes = [master(7)] }
        let nginx = try nginx(said: "slow", ending: .timedOut).0
        let expected = DeploymentError.nginxHangs(
            place: "nginx on this host",
            command: "nginx -t",
            seconds: 60,
            lines: ["slow"]
        )
        await #expect(throws: expected) { _ = try await nginx.test() }
    }

    @Test func `a snapshot tells the master and the workers that take connections`() async throws {
        let worker = HostProcess(
            pid: 9,
            title: "nginx: worker process",
            name: "nginx",
            owner: 33,
            group: 33,
            executable: nil,
            started: 1
        )
        let old = HostProcess(
            pid: 8,
            title: "nginx: worker process is shutting down",
            name: "nginx",
            owner: 33,
            group: 33,
            executable: nil,
            started: 1
        )
        let anothers = HostProcess(
            pid: 10,
            title: "nginx: worker process",
            name: "nginx",
            owner: 33,
            group: 33,
            executable: nil,
            started: 1,
            parent: 6
        )
        host.change { $0.processes = [master(7), old, worker, anothers] }
        let nginx = try nginx().0
        let snapshot = try await nginx.snapshot()
        #expect(snapshot.master == 7)
        #expect(snapshot.workers == [9])
        host.change { $0.processes[0] = master(17) }
        #expect(try await !nginx.snapshot().isSameRun(as: snapshot))
    }

    @Test(
        arguments: [
            ("# configuration file /a:\nerror_log /var/log/e.log warn;\n", ["one", "two"]),
            ("# configuration file /a:\nerror_log \"/var/log/e.log\";\n", ["one", "two"]),
            ("# configuration file /a:\nerror_log stderr;\n", []),
            (
                "nginx version: x\nconfigure arguments: --error-log-path=/var/log/e.log\n",
                ["one", "two"]
            ),
        ]
    )
    func `its log is the file that it is told to write`(said: String, lines: [String]) async throws
    {
        host.change { model in
            model.processes = [master(7)]
            model.texts["/var/log/e.log"] = "zero\none\ntwo\n"
        }
        #expect(try await nginx(said: said).0.log(lines: 2, since: nil) == lines)
    }

    @Test func `it sees the host as it is`() async throws {
        host.change { model in
            model.processes = [master(7)]
            model.texts["/etc/resolv.conf"] = "nameserver 192.0.2.53\n"
            model.missing = ["/nowhere"]
        }
        let nginx = try nginx().0
        #expect(nginx.paths == .identity)
        #expect(nginx.addresses(ofPort: 443).map(\.description) == ["127.0.0.1:443", "[::1]:443"])
        #expect(await nginx.resolvers() == ["192.0.2.53"])
        #expect(try await nginx.sight(of: HostShare("/srv")) == .seen)
        #expect(try await nginx.sight(of: HostShare("/srv", at: "/etc")) == .elsewhere("/srv"))
        #expect(try await nginx.sight(of: HostShare("/nowhere")) == .missing)
    }
}

/// Which nginx is meant.
@Suite struct NginxFinderTests {
    private let host = ScriptedHost()

    private func find(_ engine: ScriptedEngine?) async throws -> any NginxInstance {
        let runner = ScriptedNginx { _ in ChildResult(ending: .exited(0), output: []) }
        let finder = NginxFinder(host: host, processes: runner) {
            guard let engine else { throw EngineError.noSocket(["/run/docker.sock"]) }
            return try await engine.client()
        }
        return try await finder.find(at: nil)
    }

    private func runOnHost() {
        host.change {
            $0.processes = [
                HostProcess(
                    pid: 7,
                    title: "nginx: master process n",
                    name: "nginx",
                    owner: 0,
                    group: 0,
                    executable: "/sbin/nginx",
                    started: 1
                )
            ]
        }
    }

    @Test func `without an engine it is the host's`() async throws {
        runOnHost()
        #expect(try await find(nil).place == "nginx on this host")
    }

    @Test func `a container with a web port wins over the host's`() async throws {
        runOnHost()
        let engine = ScriptedEngine(.with { $0.ports = [(80, "0.0.0.0", 80)] })
        #expect(try await find(engine).place == "nginx in the container web")
    }

    @Test func `one that is stopped does not, one that starts again and again does`() async throws {
        runOnHost()
        let engine = ScriptedEngine(
            .with { container in
                container.ports = [(80, "0.0.0.0", 80)]
                container.status = "exited"
            }
        )
        #expect(try await find(engine).place == "nginx on this host")
        engine.change { $0.containers[0].status = "restarting" }
        await #expect(throws: DeploymentError.self) { _ = try await find(engine) }
    }

    @Test func `a stopped one is explained where nothing else runs`() async throws {
        let engine = ScriptedEngine(
            .with { container in
                container.ports = [(80, "0.0.0.0", 80)]
                container.status = "exited"
            }
        )
        let error = await #expect(throws: DeploymentError.self) { _ = try await find(engine) }
        guard case .notRunning = error else {
            Issue.record("it is another error: \(String(describing: error))")
            return
        }
    }

    @Test func `without any there is an error that lists the containers`() async throws {
        let engine = ScriptedEngine(.with("db") { $0.processes = ["postgres"] })
        let error = await #expect(throws: DeploymentError.self) { _ = try await find(engine) }
        #expect(error?.diagnosis.why.contains("db (nginx:1.30, running)") == true)
    }

    @Test func `an engine that cannot be used is an error, not the host's nginx`() async throws {
        runOnHost()
        let engine = ScriptedEngine()
        engine.change { $0.interference = { _, _ in .failure(.socket(.forbidden, "no")) } }
        await #expect(throws: EngineError.forbidden(socket: "/run/docker.sock")) {
            _ = try await find(engine)
        }
    }
}

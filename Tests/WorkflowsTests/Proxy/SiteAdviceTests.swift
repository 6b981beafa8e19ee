import Diagnostics
import HTTP
import Platform
import Sites
import TestSupport
import Testing

@testable import Deployment
@testable import Workflows

/// What keeps a site from working and nginx does not mind is told, and nothing depends on it.
@Suite struct SiteAdviceTests {
    private static let settings = "\(TestHost.home)/etc/certctl.conf"
    private static let passwords = "/etc/nginx/conf.d/users"

    private let host: TestHost
    private let view = ScriptedHost()
    private let engine: ScriptedEngine

    init() throws {
        host = try TestHost()
        var proxy = ScriptedContainer("proxy")
        proxy.networks = ["shop": "10.0.0.2"]
        proxy.networkMode = "shop"
        proxy.mounts = [("/srv/conf.d", "/etc/nginx/conf.d")]
        var stopped = ScriptedContainer("backend")
        stopped.networks = ["shop": "10.0.0.3"]
        stopped.status = "exited"
        engine = ScriptedEngine(.init([proxy, stopped]))
        host.disk.put(directory: "/srv")
        host.disk.put(directory: "/srv/conf.d")
        // The master, and a worker of it as user and group 101.
        view.change { model in
            model.texts["/proc/100/status"] = "Name:\tnginx\nUid:\t0 0 0 0\nGid:\t0 0 0 0\n"
            model.texts["/proc/100/task/100/children"] = "107 108 "
            model.texts["/proc/107/status"] =
                "Name:\tnginx\nUid:\t101 101 101 101\nGid:\t101 101 101 101\nCapEff:\t0\n"
        }
    }

    private var services: Services {
        var services = host.services
        let (engine, view) = (engine, view)
        services.proxy = ProxyAccess(probe: Nobody(), host: view) { _ in
            let endpoint = try DockerEndpoint(host: "unix:///run/docker.sock")
            let client = try await EngineClient.connected(
                toFirstOf: [endpoint],
                clock: ManualClock()
            ) { _ in engine }
            return try await ContainerNginx(
                try await client.container("proxy"),
                engine: client,
                host: view
            )
        }
        return services
    }

    private func notes(_ sites: String) async throws -> [SiteNote] {
        host.disk.put(
            Self.settings,
            Array("proxy proxy { configuration /srv/conf.d; }\n\(sites)".utf8)
        )
        let settings = try SettingsLoader(services).load()
        return try await #require(SiteAdvice(services, settings)).notes()
    }

    private func passwordTrouble() async throws -> PasswordTrouble? {
        let site = "site a.test { to proxy:1; auth_basic_user_file \(Self.passwords); }"
        guard case .passwords("a.test", let trouble)? = try await notes(site).first else {
            return nil
        }
        return trouble
    }

    // MARK: Servers

    @Test func `each server that is not there is told once a site, with what is the matter`()
        async throws
    {
        let notes = try await notes(
            """
            site a.test { to backend:1; location /x { to backnd:2 backnd:3; } }
            site b.test { to 127.0.0.1:3000; }
            site c.test { kind redirect; to www.c.test; }
            site d.test { to app.example.com:80 proxy:80 [fd00::1]:80 10.0.0.9:80; }
            """
        )
        #expect(
            notes == [
                .stoppedServer(
                    site: "a.test",
                    container: "backend",
                    status: "exited",
                    command: "docker start backend"
                ),
                .noServer(site: "a.test", host: "backnd", similar: "backend"),
                .leadsToItself(site: "b.test", host: "127.0.0.1"),
            ]
        )
        #expect(notes.allSatisfy { $0.isWarning })
    }

    @Test(arguments: ["localhost", "127.0.0.53", "[::1]"])
    func `the container itself has many names`(name: String) async throws {
        #expect(
            try await notes("site a.test { to \(name):80; }")
                == [.leadsToItself(site: "a.test", host: name)]
        )
    }

    @Test func `on the host's network the loopback address is the host's`() async throws {
        engine.change { model in
            model.containers[0].networkMode = "host"
            model.containers[0].networks = ["host": ""]
        }
        #expect(try await notes("site a.test { to 127.0.0.1:80 x:80; }").isEmpty)
    }

    @Test func `an engine that does not answer is no matter`() async throws {
        engine.change { model in
            model.interference = { request, _ in
                request.url.description.contains("/containers/json")
                    ? .failure(.timedOut("no answer")) : nil
            }
        }
        #expect(try await notes("site a.test { to 127.0.0.1:80 x:80; }").isEmpty)
        engine.change { $0.interference = { _, _ in .failure(.timedOut("no answer")) } }
        #expect(try await notes("site a.test { to x:80; }").isEmpty)
    }

    @Test func `what asks for nothing costs nothing`() async throws {
        #expect(try await notes("site a.test { to 10.0.0.9:80; }").isEmpty)
        #expect(engine.requests.isEmpty)
    }

    // MARK: Passwords

    @Test func `a file of passwords that is not there is told by its path on this host`()
        async throws
    {
        #expect(try await passwordTrouble() == .missing(path: "/srv/conf.d/users"))
    }

    @Test(arguments: [(0o644, false), (0o600, true), (0o640, true)])
    func `whether the workers may read it is told by its mode`(
        mode: UInt32,
        isFound: Bool
    ) async throws {
        host.disk.put("/srv/conf.d/users", [], mode: FileMode(mode))
        host.disk.setOwner("/srv/conf.d/users", 0)
        host.disk.setGroup("/srv/conf.d/users", 0)
        let found = PasswordTrouble.unreadable(
            path: "/srv/conf.d/users",
            user: 101,
            command: "chgrp 101 '/srv/conf.d/users' && chmod g+r '/srv/conf.d/users'"
        )
        #expect(try await passwordTrouble() == (isFound ? found : nil))
        host.disk.setGroup("/srv/conf.d/users", 101)
        #expect(try await (passwordTrouble() == nil) == (mode != 0o600))
    }

    @Test func `a directory that they may not pass counts, where a mount shows it`() async throws {
        host.disk.put("/srv/conf.d/users", [], mode: .publicFile)
        host.disk.setOwner("/srv/conf.d", 0)
        host.disk.setOwner("/srv", 0)
        host.disk.setMode("/srv", .privateDirectory)
        #expect(try await passwordTrouble() == nil)
        host.disk.setMode("/srv/conf.d", .privateDirectory)
        #expect(
            try await passwordTrouble()
                == .unreadable(path: "/srv/conf.d", user: 101, command: "chmod o+x '/srv/conf.d'")
        )
    }

    @Test func `workers that are root read everything, and of unknown ones nothing is said`()
        async throws
    {
        host.disk.put("/srv/conf.d/users", [], mode: .privateFile)
        host.disk.setOwner("/srv/conf.d/users", 7)
        #expect(try await passwordTrouble() != nil)
        view.change { model in
            model.texts["/proc/107/status"] =
                "Name:\tnginx\nUid:\t0 0 0 0\nGid:\t0 0 0 0\nCapEff:\t000001ffffffffff\n"
        }
        #expect(try await passwordTrouble() == nil)
        view.change { $0.texts = [:] }
        #expect(try await passwordTrouble() == nil)
    }

    @Test func `an nginx behind a shell is found`() async throws {
        host.disk.put("/srv/conf.d/users", [], mode: .privateFile)
        host.disk.setOwner("/srv/conf.d/users", 0)
        view.change { model in
            model.texts["/proc/200/status"] = model.texts["/proc/100/status"]
            model.texts["/proc/200/task/200/children"] = "107 "
            model.texts["/proc/100/status"] = "Name:\tsh\nUid:\t0 0 0 0\nGid:\t0 0 0 0\n"
            model.texts["/proc/100/task/100/children"] = "150 200 "
        }
        guard case .unreadable(_, 101, _)? = try await passwordTrouble() else {
            Issue.record("it was not found")
            return
        }
    }

    @Test func `a folder is no file of passwords`() async throws {
        host.disk.put(directory: "/srv/conf.d/users")
        #expect(try await passwordTrouble() == .notFile(path: "/srv/conf.d/users"))
    }

    @Test func `what no mount shows is looked for in the container`() async throws {
        engine.change { $0.containers[0].mounts = [] }
        #expect(try await passwordTrouble() == .inContainer(path: Self.passwords))
        view.change { $0.missing = ["/proc/100/root\(Self.passwords)"] }
        #expect(try await passwordTrouble() == .notMounted(path: Self.passwords))
        #expect(SiteNote.passwords(site: "a.test", .notMounted(path: "/x")).isWarning)
        #expect(!SiteNote.passwords(site: "a.test", .inContainer(path: "/x")).isWarning)
    }

    // MARK: Where it is told

    @Test func `apply --check tells it`() async throws {
        _ = try await notes("site a.test { to 127.0.0.1:80; }")
        _ = try await CheckSettings(services).run()
        let line = try #require(host.log.lines(from: .warning).last)
        #expect(line.contains("a.test: 127.0.0.1 is the container of nginx itself"))
    }

    @Test func `issue --to tells it of its own site`() async throws {
        _ = try await notes("site a.test { to 127.0.0.1:80; }\nsite b.test { to localhost:80; }")
        try await IssueCertificates([host.request(["b.test"])], services: services).adviseOnSites()
        let lines = host.log.lines(from: .warning)
        #expect(lines.count == 1)
        #expect(lines.first?.contains("b.test: localhost is the container of nginx itself") == true)
    }

    @Test func `apply and its plan tell it`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        let line = "auth_basic_user_file /etc/nginx/conf.d/users;"
        fixture.settings(
            "site a.test { to app:3000; \(line) }\nsite b.test { to app:3001; }\n"
        )
        let note = SiteNote.passwords(
            site: "a.test",
            .missing(path: "\(ModelProxy.directory)/users")
        )
        #expect(try await ApplySettings(fixture.services).plan().notes.contains(note))
        try await fixture.apply()
        #expect(
            fixture.host.log.lines(from: .warning).contains { $0.contains(note.description) }
        )
    }
}

/// A server that presents nothing.
private struct Nobody: TLSProbing {
    func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]] {
        throw .refused
    }
}

import CertificateStore
import Deployment
import Diagnostics
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Sites and certificates are brought into use by as few reloads as can be, and each on its own where one
/// of them is bad.
@Suite struct ProxyDeploymentTests {
    private func failures(_ endings: [DeployCertificates.Ending]) -> [String: any Error] {
        endings.reduce(into: [:]) { failures, ending in
            if case .failure(let error) = ending.result { failures["\(ending.name)"] = error }
        }
    }

    private func expectServed(_ fixture: ProxyFixture, _ names: [String]) throws {
        for name in names { #expect(try fixture.proxy.served(name) == fixture.newest(name)) }
    }

    @Test(arguments: ProxyFixture.Start.allCases.filter { $0 != .renaming })
    func `many are brought into use by one reload`(_ start: ProxyFixture.Start) async throws {
        let fixture = try await ProxyFixture(start)
        let before = fixture.proxy.reloads
        try fixture.expectDeployed(await fixture.deploy())
        #expect(fixture.proxy.reloads == before + 1)
        try await fixture.run()
        try expectServed(fixture, fixture.wanted)
    }

    @Test func `S15: ten deployments in a row, with nothing to do, cause no reload`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        let (reloads, files) = (fixture.proxy.reloads, fixture.files)
        let changes = fixture.host.disk.changes
        for _ in 1...10 {
            let endings = try await fixture.deploy()
            let results = try endings.map { try $0.result.get().wasUnchanged }
            #expect(results == [true, true])
        }
        for _ in 1...10 { #expect(try await !fixture.apply()) }
        #expect(fixture.proxy.reloads == reloads)
        #expect(fixture.files == files)
        // Locks are taken; nothing else is written.
        #expect(fixture.host.disk.changes - changes < 100)
    }

    @Test func `X16: what nginx has lost is told to it again, without a change of files`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.proxy.setDeaf(true)
        await #expect(throws: (any Error).self) { try await fixture.run() }
        fixture.proxy.setDeaf(false)
        try await fixture.run()
        try expectServed(fixture, fixture.wanted)
    }

    @Test func `X11: a reload that has no effect is told in the words of the log, and taken back`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let (files, old) = (fixture.files, fixture.proxy.served("a.test"))
        fixture.proxy.setDeaf(true)
        let failures = failures(try await fixture.deploy())
        #expect(failures.count == 2)
        let why = (failures["a.test"] as? any Diagnosable)?.diagnosis.why ?? ""
        #expect(why.contains("[emerg] bind() to 0.0.0.0:8080 failed"))
        #expect(!why.contains("exiting"))
        #expect(fixture.files == files)
        #expect(fixture.proxy.served("a.test") == old)
        #expect(fixture.host.disk.bytes(of: fixture.services.layout.transaction) == nil)
    }

    @Test func `X08: a bad site is put back and keeps no good one from being deployed`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let old = fixture.proxy.served("a.test")
        fixture.settings(
            "site a.test { to app:3000; raw { refused; } }\nsite b.test { to app:3001; }\n"
        )
        let failures = failures(try await fixture.deploy())
        #expect(Set(failures.keys) == ["a.test"])
        let diagnosis = (failures["a.test"] as? any Diagnosable)?.diagnosis
        #expect(diagnosis?.exitCode == .deployment)
        #expect(diagnosis?.why.contains("unknown directive \"refused\"") == true)
        #expect(fixture.proxy.served("a.test") == old)
        try expectServed(fixture, ["b.test"])
        #expect(fixture.proxy.restart() == nil)
    }

    @Test func `X07: what was broken before is told and not touched, and the certificate is kept`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let (files, old) = (fixture.files, fixture.proxy.served("a.test"))
        let mine = "\(ModelProxy.directory)/mine.conf"
        fixture.host.disk.put(mine, Array("refused;\n".utf8))
        let failures = failures(try await fixture.deploy())
        let diagnosis = (failures["a.test"] as? any Diagnosable)?.diagnosis
        #expect(diagnosis?.what.contains("did before certctl changed anything") == true)
        #expect(fixture.proxy.served("a.test") == old)
        try fixture.host.disk.removeFile(mine)
        #expect(fixture.files == files)
        try await fixture.run()
        try expectServed(fixture, fixture.wanted)
    }

    @Test func `X06: a file that a person has changed is left alone, and its site still renewed`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let path = "\(ModelProxy.directory)/certctl-a.test.conf"
        let changed = try #require(fixture.host.disk.bytes(of: path)) + Array("# mine\n".utf8)
        fixture.host.disk.put(path, changed)
        try await fixture.run()
        #expect(fixture.host.disk.bytes(of: path) == changed)
        try expectServed(fixture, fixture.wanted)
    }

    @Test func `the room for a long name stays, and is not taken for somebody else's`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let long = String(repeating: "a", count: 50) + ".test"
        try await fixture.host.issue([long], deploys: false)
        fixture.settings("site \(long) { to app:3000; }\n")
        let path = "\(ModelProxy.directory)/certctl-00-http.conf"
        for _ in 1...3 {
            _ = try await ApplySettings(fixture.services).applySites()
            let text = fixture.host.disk.bytes(of: path).map { String(decoding: $0, as: UTF8.self) }
            #expect(text?.contains("server_names_hash_bucket_size 128;") == true)
        }
    }

    @Test func `the room for a long name is not given twice where another file gives it`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let long = String(repeating: "a", count: 50) + ".test"
        fixture.host.disk.put(
            "\(ModelProxy.directory)/mine.conf",
            Array("server_names_hash_bucket_size 128;\n".utf8)
        )
        fixture.settings("site \(long) { to app:3000; }\n")
        _ = try await ApplySettings(fixture.services).applySites()
        let path = "\(ModelProxy.directory)/certctl-00-http.conf"
        let text = fixture.host.disk.bytes(of: path).map { String(decoding: $0, as: UTF8.self) }
        #expect(text?.contains("bucket_size") == false)
    }

    @Test(arguments: ["aaa", "mine"])
    func `the room for a long name that a person gives later takes the place of certctl's`(
        file: String
    )
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let disk = fixture.host.disk
        let long = String(repeating: "a", count: 50) + ".test"
        try await fixture.host.issue([long], deploys: false)
        fixture.settings("site \(long) { to app:3000; }\n")
        try await fixture.apply()
        let mine = "\(ModelProxy.directory)/\(file).conf"
        disk.put(mine, Array("server_names_hash_bucket_size 256;\n".utf8))
        #expect(fixture.proxy.restart()?.contains("directive is duplicate") == true)
        try await fixture.commit([long])
        try await fixture.apply()
        #expect(fixture.proxy.restart() == nil)
        #expect(try fixture.proxy.served(long) == fixture.newest(long))
        #expect(disk.bytes(of: mine) == Array("server_names_hash_bucket_size 256;\n".utf8))
        #expect(disk.bytes(of: fixture.services.layout.transaction) == nil)
        // What is left of certctl's file is what it would write anyway.
        let reloads = fixture.proxy.reloads
        #expect(try await !fixture.apply())
        #expect(fixture.proxy.reloads == reloads)
        // And it comes back with the need for it.
        try disk.removeFile(mine)
        try await fixture.apply()
        #expect(fixture.proxy.restart() == nil)
    }

    @Test func `room of a person's that is too small is what the failure names`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        let disk = fixture.host.disk
        let long = String(repeating: "a", count: 50) + ".test"
        try await fixture.host.issue([long], deploys: false)
        fixture.settings("site \(long) { to app:3000; }\n")
        try await fixture.apply()
        disk.put(
            "\(ModelProxy.directory)/mine.conf",
            Array("server_names_hash_bucket_size 64;\n".utf8)
        )
        let files = fixture.files
        let applied = try await ApplySettings(fixture.services).applySites()
        let diagnosis = try #require(applied.failure as? any Diagnosable).diagnosis
        #expect(diagnosis.why.contains("you should increase server_names_hash_bucket_size: 64"))
        #expect(diagnosis.what.hasSuffix("everything is as it was"))
        #expect(fixture.files == files)
    }

    @Test(arguments: [false, true])
    func `X09: certctl's own files that are missing or empty are put back`(
        isEmptied: Bool
    )
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let (files, disk) = (fixture.files, fixture.host.disk)
        let own = files.keys.filter { $0.hasPrefix("\(ModelProxy.directory)/certctl/") }
        #expect(!own.isEmpty)
        if isEmptied {
            for path in own { disk.put(path, []) }
        } else {
            for path in own { try disk.removeFile(path) }
            #expect(fixture.proxy.restart() != nil)
            let missing = ProxyError.ownFilesMissing(
                place: fixture.proxy.place,
                paths: own.sorted()
            )
            let error = await #expect(throws: Unserved.self) {
                try await ApplySettings(fixture.services).plan()
            }
            #expect(error?.failure as? ProxyError == missing)
        }
        _ = try await ApplySettings(fixture.services).applySites()
        for path in own { #expect(disk.bytes(of: path) == files[path], "\(path)") }
        try await fixture.run()
        try expectServed(fixture, fixture.wanted)
    }

    @Test
    func `X09: an nginx that cannot start without certctl's own files can once they are back`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let (files, disk) = (fixture.files, fixture.host.disk)
        let folder = "\(ModelProxy.directory)/certctl"
        try disk.removeTree(folder)
        var services = fixture.services
        services.proxy = fixture.proxy.accessThatStarts()
        let before = disk.contents(below: "/")
        let planned = await #expect(throws: Unserved.self) {
            try await ApplySettings(services).plan()
        }
        #expect(planned?.diagnosis.fix.contains("certctl apply") == true)
        #expect(disk.contents(below: "/") == before)
        let first = try await DeployCertificates(services).run()
        let told = failures(first)["a.test"] as? any Diagnosable
        #expect(told?.diagnosis.why.contains("\(folder)/challenge.inc") == true)
        #expect(told?.diagnosis.fix == "docker restart proxy, then run: certctl deploy")
        #expect(fixture.proxy.restart() == nil)
        let applied = try await ApplySettings(services).applySites()
        try fixture.expectDeployed(applied.endings)
        #expect(applied.failure == nil)
        for path in files.keys where path.hasPrefix(folder) {
            #expect(disk.bytes(of: path) == files[path], "\(path)")
        }
        try expectServed(fixture, fixture.wanted)
    }

    @Test func `what else is broken is told, and nothing is left behind of a mending`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let disk = fixture.host.disk
        let path = "\(ModelProxy.directory)/certctl/challenge.inc"
        try disk.removeFile(path)
        disk.put("\(ModelProxy.directory)/mine.conf", Array("refused;\n".utf8))
        let files = fixture.files
        let applied = try await ApplySettings(fixture.services).applySites()
        let diagnosis = try #require(applied.failure as? any Diagnosable).diagnosis
        #expect(diagnosis.what.contains("did before certctl changed anything"))
        // There is no certificate that waits.
        #expect(diagnosis.fix == "mend that, then run: certctl apply")
        #expect(fixture.files == files)
        #expect(disk.bytes(of: fixture.services.layout.transaction) == nil)
    }

    @Test func `a directory that is not the mounted one is told, with the line to write`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.host.disk.put(directory: "/srv/other")
        fixture.host.disk.put(
            ProxyFixture.path,
            Array("proxy proxy { configuration /srv/other; }\nsite a.test { to app:1; }\n".utf8)
        )
        let error = await #expect(throws: Unserved.self) {
            _ = try await ApplySettings(fixture.services).plan()
        }
        #expect(error?.diagnosis.why.contains(ModelProxy.directory) == true)
        let line = "configuration \(ModelProxy.directory);"
        #expect(error?.diagnosis.fix.contains(line) == true)
        #expect(error?.diagnosis.fix.contains("/srv/other") == false)
    }

    /// No line is asked for that is there.
    @Test func `a main file that the container sees an old state of is told, with what to type`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        let stale = StaleMount(
            source: "/srv/nginx.conf",
            isFile: true,
            remedy: "docker restart proxy"
        )
        fixture.host.disk.put(directory: "/srv/other.d")
        fixture.proxy.setFrame("events {}\nhttp {\n}\n")
        let first = try await ApplySettings(fixture.services).applySites()
        let asked = try #require(first.failure as? any Diagnosable).diagnosis
        #expect(asked.what.contains("does not read the files in"))
        fixture.proxy.setStale(stale)
        let files = fixture.files
        let applied = try await ApplySettings(fixture.services).applySites()
        let diagnosis = try #require(applied.failure as? any Diagnosable).diagnosis
        #expect(
            diagnosis.what == "nginx in the container proxy sees an old state of /srv/nginx.conf"
        )
        #expect(diagnosis.why.contains("it goes on seeing the old file"))
        #expect(diagnosis.fix.hasPrefix("docker restart proxy, then run: certctl apply"))
        #expect(fixture.files == files)
    }

    @Test func `what nginx refuses in a file that it sees an old state of is mended already`()
        async throws
    {
        let fixture = try await ProxyFixture(.renewed)
        fixture.proxy.setFrame("events {}\nhttp {\nserver { refused; }\n}\n")
        fixture.proxy.setStale(
            .init(source: "/srv/nginx.conf", isFile: true, remedy: "docker restart proxy")
        )
        for ending in try await fixture.deploy() {
            let error = #expect(throws: ProxyError.self) { _ = try ending.result.get() }
            #expect(error?.diagnosis.fix.hasPrefix("docker restart proxy, then run") == true)
        }
    }

    @Test func `an old state of a file that does no harm is told, and all is done`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        fixture.proxy.setStale(
            .init(source: "/srv/nginx.conf", isFile: true, remedy: "docker restart proxy")
        )
        try await fixture.run()
        try expectServed(fixture, fixture.wanted)
        let said = fixture.host.log.lines(from: .warning)
        #expect(said.contains { $0.contains("/srv/nginx.conf") && $0.contains("docker restart") })
    }

    @Test func `what nginx refuses of raw is told by its line in certctl.conf`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        try await fixture.run()
        let files = fixture.files
        fixture.settings(
            """
            site a.test {
                to app:3000;
                raw {
                    etag on;
                    refused yes;
                }
            }
            site b.test { to app:3001; }

            """
        )
        let applied = try await ApplySettings(fixture.services).applySites()
        let refused = try #require(applied.refused.values.first as? any Diagnosable)
        let diagnosis = refused.diagnosis
        #expect(
            diagnosis.why.hasSuffix(
                "unknown directive \"refused\" in raw { } of the site a.test, "
                    + "\(ProxyFixture.path):6: refused yes;"
            )
        )
        #expect(diagnosis.what == "nginx refuses the new configuration; everything is as it was")
        // No certificate waits.
        #expect(diagnosis.fix == "mend that, then run: certctl apply")
        #expect(fixture.files == files)
        try await fixture.commit()
        for ending in try await fixture.deploy() where "\(ending.name)" == "a.test" {
            let error = #expect(throws: TransactionFailure.self) { _ = try ending.result.get() }
            #expect(
                error?.diagnosis.fix
                    == "mend that, then run: certctl deploy; the certificate is saved"
            )
        }
    }

    @Test func `who loses the default is told by the run that takes it, and never again`()
        async throws
    {
        let fixture = try await ProxyFixture(.nothing)
        fixture.host.disk.put(
            "\(ModelProxy.directory)/mine.conf",
            Array("server { listen 80; server_name localhost; }\n".utf8)
        )
        let apply = try ApplySettings(fixture.services)
        #expect(try await !apply.plan().notes.isEmpty)
        try await fixture.run()
        _ = try await apply.applySites()
        #expect(try await apply.plan().notes.isEmpty)
    }

    @Test func `a plan of deploying has each line that changes, and changes none`() async throws {
        let fixture = try await ProxyFixture(.renewed)
        fixture.settings("site a.test { to app:4000; }\nsite b.test { to app:3001; }\n")
        let (disk, reloads) = (fixture.host.disk, fixture.proxy.reloads)
        let (all, before) = (disk.contents(below: "/"), fixture.files)
        let plan = try await DeployCertificates(fixture.services).plan()
        #expect(disk.contents(below: "/") == all)
        #expect(fixture.proxy.reloads == reloads)
        #expect(plan.certificates.map { "\($0.name)" } == fixture.wanted)
        #expect(plan.certificates.allSatisfy { $0.inUse?.value == 1 && $0.generation.value == 2 })
        try await fixture.run()
        for file in plan.files { #expect(disk.bytes(of: file.path) == file.after) }
        let changed = fixture.files.filter { before[$0.key] != $0.value }
        #expect(Set(changed.keys) == Set(plan.files.map(\.path)))
        let rest = try await DeployCertificates(fixture.services).plan()
        #expect(rest.certificates.isEmpty && rest.files.isEmpty)
    }

    @Test(arguments: [false, true])
    func `one site's files that cannot be read keep no other from its certificate`(
        isFolder: Bool
    ) async throws {
        let fixture = try await ProxyFixture(.nothing)
        try await fixture.run()
        let path = "\(TestHost.home)/lib/tls/gen/a.test/000001/cert.pem"
        try fixture.host.disk.removeFile(path)
        if isFolder {
            fixture.host.disk.put(directory: path)
        } else {
            fixture.host.disk.put(path, [UInt8](repeating: 10, count: 300_000))
        }
        try await fixture.commit(["b.test"])
        _ = try await DeployCertificates(fixture.services).run(isPendingOnly: true)
        try expectServed(fixture, ["b.test"])
        #expect(fixture.proxy.restart() == nil)
    }

    @Test(arguments: [true, false])
    func `a certificate whose block has no hook is nginx's, as far as that includes it`(
        isIncluded: Bool
    ) async throws {
        let fixture = try await ProxyFixture(.nothing)
        try await fixture.run()
        fixture.settings(
            "site a.test { to app:3000; }\nsite b.test { to app:3001; }\n"
                + "certificate c.test { watch off; }\n"
        )
        try await fixture.commit(["c.test"])
        try fixture.expectDeployed(await fixture.deploy())
        let folder = "\(TestHost.home)/lib/tls/nginx"
        let include = isIncluded ? "include \(folder)/c.test.conf;" : "return 444;"
        let port = isIncluded ? "443 ssl" : "8080"
        fixture.host.disk.put(
            "\(ModelProxy.directory)/mine.conf",
            Array("server { listen \(port); server_name c.test; \(include) }".utf8)
        )
        #expect(fixture.proxy.restart() == nil)
        let reloads = fixture.proxy.reloads
        try await fixture.commit(["c.test"])
        try fixture.expectDeployed(await fixture.deploy())
        #expect(fixture.proxy.reloads == reloads + (isIncluded ? 1 : 0))
        if isIncluded { try expectServed(fixture, ["c.test"]) }
    }

    @Test(arguments: [true, false])
    func `a certificate with a hook of its own waits for no nginx, and any other does`(
        hasHook: Bool
    ) async throws {
        let fixture = try await ProxyFixture(.nothing)
        try await fixture.run()
        let word = hasHook ? "deploy_hook /hooks/mail" : "watch off"
        fixture.settings(
            "site a.test { to app:3000; }\nsite b.test { to app:3001; }\n"
                + "certificate c.test { \(word); }\n"
        )
        fixture.host.disk.put("/hooks/mail", [], mode: FileMode(0o755))
        fixture.host.disk.put("\(ModelProxy.directory)/mine.conf", Array("refused;\n".utf8))
        try await fixture.commit(["c.test"])
        #expect(failures(try await fixture.deploy()).keys.sorted() == (hasHook ? [] : ["c.test"]))
    }

    @Test func `without a site no server of certctl's is put before a person's`() async throws {
        let fixture = try await ProxyFixture(.nothing)
        fixture.settings("")
        let folder = "\(TestHost.home)/lib/tls/nginx"
        let mine = "\(ModelProxy.directory)/mine.conf"
        try fixture.expectDeployed(await fixture.deploy())
        let server = "server { listen 443 ssl; server_name a.test; include \(folder)/a.test.conf; }"
        fixture.host.disk.put(mine, Array(server.utf8))
        try await fixture.commit()
        try fixture.expectDeployed(await fixture.deploy())
        try expectServed(fixture, ["a.test"])
        #expect(fixture.host.disk.contents(below: ModelProxy.directory).keys.sorted() == [mine])
    }
}

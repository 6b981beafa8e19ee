import CertificateStore
import Deployment
import Diagnostics
import Nginx
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Design §8: in users' own server blocks the certificate and the location for challenges change, every
/// other byte stays, and whatever cannot be done changes nothing.
@Suite struct EditInPlaceTests {
    @Test func `a server without TLS serves the certificate, and its other lines are as they were`()
        async throws
    {
        let machine = try InPlaceHost()
        try await machine.issueInPlace()
        #expect(try await machine.isServed())
        let text = try #require(machine.siteText)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(
            lines.filter { !$0.hasSuffix("# certctl") }.joined(separator: "\n") == InPlaceHost.text
        )
        #expect(text.contains("listen 443 ssl; # certctl"))
    }

    @Test func `before the CA is asked the challenge is passed on, and nothing else is changed`()
        async throws
    {
        let machine = try InPlaceHost()
        try await EditInPlace(machine.services, redirects: true).prepare([machine.target()])
        let text = try #require(machine.siteText)
        #expect(text.contains("include /etc/nginx/conf.d/certctl/challenge.inc; # certctl"))
        #expect(!text.contains("443"))
        #expect(machine.nginx.reloads == 1)
    }

    @Test func `a site of certctl.conf is changed there, and nowhere in place`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        machine.host.configure("site www.example.com { to app:80; }\n")
        let (bytes, reloads) = (machine.bytes, machine.nginx.reloads)
        let edits = try EditInPlace(machine.services, redirects: false)
        let refusal = InPlaceError.ownSite(
            "www.example.com",
            settings: "\(TestHost.home)/etc/certctl.conf"
        )
        await #expect(throws: refusal) { try await edits.prepare([machine.target()]) }
        await #expect(throws: refusal) { _ = try await edits.run(machine.target()) }
        await #expect(throws: refusal) { _ = try await edits.plan(machine.target()) }
        #expect(refusal.diagnosis.exitCode == .configuration)
        #expect(refusal.diagnosis.fix.contains("certctl site remove www.example.com"))
        #expect(machine.bytes == bytes)
        #expect(machine.nginx.reloads == reloads)
    }

    @Test func `a second run changes no byte and reloads nothing`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        try await machine.edit(redirects: true)
        let (bytes, reloads) = (machine.bytes, machine.nginx.reloads)
        let changes = try await machine.edit(redirects: true)
        #expect(changes.files.isEmpty)
        #expect(machine.bytes == bytes)
        #expect(machine.nginx.reloads == reloads)
    }

    @Test func `a plan changes no byte, and needs no certificate`() async throws {
        let machine = try InPlaceHost()
        let bytes = machine.bytes
        let plan = try await EditInPlace(machine.services, redirects: true).plan(machine.target())
        #expect(plan.files.contains { $0.path == InPlaceHost.site })
        #expect(machine.bytes == bytes)
    }

    @Test func `X09: what a plan only names of certctl's own missing files, an edit puts back`()
        async throws
    {
        let machine = try InPlaceHost()
        try await machine.issueInPlace()
        let (bytes, disk) = (machine.bytes, machine.host.disk)
        let snippet = "/etc/nginx/conf.d/certctl/challenge.inc"
        try disk.removeFile(snippet)
        let missing = ProxyError.ownFilesMissing(place: machine.nginx.place, paths: [snippet])
        await #expect(throws: missing) {
            try await EditInPlace(machine.services, redirects: false).plan(machine.target())
        }
        let error = await #expect(throws: Unserved.self) {
            try await DeleteCertificate(machine.services).run("example.com", isForced: false)
        }
        #expect(error?.failure as? ProxyError == missing)
        try await machine.edit()
        #expect(machine.bytes == bytes)
        try disk.removeFile(snippet)
        try await machine.undo()
        #expect(machine.siteText == InPlaceHost.text)
    }

    @Test func `a renewal is served without an edit`() async throws {
        let machine = try InPlaceHost()
        try await machine.issueInPlace()
        let (bytes, include) = (
            machine.bytes, try machine.services.store.publishedInclude(of: machine.target().name)
        )
        let request = try machine.host.request { $0.isForced = true }
        let endings = try await IssueCertificates([request], services: machine.services).run()
        _ = try #require(endings.first).result.get()
        #expect(machine.bytes == bytes)
        #expect(
            try machine.services.store.publishedInclude(of: machine.target().name) != include
        )
        #expect(try await machine.isServed())
    }

    @Test func `with a redirect a server of certctl's takes plain http over`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        try await machine.edit(redirects: true)
        let text = try #require(machine.siteText)
        #expect(!text.contains("listen 80"))
        let own = machine.host.disk.bytes(of: "/etc/nginx/conf.d/certctl-_http-example.com.conf")
        #expect(own?.string.contains("return 308 https://$host$request_uri;") == true)
        #expect(try await machine.isServed())
    }

    @Test func `apply leaves alone what edits need, and puts no server before users'`() async throws
    {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        try await machine.edit(redirects: true)
        let bytes = machine.bytes
        machine.put(
            "\(TestHost.home)/etc/certctl.conf",
            "proxy host { configuration /etc/nginx/conf.d; }"
        )
        #expect(try await !ApplySettings(machine.services).applySites().hasChanged)
        #expect(machine.bytes == bytes)
    }

    // MARK: Refusals

    @Test(arguments: [
        "server { listen 80; server_name other.test; }\n",
        "# managed by Certbot\n" + InPlaceHost.text,
        InPlaceHost.text.replacing(
            "location / {",
            with: "if ($x) { return 301 /y; }\nlocation / {"
        ),
        """
        server { listen 443 ssl; listen 80; server_name example.com www.example.com;
        ssl_certificate /old/cert.pem; ssl_certificate_key /old/key.pem;
        ssl_certificate /old/cert.pem; ssl_certificate_key /old/key.pem; }

        """,
    ])
    func `what cannot be edited is refused, with the reason, and no byte changes`(
        _ text: String
    ) async throws {
        let machine = try InPlaceHost(text)
        let bytes = machine.bytes
        do {
            try await machine.issueInPlace()
            Issue.record("it was edited")
        } catch InPlaceError.refused(let refusals) {
            #expect(!refusals.isEmpty)
            #expect(InPlaceError.refused(refusals).diagnosis.exitCode == .configuration)
        }
        #expect(machine.bytes == bytes)
        #expect(machine.host.network.withCA { $0.requestCount } == 0)
    }

    @Test func `a file that cannot be parsed is told with line and column`() async throws {
        let machine = try InPlaceHost()
        machine.put("/etc/nginx/conf.d/broken.conf", "server {\n    listen \"80;\n}\n")
        let bytes = machine.bytes
        do {
            try await machine.issueInPlace()
            Issue.record("it was edited")
        } catch let error as InPlaceError {
            #expect(error.diagnosis.why.hasPrefix("/etc/nginx/conf.d/broken.conf:2:12: "))
        }
        #expect(machine.bytes == bytes)
    }

    @Test func `a file of the container's image is refused`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        machine.nginx.see(
            by: PathMap(mounts: [
                .init(source: TestHost.home, target: TestHost.home, isWritable: false),
                .init(source: "/etc/nginx/conf.d", target: "/etc/nginx/conf.d", isWritable: false),
            ])
        )
        for path in ["/etc/nginx/nginx.conf", "/etc/nginx/sites-enabled/site"] {
            let real = path.replacing("enabled", with: "available")
            machine.nginx.read(path, as: try #require(machine.host.disk.bytes(of: real)))
        }
        let bytes = machine.bytes
        await #expect(
            throws: InPlaceError.inImage(
                file: "/etc/nginx/sites-enabled/site",
                place: "nginx in memory"
            )
        ) { try await machine.edit() }
        #expect(machine.bytes == bytes)
    }

    @Test func `X06: a file that is not what nginx reads is refused`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        let old = InPlaceHost.text.replacing("# Mine.", with: "# Older.")
        machine.nginx.read("/etc/nginx/sites-enabled/site", as: Array(old.utf8))
        let bytes = machine.bytes
        await #expect(
            throws: InPlaceError.differs(
                file: "/etc/nginx/sites-enabled/site",
                host: InPlaceHost.site
            )
        ) { try await machine.edit() }
        #expect(machine.bytes == bytes)
    }

    @Test func `a file that an image makes of a template is refused`() async throws {
        let machine = try InPlaceHost("")
        try await machine.host.issue()
        machine.put("/etc/nginx/conf.d/site.conf", InPlaceHost.text)
        machine.put("/etc/nginx/templates/site.conf.template", InPlaceHost.text)
        machine.nginx.see(by: PathMap(mounts: [.init(source: "/", target: "/", isWritable: true)]))
        let bytes = machine.bytes
        do {
            try await machine.edit()
            Issue.record("it was edited")
        } catch InPlaceError.refused(let refusals) {
            let file = "/etc/nginx/conf.d/site.conf"
            #expect(
                refusals.contains(.generated(file: file, by: "envsubst of the nginx image"))
            )
        }
        #expect(machine.bytes == bytes)
    }

    @Test func `a snippet that a person has changed is not overwritten`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        let path = "/etc/nginx/conf.d/certctl/challenge.inc"
        machine.put(path, "# mine\n")
        let bytes = machine.bytes
        let error = await #expect(throws: Unserved.self) {
            try await machine.edit()
        }
        #expect(error?.failure as? ProxyError == .changedByPerson(path: path, offer: nil))
        #expect(machine.bytes == bytes)
    }

    // MARK: Failures

    @Test func `what is not served afterwards is put back, its record too`() async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        let bytes = machine.bytes
        machine.nginx.ignoreReloads(true)
        await #expect(throws: Unserved.self) { try await machine.edit() }
        #expect(machine.bytes == bytes)
    }

    @Test(arguments: [false, true])
    func `after a death at any call the next run ends well, and all of it can be taken back`(
        _ redirects: Bool
    ) async throws {
        let machine = try InPlaceHost()
        try await machine.host.issue()
        let disk = machine.host.disk
        let (copy, first) = (disk.copy(), machine.bytes)
        for call in 1...150 {
            disk.restore(copy)
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = disk.changes + call
            disk.plan(plan)
            _ = try? await machine.edit(redirects: redirects)
            let hasDied = disk.isDead
            disk.restart()
            // A file that stays the same one can be torn: then what stood there is noted.
            let isNoted = try disk.status(machine.services.layout.transaction) != nil
            #expect(machine.nginx.starts || isNoted, "call \(call)")
            try await machine.edit(redirects: redirects)
            #expect(try await machine.isServed(), "call \(call)")
            try await machine.undo()
            #expect(machine.bytes == first, "call \(call)")
            guard hasDied else { return }
        }
        Issue.record("150 calls are more than an edit makes")
    }
}

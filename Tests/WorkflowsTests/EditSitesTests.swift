import ACME
import CertificateStore
import Diagnostics
import Nginx
import Platform
import Settings
import Sites
import TestSupport
import Testing

@testable import Workflows

/// certctl.conf gets what was asked for, and loses nothing.
@Suite struct EditSitesTests {
    private static let path = "\(TestHost.home)/etc/certctl.conf"

    private let host: TestHost
    private var sites: EditSites { EditSites(host.services) }
    private var text: String? {
        host.disk.bytes(of: Self.path).map { String(decoding: $0, as: UTF8.self) }
    }

    init() throws {
        host = try TestHost()
    }

    private func names(_ texts: String...) throws -> [Identifier] {
        try texts.map { try Identifier($0) }
    }

    private let block = "site a.test b.test {\n    to app:80;\n}\n"

    @Test func `the first site makes the file, which the service can read`() throws {
        try sites.add(names("a.test", "b.test"), [Directive("to", "app:80")])
        #expect(text == block)
        #expect(try host.disk.status(Self.path)?.mode == .groupReadableFile)
        #expect(try sites.sites().map(\.certificate.names.count) == [2])
    }

    @Test func `what cannot be served is taken back, unless the file was changed since`() throws {
        let first = try #require(try sites.routing(names("a.test"), to: ["app:80"], kind: nil))
        let before = text
        let second = try #require(try sites.routing(names("c.test"), to: ["app:81"], kind: nil))
        #expect(throws: SiteError.settingsChanged(path: Self.path)) { try sites.takeBack(first) }
        try sites.takeBack(second)
        #expect(text == before)
        try sites.takeBack(first)
        #expect(text == nil)
        #expect(try sites.sites().isEmpty)
    }

    @Test func `a home that is missing is made for it`() throws {
        let sites = EditSites(host.services(at: "/home/new"))
        try sites.add(names("a.test", "b.test"), [Directive("to", "app:80")])
        #expect(host.disk.bytes(of: "/home/new/etc/certctl.conf") == Array(block.utf8))
    }

    @Test func `the next one leaves what is there, and the file's mode`() throws {
        host.disk.put(Self.path, Array("# mine\nprofile x;\n".utf8), mode: FileMode(0o600))
        try sites.add(names("a.test", "b.test"), [Directive("to", "app:80")])
        #expect(text == "# mine\nprofile x;\n\n\(block)")
        #expect(try host.disk.status(Self.path)?.mode == FileMode(0o600))
    }

    @Test func `a host has one site`() throws {
        try sites.add(names("a.test"), [Directive("to", "app:80")])
        let before = text
        #expect(throws: SiteError.exists("a.test", of: ["a.test"])) {
            try sites.add(names("c.test", "a.test"), [Directive("to", "app:80")])
        }
        #expect(text == before)
    }

    @Test(arguments: [
        [Directive("to", "nonsense")], [],
        [Directive("kind", "registry"), Directive("to", "r:5000")],
        [Directive("too", "app:80")],
    ])
    func `what the file could not be read with is not written`(directives: [Directive]) throws {
        try sites.add(names("a.test"), [Directive("to", "app:80")])
        let before = text
        let error = #expect(throws: (any Error).self) { try sites.add(names("b.test"), directives) }
        #expect((error as? any Diagnosable)?.diagnosis.exitCode == .configuration)
        #expect(text == before)
    }

    private func refusal(_ directives: [Directive]) throws -> Diagnosis {
        let error = #expect(throws: SiteError.self) {
            try sites.add(names("a.test"), directives)
        }
        return try #require(error).diagnosis
    }

    @Test func `what is wrong with a new site is told of what was typed`() throws {
        let form = try refusal([Directive("to", "nonsense"), Directive("hsts", "soon")])
        #expect(form.what == "--to cannot be 'nonsense'")
        #expect(form.why.hasPrefix("it is written as HOST:PORT"))
        #expect(form.fix.contains("\n  and: --hsts cannot be 'soon'"))
        #expect(!"\(form)".contains("certctl.conf:"))
        #expect(try refusal([]).fix == "say where requests go: --to HOST:PORT")
        let open = try refusal([Directive("kind", "registry"), Directive("to", "r:5000")])
        #expect(open.fix == "give --auth-file PATH; or, if all the world may: --public")
        let unfit = try refusal([Directive("to", "a:1"), Directive("public")])
        #expect(unfit.what == "--public makes no sense with --kind app")
        let file = try refusal([Directive("to", "a:1"), Directive("auth_basic_user_file", "x")])
        #expect(file.what == "--auth-file cannot be 'x'")
        #expect(text == nil)
    }

    @Test func `what there still is of a site that is taken out is known`() async throws {
        let names = ["none.test", "order.test", "done.test"]
        for name in names { try sites.add(self.names(name), [Directive("to", "app:80")]) }
        try await host.issue(["done.test"])
        host.misbehave { $0.challengeProblem = "no route to host" }
        #expect(await host.exitCode(["order.test"]) == .challengeFailed)
        let lineages = try names.map { try #require(LineageName($0)) }
        #expect(try sites.remove("none.test") == .nothing)
        #expect(try sites.remove("order.test") == .order(lineages[1]))
        #expect(try sites.remove("done.test") == .certificate(lineages[2]))
    }

    private func ending(_ error: any Error) throws -> [IssueCertificates.Ending] {
        [.init(name: try #require(LineageName("a.test")), result: .failure(error))]
    }

    @Test func `a change is taken back where its site is refused, whatever certificate there is`()
        throws
    {
        let clash = SitesError.clash(name: "a.test", port: 80, file: "/mine.conf")
        for error in [clash, ProxyError.refusedSite(clash)] as [any Error] {
            let change = try #require(
                try sites.routing(names("a.test"), to: ["app:80"], kind: nil)
            )
            try sites.takeBack(change, ifRefused: ending(ProxyError.restarted(place: "nginx")))
            #expect(text != nil)
            try sites.takeBack(change, ifRefused: ending(error))
            #expect(text == nil)
        }
    }

    @Test func `a site that is taken out is gone, and what is about others stays`() throws {
        host.disk.put(Self.path, Array("# mine\n".utf8))
        try sites.add(names("a.test"), [Directive("to", "app:80")])
        try sites.add(names("exam-ple.test"), [Directive("to", "app:81")])
        try sites.remove("exam-ple.test")
        #expect(text == "# mine\n\nsite a.test {\n    to app:80;\n}\n")
        #expect(throws: SiteError.unknown("c.test", known: ["a.test"])) {
            try sites.remove("c.test")
        }
    }

    @Test
    func `a site goes by its first name or its certificate's, and not by a host among others`()
        throws
    {
        let blocks = "\nsite a.test b.test {\n    to app:80;\n    name shop;\n}\n"
        host.disk.put(Self.path, Array(blocks.utf8))
        let error = #expect(throws: SiteError.self) { try sites.remove("B.test") }
        #expect(error == .notFirst("b.test", of: ["a.test", "b.test"], place: "\(Self.path):2"))
        let told = try #require(error).diagnosis
        #expect(told.exitCode == .configuration)
        #expect(told.fix.contains("certctl site remove a.test"))
        #expect(told.fix.contains("\(Self.path):2"))
        #expect(text == blocks)
        try sites.remove("shop")
        #expect(text?.contains("site") == false)
        host.disk.put(Self.path, Array(blocks.utf8))
        try sites.remove("a.test")
        #expect(text?.contains("site") == false)
    }

    @Test func `who adds a site that there is is told how its servers are changed`() throws {
        try sites.add(names("a.test", "b.test"), [Directive("to", "app:80")])
        let error = #expect(throws: SiteError.self) {
            try sites.add(names("b.test"), [Directive("to", "app:81")])
        }
        let fix = try #require(error).diagnosis.fix
        #expect(fix.contains("certctl issue a.test b.test --to HOST:PORT"))
    }

    @Test func `a route is a new site, a change of one, or nothing new`() throws {
        #expect(try sites.route(names("a.test"), to: ["app:80"], kind: nil))
        #expect(try !sites.route(names("a.test"), to: ["app:80"], kind: nil))
        #expect(try sites.route(names("a.test"), to: ["app:81"], kind: "websocket"))
        #expect(text == "site a.test {\n    kind websocket;\n    to app:81;\n}\n")
        #expect(throws: SiteError.otherNames("a.test b.test", "a.test")) {
            try sites.route(names("a.test", "b.test"), to: ["app:80"], kind: nil)
        }
    }

    @Test func `wherever it dies, the file is the old one or the new one`() throws {
        host.disk.put(Self.path, Array("# mine\n".utf8), mode: .publicFile)
        for call in 1... {
            let before = try #require(text)
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = host.disk.changes + call
            host.disk.plan(plan)
            let name = "n\(call).test"
            do {
                try sites.add(names(name), [Directive("to", "app:80")])
                break
            } catch {
                host.disk.restart()
                let after = try #require(text)
                #expect(after == before || after.contains(name), "call \(call)")
            }
        }
        host.disk.plan(MemoryFileSystem.Plan())
        #expect(try !sites.sites().isEmpty)
    }
}

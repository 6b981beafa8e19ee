import CertificateStore
import Diagnostics
import Nginx
import Platform
import TestSupport
import Testing

@testable import Workflows

/// Design §8: every edit of users' files can be taken back, whatever they have changed elsewhere.
@Suite struct UndoEditsTests {
    private let machine: InPlaceHost

    init() throws {
        machine = try InPlaceHost()
    }

    @Test func `every byte is back, and no file is left`() async throws {
        let first = machine.bytes
        try await machine.issueInPlace()
        try await machine.edit(redirects: true)
        #expect(machine.bytes != first)
        let changes = try await machine.undo()
        #expect(changes.byHand.isEmpty)
        #expect(machine.bytes == first)
        #expect(machine.nginx.starts)
    }

    @Test func `what a person has changed elsewhere stays`() async throws {
        try await machine.issueInPlace()
        let text = try #require(machine.siteText)
        machine.put(InPlaceHost.site, text.replacing("hello", with: "good-bye"))
        try await machine.undo()
        #expect(machine.siteText == InPlaceHost.text.replacing("hello", with: "good-bye"))
    }

    @Test func `a place that is another's now is left alone, told of, and kept in mind`()
        async throws
    {
        try await machine.issueInPlace()
        let text = try #require(machine.siteText)
        let changed = text.replacing("listen 443 ssl; # certctl", with: "listen 443 ssl; # mine")
        machine.put(InPlaceHost.site, changed)
        let changes = try await machine.undo()
        #expect(machine.siteText == changed)
        let place = try #require(changes.byHand.first)
        #expect(place.file == InPlaceHost.site)
        #expect(InPlaceError.byHand(changes.byHand).diagnosis.exitCode == .deployment)
        machine.put(InPlaceHost.site, text)
        try await machine.undo()
        #expect(machine.siteText == InPlaceHost.text)
    }

    @Test
    func `the rest is taken back where a person has taken a line away`()
        async throws
    {
        try await machine.issueInPlace()
        let include = "\(TestHost.home)/lib/tls/nginx/example.com.conf"
        let lines = try #require(machine.siteText).split(
            separator: "\n",
            omittingEmptySubsequences: false
        )
        let rest = lines.filter { !$0.contains(include) }
        #expect(rest.count < lines.count)
        machine.put(InPlaceHost.site, rest.joined(separator: "\n"))
        #expect(!machine.nginx.starts)
        let planned = try await UndoEdits(machine.services).plan("example.com")
        #expect(planned.byHand.isEmpty)
        #expect(planned.files.map(\.path) == [InPlaceHost.site])
        let changes = try await machine.undo()
        #expect(changes.byHand.isEmpty)
        #expect(machine.siteText == InPlaceHost.text)
        #expect(machine.nginx.starts)
        await #expect(throws: InPlaceError.self) { try await machine.undo() }
    }

    @Test func `what nginx refuses and cannot be told for certain is told line by line`()
        async throws
    {
        try await machine.issueInPlace()
        let text = try #require(machine.siteText)
        let include = "\(TestHost.home)/lib/tls/nginx/example.com.conf"
        let changed = text.replacing(include, with: "\(include).old")
        machine.put(InPlaceHost.site, changed)
        #expect(!machine.nginx.starts)
        let changes = try await machine.undo()
        #expect(machine.siteText == changed)
        #expect(changes.byHand.contains { $0.remedy.contains("include \(include)") })
    }

    @Test func `what is still refused with the edits taken back is left as it is`() async throws {
        try await machine.issueInPlace()
        let text = try #require(machine.siteText) + "server { listen 443 ssl; }\n"
        machine.put(InPlaceHost.site, text)
        #expect(!machine.nginx.starts)
        await #expect(throws: (any Error).self) { try await machine.undo() }
        #expect(machine.siteText == text)
    }

    @Test func `where a person has taken all of it away there is nothing to do by hand`()
        async throws
    {
        try await machine.issueInPlace()
        machine.put(InPlaceHost.site, InPlaceHost.text.replacing("# Mine.", with: "# Really."))
        let changes = try await machine.undo()
        #expect(changes.byHand.isEmpty)
        #expect(EditRecords(machine.services).names.isEmpty)
    }

    @Test func `a plan changes no byte`() async throws {
        try await machine.issueInPlace()
        let bytes = machine.bytes
        let plan = try await UndoEdits(machine.services).plan("example.com")
        #expect(plan.files.contains { $0.path == InPlaceHost.site })
        #expect(machine.bytes == bytes)
    }

    @Test func `where nothing was edited there is nothing to take back`() async throws {
        await #expect(throws: InPlaceError.nothingToUndo("example.com", known: [])) {
            try await machine.undo()
        }
    }

    @Test func `a damaged record is an error, and no byte changes`() async throws {
        try await machine.issueInPlace()
        let path = try EditRecords(machine.services).path(of: machine.target().name)
        machine.put(path, "certctl-undo 1\nstep\n")
        let bytes = machine.bytes
        await #expect(throws: InPlaceError.recordDamaged(path: path)) {
            try await machine.undo()
        }
        #expect(machine.bytes == bytes)
    }

    @Test func `after a death at any call the next run takes all of it back`() async throws {
        let first = machine.bytes
        try await machine.issueInPlace()
        try await machine.edit(redirects: true)
        let disk = machine.host.disk
        let copy = disk.copy()
        for call in 1...150 {
            disk.restore(copy)
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = disk.changes + call
            disk.plan(plan)
            _ = try? await machine.undo()
            let hasDied = disk.isDead
            disk.restart()
            let isNoted = try disk.status(machine.services.layout.transaction) != nil
            #expect(machine.nginx.starts || isNoted, "call \(call)")
            if !EditRecords(machine.services).names.isEmpty { try await machine.undo() }
            #expect(machine.bytes == first, "call \(call)")
            guard hasDied else { return }
        }
        Issue.record("150 calls are more than an undo makes")
    }

    /// Two certificates, and one server that passes the CA's questions on for both.
    private static let shared = """
        server { listen 80; server_name a.test b.test;\n    return 301 https://$host$request_uri;\n}
        server {\n    listen 443 ssl;\n    server_name a.test;
            ssl_certificate /old/cert.pem;\n    ssl_certificate_key /old/key.pem;\n}
        server {\n    listen 443 ssl;\n    server_name b.test;
            ssl_certificate /old/cert.pem;\n    ssl_certificate_key /old/key.pem;\n}

        """

    @Test(arguments: [["a.test", "b.test"], ["b.test", "a.test"]])
    func `a server that two certificates share goes on answering for the other`(
        order: [String]
    ) async throws {
        let machine = try InPlaceHost(Self.shared)
        let first = machine.bytes
        for name in ["a.test", "b.test"] { try await machine.issueInPlace([name]) }
        try await machine.undo(order[0])
        let text = try #require(machine.siteText)
        #expect(text.contains("challenge.inc"))
        #expect(text.contains("tls/nginx/\(order[1]).conf"))
        #expect(!text.contains("tls/nginx/\(order[0]).conf"))
        try await machine.issueInPlace([order[1]], isForced: true)
        #expect(machine.siteText == text)
        try await machine.undo(order[1])
        #expect(machine.bytes == first)
    }

    @Test func `after a death at any call what two certificates share is taken back as a whole`()
        async throws
    {
        let machine = try InPlaceHost(Self.shared)
        let first = machine.bytes
        for name in ["a.test", "b.test"] { try await machine.issueInPlace([name]) }
        let disk = machine.host.disk
        let copy = disk.copy()
        for call in 1...150 {
            disk.restore(copy)
            var plan = MemoryFileSystem.Plan()
            plan.diesAt = disk.changes + call
            disk.plan(plan)
            _ = try? await machine.undo("a.test")
            let hasDied = disk.isDead
            disk.restart()
            // The next run takes back what was cut off, and so there may be one more than before.
            while let name = EditRecords(machine.services).names.min() {
                try await machine.undo("\(name)")
            }
            #expect(machine.bytes == first, "call \(call)")
            guard hasDied else { return }
        }
        Issue.record("150 calls are more than an undo makes")
    }

    @Test func `delete refuses while nginx names the files, and says where`() async throws {
        try await machine.issueInPlace()
        let delete = DeleteCertificate(machine.services, configurations: [])
        do {
            _ = try await delete.run("example.com", isForced: false)
            Issue.record("it was deleted")
        } catch let error as WorkflowError {
            guard case .inUse(_, let uses) = error else { throw error }
            #expect(uses.map(\.owner) == [.edits])
            #expect(uses.first?.place.hasPrefix("/etc/nginx/sites-enabled/site:") == true)
            #expect(
                error.diagnosis.fix.hasPrefix("certctl site undo example.com, then run the same")
            )
        }
        try await machine.undo()
        _ = try await delete.run("example.com", isForced: false)
        #expect(try ListCertificates(machine.services).all().reports == [])
    }
}

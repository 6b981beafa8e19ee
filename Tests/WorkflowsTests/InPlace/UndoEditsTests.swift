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

    @Test func `delete refuses while nginx names the files, and says where`() async throws {
        try await machine.issueInPlace()
        let delete = DeleteCertificate(machine.services, configurations: [])
        do {
            _ = try await delete.run("example.com", isForced: false)
            Issue.record("it was deleted")
        } catch WorkflowError.inUse(_, let places) {
            #expect(places.count == 1)
            #expect(places.first?.hasPrefix("/etc/nginx/sites-enabled/site:") == true)
        }
        try await machine.undo()
        _ = try await delete.run("example.com", isForced: false)
        #expect(try ListCertificates(machine.services).all() == [])
    }
}

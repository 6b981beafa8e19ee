import Diagnostics
import FoundationEssentials
import PKI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import CertificateStore

/// Design §6: what is where, with which mode, and what is refused.
@Suite struct CertificateStoreTests {
    private let fixture: StoreFixture
    private var store: CertificateStore { fixture.store }
    private var disk: MemoryFileSystem { fixture.disk }
    private var layout: StoreLayout { fixture.store.layout }

    init() throws {
        fixture = try StoreFixture()
    }

    @Test(arguments: [
        ("", 0o711), ("/accounts", 0o700), ("/lineages", 0o700), ("/deploy", 0o700),
        ("/renewal", 0o700), ("/watch", 0o755),
        ("/tls", 0o711),
        ("/tls/.tmp", 0o700), ("/tls/gen", 0o711), ("/tls/live", 0o755), ("/tls/nginx", 0o755),
    ])
    func `directories have the modes of the design`(_ path: String, _ mode: UInt32) throws {
        #expect(try disk.status(layout.state + path)?.mode == FileMode(mode))
    }

    @Test(arguments: [
        ("privkey.pem", 0o600), ("cert.pem", 0o644), ("chain.pem", 0o644), ("fullchain.pem", 0o644),
        ("manifest.json", 0o644),
    ])
    func `files of a generation have the modes of the design`(_ file: String, _ mode: UInt32) throws
    {
        let stored = try fixture.commit()
        #expect(try disk.status("\(stored.files.directory)/\(file)")?.mode == FileMode(mode))
    }

    @Test(arguments: ["", "/lineages", "/tls", "/tls/gen"])
    func `a directory that is a symbolic link is refused`(_ path: String) throws {
        let directory = layout.state + path
        disk.put(link: directory, to: "/elsewhere")
        #expect(throws: (any Error).self) { try store.prepare() }
    }

    @Test func `a store that others may write to is refused`() {
        disk.setMode(layout.lineages, FileMode(0o777))
        #expect(throws: StoreError.self) { try store.prepare() }
    }

    @Test func `a store of another user is refused`() {
        disk.setOwner(layout.tls, 1001)
        #expect(
            throws: StoreError.distrusted(path: layout.tls, .owner(1001)),
            performing: { try store.prepare() }
        )
    }

    @Test func `a store of root is accepted`() throws {
        disk.setOwner(layout.tls, 0)
        try store.prepare()
    }

    @Test func `a committed certificate is found again`() throws {
        let stored = try fixture.commit()
        #expect(try store.lineage(fixture.name).current == stored)
        #expect(try store.lineageNames() == [fixture.name])
    }

    @Test func `X13: a generation that is gone gives its path to no other`() throws {
        try fixture.commit()
        let newest = try fixture.commit()
        for file in try disk.list(newest.files.directory) {
            try disk.removeFile("\(newest.files.directory)/\(file)")
        }
        try disk.removeDirectory(newest.files.directory)
        #expect(try fixture.commit().number == GenerationNumber(3))
    }

    @Test(arguments: ["privkey.pem", "cert.pem", "chain.pem", "fullchain.pem", "manifest.json"])
    func `a generation with a flipped bit does not count`(_ file: String) throws {
        try fixture.commit()
        let newest = try fixture.commit()
        let path = "\(newest.files.directory)/\(file)"
        var bytes = try disk.readFile(path, limit: 65_536)
        bytes[bytes.count / 2] ^= 1
        disk.put(path, bytes, mode: FileMode(0o600))
        #expect(try store.lineage(fixture.name).current?.number == GenerationNumber(1))
    }

    @Test(arguments: [
        (#""example.com""#, #""$(id)""#),
        (#""example.com""#, #""-rf""#),
        (#""p256""#, #""\u001b[2J""#),
    ])
    func `a manifest that means something to a shell or a terminal does not count`(
        _ plain: String,
        _ forged: String
    ) throws {
        try fixture.commit()
        let newest = try fixture.commit()
        let path = newest.files.manifest
        let text = String(decoding: try disk.readFile(path, limit: 65_536), as: UTF8.self)
        let other = text.replacing(plain, with: forged)
        #expect(other != text)
        disk.put(path, Array(other.utf8), mode: .publicFile)
        #expect(try store.lineage(fixture.name).current?.number == GenerationNumber(1))
    }

    @Test(arguments: [
        "../gen/example.com/1", "../gen/other/000001", "/gen/example.com/000001", "000001",
    ])
    func `a link that certctl did not make leads to no generation`(_ target: String) throws {
        #expect(try store.publishedGeneration(of: fixture.name) == nil)
        try store.publish(fixture.commit(), of: fixture.name)
        #expect(try store.publishedGeneration(of: fixture.name) == GenerationNumber(1))
        disk.put(link: layout.live(fixture.name), to: target)
        #expect(try store.publishedGeneration(of: fixture.name) == nil)
    }

    /// Root reads it too, and whoever owns the store must not choose what.
    @Test(
        arguments: [
            (#""chain.pem""#, #""../../../../../etc/shadow""#), (#""chain.pem""#, #""more.pem""#),
            (#""privkey.pem" : "#, #""more.pem" : "#),
            (#""cert.pem" : "#, #""manifest.json" : "0", "cert.pem" : "#),
        ]
    )
    func `a generation that tells of other files does not count`(
        _ own: String,
        _ other: String
    ) throws {
        try fixture.commit()
        let newest = try fixture.commit()
        let text = String(
            decoding: try disk.readFile(newest.files.manifest, limit: 65_536),
            as: UTF8.self
        )
        let forged = text.replacing(own, with: other)
        try #require(forged != text)
        for path in ["/etc/shadow", "\(newest.files.directory)/more.pem"] {
            disk.put(path, try disk.readFile(newest.files.chain, limit: 65_536))
        }
        disk.put(newest.files.manifest, Array(forged.utf8))
        #expect(try store.latestCertificate(fixture.name)?.number == GenerationNumber(1))
    }

    @Test func `what is made before it is published is made where nobody else can`() throws {
        let seen = Mutex<Set<String>>([])
        disk.observe { disk in
            seen.withLock { $0.formUnion(disk.contents(below: "/home").keys) }
        }
        let stored = try fixture.commit()
        seen.withLock { $0 = [] }
        try store.publish(stored, of: fixture.name)
        let made = seen.withLock { $0 }.filter { $0.contains("~") }
        let tls = layout.tls
        #expect(made == ["\(tls)/nginx/example.com.conf~new", "\(tls)/live/example.com~new"])
    }

    @Test func `the include names both paths of one generation`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: fixture.name)
        let text = String(
            decoding: try disk.readFile(layout.include(fixture.name), limit: 4096),
            as: UTF8.self
        )
        #expect(
            text == """
                ssl_certificate     "\(stored.files.fullChain)";
                ssl_certificate_key "\(stored.files.privateKey)";

                """
        )
    }

    @Test func `the live link is relative, so that it works in a container too`() throws {
        try store.publish(fixture.commit(), of: fixture.name)
        #expect(try disk.readSymbolicLink(layout.live(fixture.name)) == "../gen/example.com/000001")
    }

    @Test func `publishing what is published changes nothing`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: fixture.name)
        let changes = disk.changes
        try store.publish(stored, of: fixture.name)
        #expect(disk.changes == changes)
    }

    @Test func `the generation in use is kept however old it is`() throws {
        let old = try fixture.commit()
        for _ in 1...5 { try fixture.commit() }
        try store.removeOldGenerations(of: fixture.name, inUse: old.number)
        let names = try disk.list("\(layout.tls)/gen/example.com")
        #expect(names == ["000001", "000005", "000006"])
    }

    @Test func `a deleted lineage leaves its lock and nothing else`() throws {
        try store.publish(fixture.commit(), of: fixture.name)
        try store.delete(fixture.name)
        #expect(try store.lineageNames() == [])
        let left = disk.contents(below: layout.state).keys.filter { $0.contains("example.com") }
        #expect(left.sorted() == ["\(layout.lineages)/example.com/lock"])
    }

    @Test func `a lock is had by one at a time and given back`() throws {
        let first = try store.lock(fixture.name)
        #expect(first != nil)
        #expect(try store.lock(fixture.name) == nil)
        withExtendedLifetime(first) {}
    }

    @Test func `an unknown lineage is named together with the known ones`() throws {
        try fixture.commit()
        #expect(
            throws: StoreError.unknownLineage("exmple.com", known: ["example.com"]),
            performing: { try store.existingLineage("exmple.com") }
        )
    }

    @Test func `a full disk is found out with its numbers`() {
        var plan = MemoryFileSystem.Plan()
        plan.room = 2_000_000
        disk.plan(plan)
        #expect(
            throws: StoreError.noRoom(path: layout.tls, "1953 KiB are left of 4096 that are needed")
        ) {
            try store.checkRoom(for: fixture.name)
        }
    }

    @Test func `a journal that has grown is compacted to its last commit`() throws {
        try fixture.commit()
        let filler = LineageRecord.abandoned(reason: String(repeating: "x", count: 400))
        for _ in 1...200 { try store.journal(fixture.name).append(filler) }
        try fixture.commit()
        #expect(try store.journal(fixture.name).size < 4096)
        #expect(try store.lineage(fixture.name).progress.committed == GenerationNumber(2))
    }

    @Test func `a deploy journal that has grown is compacted to the last record of each lineage`()
        throws
    {
        var failed = DeployRecord(fixture.name, GenerationNumber(1))
        let reason = String(repeating: "x", count: 400)
        failed.failure = DeployRecord.Failure(count: 1, last: StoreFixture.now, reason: reason)
        for _ in 1...200 { try store.append(failed) }
        let other = try #require(LineageName("other.test"))
        try store.append(DeployRecord(other, GenerationNumber(7)))
        let journal = "\(layout.state)/deploy/journal"
        let size = try #require(try disk.status(journal)).size
        #expect(size < 65_536)
        #expect(
            try store.deployRecords() == [
                fixture.name: failed, other: DeployRecord(other, GenerationNumber(7)),
            ]
        )
    }

    @Test func `a deploy journal is made smaller while it can still be read, whatever is in it`()
        throws
    {
        let names = try (0..<10).map { try #require(LineageName("a\($0).test")) }
        var records = names.map { DeployRecord($0, GenerationNumber(1)) }
        for index in records.indices {
            records[index].failure = DeployRecord.Failure(
                count: 1,
                last: StoreFixture.now,
                reason: String(repeating: "x", count: 400)
            )
            try store.append(records[index])
        }
        let full = try store.deployJournalSize
        try store.append(records[0])
        try store.compactDeployments(isForced: false, crowded: full)
        #expect(try store.deployJournalSize > full)
        try store.compactDeployments(isForced: true, crowded: full)
        #expect(try store.deployJournalSize == full)
        #expect(try store.deployRecords().values.allSatisfy { $0.failure?.reason.count == 400 })
        try store.compactDeployments(isForced: true, crowded: full - 1)
        #expect(try store.deployJournalSize < full / 2)
        #expect(try store.deployRecords().values.allSatisfy { $0.failure?.count == 1 })
    }

    @Test func `a staged key that is not the journal's is not used`() throws {
        let key = try PrivateKey.make(.p256)
        let request = try CertificateSigningRequest(dnsNames: ["example.com"], key: key)
        _ = try store.lock(fixture.name)
        try store.stage(key, request: request, settings: fixture.settings, for: fixture.name)
        let pending = try #require(try store.lineage(fixture.name).progress.pending)
        #expect(try store.stagedKey(pending, of: fixture.name) != nil)

        let other = try PrivateKey.make(.p256).pem().reveal { $0 }
        disk.put("\(layout.tls)/.tmp/example.com/privkey.pem", other)
        #expect(try store.stagedKey(pending, of: fixture.name) == nil)
    }
}

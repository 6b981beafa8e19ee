import Diagnostics
import PKI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import CertificateStore

/// Design §6: `tls_group`: keys for the group of an nginx whose master is not root, and for nobody else.
@Suite struct CertificateStoreGroupsTests {
    private static let group: UInt32 = 101

    private let fixture: StoreFixture
    /// Where the group may read keys.
    private let store: CertificateStore
    private var disk: MemoryFileSystem { fixture.disk }
    private var layout: StoreLayout { store.layout }
    private var name: LineageName { fixture.name }

    init() throws {
        fixture = try StoreFixture()
        store = fixture.store(for: Self.group)
        disk.setKeyGroup(Self.group)
    }

    private func copy(_ number: Int = 1, for group: UInt32 = group) -> GenerationFiles {
        layout.copy(GenerationNumber(number), of: name, for: group)
    }

    /// The names below the directory of all groups.
    private func copies() -> Set<String> {
        let all = disk.contents(below: layout.groups).keys
        return Set(all.map { String($0.dropFirst(layout.groups.count + 1)) })
    }

    private func include() throws -> String {
        String(decoding: try #require(disk.bytes(of: layout.include(name))), as: UTF8.self)
    }

    @Test func `a group has keys in directories that nobody else can enter`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        for path in ["101", "101/example.com", "101/example.com/000001"] {
            let status = try #require(try disk.status("\(layout.groups)/\(path)"))
            #expect(status.mode == FileMode(0o2750))
            #expect((status.owner, status.group) == (1000, Self.group))
        }
        #expect(try disk.status(layout.groups)?.mode == FileMode(0o2755))
        for file in stored.manifest.files.keys {
            let path = "\(copy().directory)/\(file)"
            let status = try #require(try disk.status(path))
            #expect(status.mode == FileMode(0o640))
            #expect((status.owner, status.group) == (1000, Self.group))
            #expect(disk.bytes(of: path) == disk.bytes(of: "\(stored.files.directory)/\(file)"))
        }
        #expect(copies().count == 4)
    }

    @Test func `what was issued stays its owner's alone, and nobody could read a key meanwhile`()
        throws
    {
        let stored = try fixture.commit()
        let seen = Exposure(of: stored.files.privateKey)
        disk.observe { seen.look(at: $0) }
        try store.publish(stored, of: name)
        #expect(seen.isOnlyPrivate)
        #expect(disk.exposedKeys.isEmpty)
    }

    @Test func `nginx is led to the copy, and other readers to what was issued`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        #expect(try include().contains("\"\(copy().fullChain)\""))
        #expect(try include().contains("\"\(copy().privateKey)\""))
        #expect(try store.publishedGeneration(of: name) == stored.number)
        #expect(try store.published(of: name) == stored)
        #expect(try fixture.store.published(of: name) == stored)
        #expect(try store.firstDifference(from: stored, of: name) == nil)
        #expect(try store.stray(name) == nil)
    }

    @Test
    func `root gives away what the owner has issued, and makes nothing among what is the owner's`()
        throws
    {
        let stored = try fixture.commit()
        for directory in layout.directories where directory.half == .deploying {
            disk.setOwner(directory.path, 0)
        }
        disk.act(as: 0)
        let root = CertificateStore(layout, in: disk, user: 0, keyGroup: Self.group)
        #expect(try root.role() == .deploying)
        let before = disk.contents(below: layout.generations)
        try root.publish(stored, of: name)
        try root.takeBack(name, but: stored.number)
        #expect(disk.contents(below: layout.generations) == before)
        let (key, own) = (
            try #require(try disk.status(copy().privateKey)),
            try #require(try disk.status(stored.files.privateKey))
        )
        #expect((key.owner, key.group, key.mode) == (0, Self.group, FileMode(0o640)))
        #expect((own.owner, own.group, own.mode) == (1000, 0, .privateFile))
        #expect(try disk.list(layout.temporary).isEmpty)
    }

    @Test func `without a group root leads everyone to copies that are root's alone`() throws {
        let stored = try fixture.commit()
        for directory in layout.directories where directory.half == .deploying {
            disk.setOwner(directory.path, 0)
        }
        disk.act(as: 0)
        disk.setKeyGroup(0)
        let root = CertificateStore(layout, in: disk, user: 0)
        try root.publish(stored, of: name)
        let own = copy(for: 0)
        #expect(try root.readable(stored, of: name) == own)
        #expect(try include().contains("\"\(own.privateKey)\""))
        #expect(try disk.readSymbolicLink(layout.live(name)) == "../group/0/example.com/000001")
        #expect(try root.firstDifference(from: stored, of: name) == nil)
        let status = try #require(try disk.status(own.privateKey))
        #expect((status.owner, status.group, status.mode) == (0, 0, .privateFile))
        // Whatever its owner does to what he has issued.
        disk.put(link: stored.files.privateKey, to: "/etc/shadow")
        #expect(disk.bytes(of: own.privateKey) != nil)
        disk.act(as: 1000)
        #expect(try fixture.store.publishedGeneration(of: name) == stored.number)
    }

    @Test func `without a group nothing is copied`() throws {
        let stored = try fixture.commit()
        try fixture.store.publish(stored, of: name)
        #expect(try !fixture.store.handOver(stored, of: name))
        #expect(try disk.status(layout.groups) == nil)
        #expect(try include().contains("\"\(stored.files.privateKey)\""))
    }

    @Test func `what the group has already is not made again`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        let changes = disk.changes
        #expect(try !store.handOver(stored, of: name))
        try store.takeBack(name, but: stored.number)
        #expect(disk.changes == changes)
    }

    @Test
    func `for another group nginx is led to other files, and the old ones go once that is done`()
        throws
    {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        let next = fixture.store(for: 102)
        disk.setKeyGroup(102)
        #expect(try next.stray(name) == stored)
        #expect(try next.firstDifference(from: stored, of: name) == layout.include(name))
        try next.publish(stored, of: name)
        #expect(try include().contains("/group/102/"))
        #expect(copies().count == 8)
        try next.takeBack(name, but: stored.number)
        #expect(copies().allSatisfy { $0.hasPrefix("102/") })
        #expect(try disk.list(layout.groups) == ["102"])
        #expect(disk.exposedKeys.isEmpty)
    }

    @Test func `where the group is taken away nginx is led back, and no copy is left`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        #expect(try fixture.store.usesGroups)
        #expect(try fixture.store.stray(name) == stored)
        try fixture.store.publish(stored, of: name)
        try fixture.store.takeBack(name, but: stored.number)
        #expect(try include().contains("\"\(stored.files.privateKey)\""))
        #expect(try disk.list(layout.groups).isEmpty)
        #expect(try !fixture.store.usesGroups)
    }

    @Test(arguments: ["privkey.pem", "fullchain.pem"])
    func `a copy that is not what was issued is made anew`(_ file: String) throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        let path = "\(copy().directory)/\(file)"
        let good = disk.bytes(of: path)
        disk.put(path, Array("torn".utf8), mode: FileMode(0o640))
        #expect(try store.firstDifference(from: stored, of: name) == copy().directory)
        #expect(try store.handOver(stored, of: name))
        #expect(disk.bytes(of: path) == good)
        try disk.removeFile(path)
        #expect(try store.stray(name) == stored)
        #expect(try store.handOver(stored, of: name))
        #expect(disk.bytes(of: path) == good)
        #expect(copies().count == 4)
    }

    @Test(
        arguments: [
            ("", 0o2755), ("/example.com", 0o2751), ("/example.com/000001", 0o750),
            ("/example.com/000001/privkey.pem", 0o644), ("/example.com/000001/privkey.pem", 0o660),
            ("/example.com/000001/privkey.pem", 0o600),
        ]
    )
    func `a copy in any other form is refused`(_ path: String, _ mode: UInt32) throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        let path = layout.group(Self.group) + path
        disk.setMode(path, FileMode(mode))
        let form = "mode \(FileMode(mode)), user 1000, group 101"
        let error = StoreError.distrusted(path: path, .notForGroup(101, form))
        #expect(throws: error) { try store.handOver(stored, of: name) }
        #expect(throws: error) { try store.firstDifference(from: stored, of: name) }
        #expect(error.diagnosis.fix.contains("rm -r '\(path)'"))
    }

    @Test func `a copy of another user, or of another group, is refused`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        disk.setGroup(copy().privateKey, 33)
        #expect(throws: StoreError.self) { try store.handOver(stored, of: name) }
        disk.setGroup(copy().privateKey, Self.group)
        #expect(try !store.handOver(stored, of: name))
        disk.setOwner(layout.copies(name, for: Self.group), 33)
        #expect(throws: StoreError.self) { try store.handOver(stored, of: name) }
    }

    @Test func `a link in the place of a copy is refused`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        disk.put(link: copy().privateKey, to: "/etc/shadow")
        #expect(throws: StoreError.distrusted(path: copy().privateKey, .symbolicLink)) {
            try store.handOver(stored, of: name)
        }
    }

    @Test func `a user who cannot give files to the group is told who can, and nothing is left`()
        throws
    {
        let stored = try fixture.commit()
        disk.setKeyGroup(Self.group, isMember: false)
        let error = StoreError.groupRefused(101, "notPermitted")
        #expect(throws: error) { try store.publish(stored, of: name) }
        #expect(error.diagnosis.fix.contains("sudo certctl deploy"))
        #expect(try disk.list(layout.groups).isEmpty)
        #expect(try !store.isPublished(name))
    }

    /// The store's owner may not have root give away what is no key of the certificate.
    @Test func `only the key of the certificate is handed over`() throws {
        let stored = try fixture.commit()
        let other = try PrivateKey.make(.p256).pem().reveal { $0 }
        let path = stored.files.manifest
        let manifest = String(decoding: try #require(disk.bytes(of: path)), as: UTF8.self)
        let digest = try #require(stored.manifest.files["privkey.pem"])
        disk.put(stored.files.privateKey, other)
        #expect(throws: StoreError.self) { try store.handOver(stored, of: name) }
        let forged = manifest.replacing(digest, with: Hexadecimal.digest(other))
        #expect(forged != manifest)
        disk.put(path, Array(forged.utf8), mode: .publicFile)
        let found = try #require(try store.latestCertificate(name))
        #expect(
            throws: StoreError.damaged(
                path: stored.files.privateKey,
                "it is not the key of the certificate beside it"
            )
        ) { try store.handOver(found, of: name) }
        #expect(copies().isEmpty)
    }

    @Test func `old copies go as old generations do, and the one in use stays`() throws {
        for _ in 1...5 { try store.handOver(fixture.commit(), of: name) }
        try store.takeBack(name, but: GenerationNumber(5))
        let folder = layout.copies(name, for: Self.group)
        #expect(try disk.list(folder) == ["000003", "000004", "000005"])
        try store.handOver(fixture.commit(), of: name)
        try store.takeBack(name, but: GenerationNumber(3))
        #expect(try disk.list(folder) == ["000003", "000005", "000006"])
    }

    @Test func `copies go with their lineage`() throws {
        try store.publish(fixture.commit(), of: name)
        try fixture.store.delete(name)
        #expect(try disk.list(layout.groups).isEmpty)
    }
}

/// What becomes of a key's mode, seen at every change of the disk.
private final class Exposure: Sendable {
    private let path: String
    private let isOpened = Mutex(false)

    init(of path: String) {
        self.path = path
    }

    func look(at disk: MemoryFileSystem) {
        let status = (try? disk.status(path)) ?? nil
        if status?.mode != .privateFile || status?.group != 0 { isOpened.withLock { $0 = true } }
    }

    var isOnlyPrivate: Bool { isOpened.withLock { !$0 } }
}

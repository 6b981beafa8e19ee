import Diagnostics
import PKI
import Platform
import Synchronization
import TestSupport
import Testing

@testable import CertificateStore

/// Design §6: `tls_group`: keys for the group of an nginx whose master is not root, and for nobody else.
@Suite struct CertificateStoreCopiesTests {
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

    private func copy(
        _ number: Int = 1,
        for reader: CopyReader = .group(group)
    ) -> GenerationFiles {
        layout.copy(GenerationNumber(number), of: name, for: reader)
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
        let root = asRoot(keyGroup: Self.group)
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
        let root = asRoot()
        try root.publish(stored, of: name)
        let own = copy(for: .root)
        #expect(try root.readable(stored, of: name) == own)
        #expect(try include().contains("\"\(own.privateKey)\""))
        #expect(try disk.readSymbolicLink(layout.live(name)) == "../group/root/example.com/000001")
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
        #expect(try fixture.store.usesCopies)
        #expect(try fixture.store.stray(name) == stored)
        try fixture.store.publish(stored, of: name)
        try fixture.store.takeBack(name, but: stored.number)
        #expect(try include().contains("\"\(stored.files.privateKey)\""))
        #expect(try disk.list(layout.groups).isEmpty)
        #expect(try !fixture.store.usesCopies)
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
    func `a copy in any other form gets its own again`(_ path: String, _ mode: UInt32) throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        let path = layout.copies(for: .group(Self.group)) + path
        let good = try disk.status(path)?.mode
        disk.setMode(path, FileMode(mode))
        #expect(try store.firstDifference(from: stored, of: name) != nil)
        #expect(try store.stray(name) == stored)
        try store.handOver(stored, of: name)
        #expect(try disk.status(path)?.mode == good)
        #expect(try store.firstDifference(from: stored, of: name) == nil)
        #expect(copies().count == 4)
    }

    @Test func `a copy of another group is made anew, a directory of another user refused`()
        throws
    {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        disk.setGroup(copy().privateKey, 33)
        #expect(try store.handOver(stored, of: name))
        #expect(try disk.status(copy().privateKey)?.group == Self.group)
        #expect(try !store.handOver(stored, of: name))
        let home = layout.copies(name, for: .group(Self.group))
        disk.setOwner(home, 33)
        #expect(throws: StoreError.distrusted(path: home, .owner(33))) {
            try store.handOver(stored, of: name)
        }
    }

    @Test func `a link in the place of a copy is not followed`() throws {
        let stored = try fixture.commit()
        try store.publish(stored, of: name)
        let good = disk.bytes(of: copy().privateKey)
        disk.put(link: copy().privateKey, to: "/etc/shadow")
        #expect(try store.handOver(stored, of: name))
        #expect(disk.bytes(of: copy().privateKey) == good)
        let home = layout.copies(name, for: .group(Self.group))
        try disk.removeTree(home)
        disk.put(link: home, to: "/etc")
        #expect(throws: StoreError.distrusted(path: home, .symbolicLink)) {
            try store.handOver(stored, of: name)
        }
    }

    /// What root leads readers to.
    private func asRoot(keyGroup: UInt32? = nil) -> CertificateStore {
        for directory in layout.directories where directory.half == .deploying {
            disk.setOwner(directory.path, 0)
        }
        disk.act(as: 0)
        disk.setKeyGroup(keyGroup ?? 0)
        return CertificateStore(layout, in: disk, user: 0, keyGroup: keyGroup)
    }

    @Test func `the group 0 and root have copies of their own`() throws {
        let stored = try fixture.commit()
        try asRoot().publish(stored, of: name)
        let grouped = CertificateStore(layout, in: disk, user: 0, keyGroup: 0)
        #expect(try grouped.stray(name) == stored)
        try grouped.publish(stored, of: name)
        #expect(try include().contains("\"\(copy(for: .group(0)).privateKey)\""))
        #expect(try disk.status(copy(for: .group(0)).privateKey)?.mode == FileMode(0o640))
        try grouped.takeBack(name, but: stored.number)
        #expect(try disk.list(layout.groups) == ["0"])
    }

    @Test func `what root leads readers to is put back where it is gone or not his`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.publish(stored, of: name)
        #expect(try root.mendReaders().mended.isEmpty)
        try disk.removeTree(layout.copies(name, for: .root))
        #expect(try root.leadsNowhere(name))
        #expect(try root.mendReaders().mended == [name])
        #expect(try !root.leadsNowhere(name))
        #expect(try root.firstDifference(from: stored, of: name) == nil)
        // With a `chown -R` of all that is in the store.
        disk.setOwner(layout.include(name), 1000)
        #expect(try root.firstDifference(from: stored, of: name) == layout.include(name))
        #expect(try root.mendReaders().mended == [name])
        #expect(try disk.status(layout.include(name))?.owner == 0)
        #expect(try root.mendReaders().mended.isEmpty)
    }

    @Test(arguments: ["privkey.pem", "fullchain.pem"])
    func `a copy of which one file is gone is made anew`(_ file: String) throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.publish(stored, of: name)
        try disk.removeFile("\(copy(for: .root).directory)/\(file)")
        #expect(try root.mendReaders().mended == [name])
        #expect(try root.firstDifference(from: stored, of: name) == nil)
    }

    @Test func `what is written into an include that is root's again does not stay`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.publish(stored, of: name)
        disk.put(layout.include(name), Array("load_module x;".utf8), mode: .publicFile)
        disk.setOwner(layout.include(name), 0)
        #expect(try root.mendReaders().mended == [name])
        #expect(try include().contains(copy(for: .root).privateKey))
    }

    @Test func `where readers are led elsewhere still nothing is copied`() throws {
        try asRoot().publish(try fixture.commit(), of: name)
        disk.setKeyGroup(Self.group)
        let grouped = CertificateStore(layout, in: disk, user: 0, keyGroup: Self.group)
        #expect(try grouped.mendReaders().mended.isEmpty)
        #expect(try disk.list(layout.groups) == ["root"])
    }

    @Test func `a certificate whose key somebody else keeps has no include to be put back`() throws
    {
        let key = try PrivateKey.make(.p256)
        let request = try CertificateSigningRequest(dnsNames: ["example.com"], key: key)
        _ = try fixture.store.lock(name)
        try fixture.store.stage(nil, request: request, settings: fixture.settings, for: name)
        let stored = try fixture.store.commit(fixture.chain(for: key), keyType: nil, for: name)
        #expect(!stored.manifest.hasKey)
        let root = asRoot()
        try root.publish(stored, of: name)
        #expect(try root.mendReaders().mended.isEmpty)
        try disk.removeTree(layout.copies(name, for: .root))
        #expect(try root.mendReaders().mended == [name])
        #expect(try root.mendReaders().mended.isEmpty)
    }

    @Test(arguments: ["journal", "transaction", "edits/x"])
    func `what root goes by is not what somebody else has written`(_ file: String) throws {
        let root = asRoot()
        try root.prepareDeployment()
        let path = "\(layout.deploy)/\(file)"
        disk.put(path, Array("{}".utf8))
        disk.setOwner(path, 1000)
        #expect(throws: StoreError.distrusted(path: path, .writtenBy(1000))) {
            try root.prepareDeployment()
        }
    }

    @Test func `a link that is gone is put back with all that it led to`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.prepareDeployment()
        try root.publish(stored, of: name)
        try root.append(DeployRecord(name, stored.number))
        try disk.removeFile(layout.live(name))
        #expect(try root.mendReaders().mended == [name])
        for path in [layout.live(name), layout.include(name)] { try disk.removeFile(path) }
        try disk.removeTree(layout.copies(name, for: .root))
        #expect(try root.mendReaders().mended == [name])
        #expect(try root.firstDifference(from: stored, of: name) == nil)
        #expect(try root.mendReaders().mended.isEmpty)
    }

    @Test func `what never came into use has no link to be put back`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.prepareDeployment()
        var record = DeployRecord(name, stored.number)
        record.owesPost = true
        try root.append(record)
        #expect(try root.mendReaders().mended.isEmpty)
        #expect(try root.currentLink(name) == nil)
    }

    @Test func `an include that is gone is put back in a store of one user, too`() throws {
        let stored = try fixture.commit()
        try fixture.store.publish(stored, of: name)
        #expect(try fixture.store.mendReaders().mended.isEmpty)
        try disk.removeFile(layout.include(name))
        #expect(try fixture.store.mendReaders().mended == [name])
        #expect(try fixture.store.firstDifference(from: stored, of: name) == nil)
    }

    /// systemd lets the deploy unit set no mode that gives a group on.
    @Test func `root's copies do without the mode that a unit cannot give them`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.publish(stored, of: name)
        let directories = [layout.copies(for: .root), layout.copies(name, for: .root)]
        for path in directories {
            let directory = try disk.open(path, .directory)
            try disk.setMode(directory, .privateDirectory)
            try disk.close(directory)
        }
        #expect(try root.firstDifference(from: stored, of: name) == directories[0])
        try root.handOver(stored, of: name)
        for path in directories { #expect(try disk.status(path)?.mode == .passageDirectory) }
        #expect(try root.firstDifference(from: stored, of: name) == nil)
    }

    @Test func `one that cannot be put back keeps no other from it`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.publish(stored, of: name)
        let other = try #require(LineageName("aaa.test"))
        let home = layout.copies(other, for: .root)
        disk.put(link: layout.live(other), to: "../group/root/aaa.test/000001")
        disk.act(as: 1000)
        _ = try fixture.store.lock(other)
        disk.put(directory: "\(layout.generations(other))/000001")
        disk.put(link: "\(layout.generations(other))/000001/manifest.json", to: "/etc/shadow")
        disk.act(as: 0)
        try disk.removeTree(layout.copies(name, for: .root))
        let (mended, failed) = try root.mendReaders()
        #expect(mended == [name])
        #expect(failed.map(\.0) == [other])
        #expect(try disk.status(home) == nil)
    }

    @Test func `a directory of copies that the owner has is refused, with what mends it`() throws {
        let stored = try fixture.commit()
        let root = asRoot()
        try root.publish(stored, of: name)
        for path in [layout.groups, layout.copies(for: .root)] {
            disk.setOwner(path, 1000)
            let error = StoreError.distrusted(
                path: path,
                .notOfRoot(1000, isAllRoots: true)
            )
            #expect(throws: error) { try root.handOver(stored, of: name) }
            #expect(error.diagnosis.fix.contains("sudo chown -R root '\(path)'"))
            disk.setOwner(path, 0)
        }
    }

    /// nginx reads fullchain.pem, whatever is beside it.
    @Test func `a chain that is not of the certificate beside it is not handed over`() throws {
        let stored = try fixture.commit()
        let text = try #require(disk.bytes(of: stored.files.manifest))
        let digest = try #require(stored.manifest.files["fullchain.pem"])
        let other = Array("-----BEGIN CERTIFICATE-----\n".utf8)
        disk.put(stored.files.fullChain, other, mode: .publicFile)
        let forged = String(decoding: text, as: UTF8.self)
            .replacing(digest, with: Hexadecimal.digest(other))
        disk.put(stored.files.manifest, Array(forged.utf8), mode: .publicFile)
        let found = try #require(try store.latestCertificate(name))
        #expect(
            throws: StoreError.damaged(
                path: stored.files.fullChain,
                "it is not the certificate beside it with its issuers"
            )
        ) { try store.handOver(found, of: name) }
        #expect(copies().isEmpty)
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
        let folder = layout.copies(name, for: .group(Self.group))
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

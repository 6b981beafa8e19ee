import Diagnostics
import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// Design §10: an installed store has two halves, and neither trusts or makes what is the other's.
@Suite struct StoreRoleTests {
    private static let owner: UInt32 = 998

    private let disk = MemoryFileSystem(user: owner)
    private let layout = StoreLayout.system

    /// The layout that the installation makes; `user` runs certctl on it.
    private func installed(_ user: UInt32) -> CertificateStore {
        for directory in layout.directories {
            disk.put(directory: directory.path, mode: directory.mode)
            disk.setOwner(directory.path, directory.half == .issuing ? Self.owner : 0)
        }
        disk.setMode(layout.state, FileMode(0o1771))
        disk.act(as: user)
        return CertificateStore(layout, in: disk, user: user)
    }

    private func paths(_ half: StoreRole.Half) -> [String] {
        layout.directories.filter { $0.half == half }.map(\.path)
    }

    @Test(arguments: [(owner, StoreRole.issuing), (0, .deploying)])
    func `each user of an installed store has one half of it`(
        _ user: UInt32,
        _ role: StoreRole
    ) throws {
        let store = installed(user)
        #expect(try store.role() == role)
        #expect(try store.owner() == Self.owner)
        let before = disk.changes
        try store.prepare()
        #expect(disk.changes == before)
    }

    @Test(arguments: [0, 1000] as [UInt32])
    func `a store of one user is his as a whole`(_ user: UInt32) throws {
        disk.put(directory: "/home")
        disk.act(as: user)
        let store = CertificateStore(StoreLayout(home: "/home/certctl"), in: disk, user: user)
        #expect(try store.role() == .whole)
        #expect(try store.owner() == user)
        try store.prepare()
        #expect(try store.role() == .whole)
        for directory in store.layout.directories {
            #expect(try disk.status(directory.path)?.owner == user)
            #expect(try disk.status(directory.path)?.mode == directory.mode)
        }
    }

    @Test func `the owner makes what he lacks, and nothing that is root's`() throws {
        let store = installed(Self.owner)
        for directory in layout.directories.reversed()
        where ![layout.state, layout.tls, layout.accounts].contains(directory.path) {
            try disk.removeDirectory(directory.path)
        }
        try store.prepare()
        for path in paths(.issuing) { #expect(try disk.status(path)?.owner == Self.owner) }
        for path in [layout.deploy, layout.live, layout.nginx] {
            #expect(try disk.status(path) == nil)
        }
    }

    @Test func `root makes what it lacks, and nothing that is the owner's`() throws {
        let store = installed(0)
        for path in [
            layout.deploy, layout.live, layout.nginx, layout.renewal, layout.watch,
            layout.temporary,
        ] {
            try disk.removeDirectory(path)
        }
        try store.prepare()
        for path in [layout.deploy, layout.live, layout.nginx] {
            #expect(try disk.status(path)?.owner == 0)
        }
        for path in [layout.renewal, layout.watch, layout.temporary] {
            #expect(try disk.status(path) == nil)
        }
    }

    @Test(arguments: [
        StoreLayout.system.state, StoreLayout.system.tls, StoreLayout.system.live,
        StoreLayout.system.nginx, StoreLayout.system.deploy,
    ])
    func `root refuses a store whose owner could change what root writes`(_ path: String) throws {
        let store = installed(0)
        disk.setOwner(path, Self.owner)
        // In two of them something is the owner's, and what is in the last would be believed.
        let layout = StoreLayout.system
        let isAllRoots = ![layout.state, layout.tls, layout.deploy].contains(path)
        let refusal = StoreError.distrusted(
            path: path,
            .notOfRoot(Self.owner, isAllRoots: isAllRoots)
        )
        #expect(throws: refusal) { try store.prepare() }
        #expect(throws: refusal) { try store.lineageNames() }
        #expect(
            refusal.diagnosis.fix.contains("chown \(isAllRoots ? "-R root" : "root") '\(path)'")
        )
        #expect(refusal.diagnosis.exitCode == .store)
    }

    @Test(arguments: [StoreRole.issuing, .deploying], [0o777, 0o1777, 0o775, 0o771] as [UInt32])
    func `a state directory that others may rename in is refused`(
        _ role: StoreRole,
        _ mode: UInt32
    ) throws {
        let store = installed(role == .issuing ? Self.owner : 0)
        disk.setMode(layout.state, FileMode(mode))
        #expect(
            throws: StoreError.distrusted(
                path: layout.state,
                .writableByOthers("\(FileMode(mode))")
            )
        ) { try store.prepare() }
    }

    @Test func `a sticky directory is trusted as root's alone`() throws {
        let store = installed(Self.owner)
        disk.setOwner(layout.state, Self.owner)
        disk.setOwner(layout.tls, Self.owner)
        #expect(throws: StoreError.distrusted(path: layout.state, .writableByOthers("1771"))) {
            try store.prepare()
        }
    }

    @Test(arguments: [StoreLayout.system.lineages, StoreLayout.system.generations])
    func `sticky and shared is the state directory and no other`(_ path: String) throws {
        let store = installed(0)
        disk.setMode(path, FileMode(0o1771))
        #expect(throws: StoreError.distrusted(path: path, .writableByOthers("1771"))) {
            try store.prepare()
        }
    }

    @Test func `root refuses what belongs to a third user`() throws {
        let store = installed(0)
        disk.setOwner(layout.lineages, 1000)
        #expect(throws: StoreError.distrusted(path: layout.lineages, .owner(1000))) {
            try store.lineageNames()
        }
    }

    @Test func `without its accounts a store is still its owner's`() throws {
        let store = installed(0)
        try disk.removeDirectory(layout.accounts)
        #expect(try store.role() == .deploying)
        #expect(try store.owner() == Self.owner)
        #expect(!store.isOfUser)
        #expect(installed(Self.owner).isOfUser)
        disk.act(as: 0)
        try disk.removeDirectory(layout.accounts)
        disk.act(as: Self.owner)
        #expect(CertificateStore(layout, in: disk, user: Self.owner).isOfUser)
    }

    @Test func `root takes a lineage's lock and makes none`() throws {
        let owners = installed(Self.owner)
        guard let name = LineageName("example.com") else { return }
        let lock = try owners.lock(name)
        let store = CertificateStore(layout, in: disk, user: 0)
        #expect(try store.lock(name) == nil)
        withExtendedLifetime(lock) {}
        guard let other = LineageName("other.example") else { return }
        let before = disk.changes
        #expect(throws: FileSystemError.self) { try store.lock(other) }
        #expect(disk.changes == before)
    }

    @Test func `root leaves the schedule, which is the owner's, to whoever looks at it next`()
        throws
    {
        let name = try #require(LineageName("a.test"))
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let issuing = installed(Self.owner)
        try issuing.replace(Schedule(looks: [name: now], listed: now, written: now))
        try issuing.lookSoon(at: name)
        let marked = disk.bytes(of: layout.schedule)
        disk.act(as: 0)
        try CertificateStore(layout, in: disk, user: 0).lookSoon(at: name)
        #expect(disk.bytes(of: layout.schedule) == marked)
        #expect(try issuing.scheduleFile()?.added() == [name])
    }
}

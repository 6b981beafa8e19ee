import Sites
import TestSupport
import Testing

/// What is wanted comes to stand in the directory, and nothing that a person wrote is lost.
@Suite struct ManagedFilePlanTests {
    private let path = "certctl-a.conf"
    private let new = ManagedFile(path: "certctl-a.conf", body: Array("new;\n".utf8))
    private let old = ManagedFile(path: "certctl-a.conf", body: Array("old;\n".utf8))

    private func edited(_ file: ManagedFile) -> [UInt8] { file.bytes + Array("mine;\n".utf8) }

    /// What the directory has after a plan was carried out.
    private func carriedOut(
        _ plan: ManagedFilePlan,
        in present: [String: [UInt8]]
    ) -> [String: [UInt8]] {
        var files = present
        for write in plan.writes { files[write.path] = write.bytes }
        for deletion in plan.deletions { files[deletion.path] = nil }
        return files
    }

    @Test func `a new file is written`() {
        let plan = ManagedFilePlan(wanted: [new], present: [:])
        #expect(plan.writes.map(\.path) == [path])
        #expect(plan.writes.first?.bytes == new.bytes)
        #expect(plan.writes.first?.old == nil)
    }

    @Test func `an intact one is replaced, and what differs is known`() throws {
        let plan = ManagedFilePlan(wanted: [new], present: [path: old.bytes])
        let write = try #require(plan.writes.first)
        #expect(write.old == old.bytes)
        #expect("\(write.diff)".contains("\n-old;\n+new;\n"))
        #expect(plan.conflicts.isEmpty)
    }

    @Test func `the same bytes are left alone`() {
        #expect(ManagedFilePlan(wanted: [new], present: [path: new.bytes]).isEmpty)
    }

    @Test func `an intact one that is not wanted is deleted`() {
        let plan = ManagedFilePlan(wanted: [], present: [path: old.bytes])
        #expect(plan.deletions.map(\.path) == [path])
        #expect(plan.deletions.first?.old == old.bytes)
    }

    @Test
    func `one that a person changed is not overwritten, and the new one is offered beside it`()
        throws
    {
        let present = [path: edited(old)]
        let plan = ManagedFilePlan(wanted: [new], present: present)
        #expect(plan.writes.map(\.path) == ["certctl-a.conf.new"])
        #expect(plan.deletions.isEmpty)
        let conflict = try #require(plan.conflicts.first)
        #expect(conflict.state == .changed)
        #expect(conflict.offer == "certctl-a.conf.new")
        #expect("\(conflict.diff)".contains("\n-mine;\n"))
        let after = carriedOut(plan, in: present)
        #expect(after[path] == edited(old))
        let again = ManagedFilePlan(wanted: [new], present: after)
        #expect(again.isEmpty && again.conflicts.count == 1)
    }

    @Test func `nor is one that is somebody else's`() {
        let plan = ManagedFilePlan(wanted: [new], present: [path: Array("theirs;\n".utf8)])
        #expect(plan.conflicts.map(\.state) == [.foreign])
        #expect(plan.writes.map(\.path) == ["certctl-a.conf.new"])
    }

    @Test func `one that a person changed is not deleted, and that is told`() {
        let plan = ManagedFilePlan(wanted: [], present: [path: edited(old)])
        #expect(plan.isEmpty)
        #expect(plan.conflicts.map(\.path) == [path])
        #expect(plan.conflicts.first?.wanted == nil)
    }

    @Test func `files of others that are not wanted are no business of certctl's`() {
        let present = [path: Array("x".utf8), "b.conf": old.bytes, "certctl-b.conf.new": [1]]
        let plan = ManagedFilePlan(wanted: [], present: present)
        #expect(plan.isEmpty && plan.conflicts.isEmpty)
    }

    @Test func `an offer is taken back when there is no conflict any more`() {
        let offer = "certctl-a.conf.new"
        let plan = ManagedFilePlan(
            wanted: [new],
            present: [path: new.bytes, offer: old.bytes]
        )
        #expect(plan.deletions.map(\.path) == [offer])
        let gone = ManagedFilePlan(wanted: [], present: [offer: old.bytes])
        #expect(gone.deletions.map(\.path) == [offer])
    }

    @Test func `an offer that a person changed is theirs`() {
        let present = [path: edited(old), "certctl-a.conf.new": edited(new)]
        let plan = ManagedFilePlan(wanted: [new], present: present)
        #expect(plan.isEmpty)
        #expect(plan.conflicts.first?.offer == nil)
    }

    @Test func `what is included is written first, and deleted last`() {
        let files = ["certctl-b.conf", "certctl/x.inc", "certctl-a.conf", "certctl/a.inc"]
            .map { ManagedFile(path: $0, body: []) }
        let plan = ManagedFilePlan(wanted: files, present: [:])
        let order = ["certctl/a.inc", "certctl/x.inc", "certctl-a.conf", "certctl-b.conf"]
        #expect(plan.writes.map(\.path) == order)
        let undone = ManagedFilePlan(wanted: [], present: Examples.present(files))
        #expect(undone.deletions.map(\.path) == order.reversed())
    }

    @Test(arguments: 0..<300 as Range<UInt64>)
    func `carried out once, it has nothing to do; and no person's byte is lost`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let paths = ["certctl-a.conf", "certctl-b.conf", "certctl/x.inc"]
        func file(_ path: String) -> ManagedFile {
            ManagedFile(path: path, body: Array(random.pick(["1;", "2;", "3;"]).utf8))
        }
        var wanted: [ManagedFile] = []
        for path in paths where !random.oneIn(3) { wanted.append(file(path)) }
        var present: [String: [UInt8]] = [:]
        for path in paths + paths.map({ $0 + ".new" }) {
            let place = path.replacing(".new", with: "")
            switch random.pick([0, 1, 2, 3]) {
            case 0: present[path] = file(place).bytes
            case 1: present[path] = edited(file(place))
            case 2: present[path] = Array("theirs".utf8)
            default: break
            }
        }
        let plan = ManagedFilePlan(wanted: wanted, present: present)
        let after = carriedOut(plan, in: present)
        #expect(ManagedFilePlan(wanted: wanted, present: after).isEmpty)
        for (path, bytes) in present {
            let place = path.replacing(".new", with: "")
            if ManagedFile.state(of: bytes, at: place) != .intact { #expect(after[path] == bytes) }
        }
        for file in wanted where !plan.conflicts.contains(where: { $0.path == file.path }) {
            #expect(after[file.path] == file.bytes)
        }
    }
}

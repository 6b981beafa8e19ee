import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// The schedule: a cache that is either whole or not there.
@Suite struct ScheduleTests {
    private let fixture: StoreFixture
    private let now = StoreFixture.now
    private var store: CertificateStore { fixture.store }
    private var path: String { store.layout.schedule }

    init() throws {
        fixture = try StoreFixture()
    }

    private func name(_ text: String) throws -> LineageName {
        try #require(LineageName(text))
    }

    /// A schedule of three lineages, looked at in one, two, three hours.
    private func schedule() throws -> Schedule {
        var looks: [LineageName: Date] = [:]
        for (hours, text) in ["a.example", "b.example", "c.example"].enumerated() {
            looks[try name(text)] = now + 3_600 * Double(hours + 1)
        }
        return Schedule(looks: looks, listed: now - 60, written: now)
    }

    @Test func `what is written is read`() throws {
        try store.replace(schedule())
        #expect(try store.scheduleFile()?.schedule() == schedule())
    }

    @Test func `there may be none, and one of no lineages`() throws {
        #expect(try store.scheduleFile() == nil)
        let empty = Schedule(looks: [:], listed: now, written: now)
        try store.replace(empty)
        #expect(try store.scheduleFile()?.schedule() == empty)
        #expect(try store.scheduleFile()?.glance(at: now)?.next == nil)
    }

    @Test func `a glance tells what comes first, and whether it is due`() throws {
        try store.replace(schedule())
        let file = try #require(try store.scheduleFile())
        let early = try #require(file.glance(at: now))
        #expect(early.count == 3 && !early.isAnyDue)
        #expect(early.next?.name == (try name("a.example")))
        #expect(early.next?.moment == now + 3_600)
        #expect(early.listed == now - 60 && early.written == now)
        let late = try #require(file.glance(at: now + 3_600))
        #expect(late.isAnyDue)
        #expect(late.next?.name == (try name("b.example")))
    }

    @Test func `what is held back is told until it is to be looked at`() throws {
        var schedule = try schedule()
        schedule.held = [try name("a.example"), try name("c.example")]
        try store.replace(schedule)
        let file = try #require(try store.scheduleFile())
        #expect(file.schedule() == schedule)
        #expect(file.glance(at: now)?.isAnyHeld == true)
        #expect(file.glance(at: now)?.next?.name == (try name("a.example")))
        #expect(file.glance(at: now + 3_600)?.isAnyHeld == true)
        #expect(file.glance(at: now + 10_800)?.isAnyHeld == false)
        try store.lookSoon(at: name("c.example"))
        #expect(try store.scheduleFile()?.schedule()?.held == [name("a.example")])
    }

    @Test func `a lineage about to change is looked at by the next run`() throws {
        try store.replace(schedule())
        try store.lookSoon(at: name("c.example"))
        let file = try #require(try store.scheduleFile())
        #expect(file.glance(at: now)?.isAnyDue == true)
        let looks = try #require(file.schedule()?.looks)
        #expect(looks.count == 3)
        #expect(looks[try name("c.example")] == Date(timeIntervalSince1970: 0))
    }

    @Test func `a new lineage is added the same way`() throws {
        try store.replace(schedule())
        try store.lookSoon(at: name("new.example"))
        #expect(try store.scheduleFile()?.schedule()?.looks.count == 4)
    }

    @Test func `without a schedule there is nothing to add to`() throws {
        try store.lookSoon(at: name("a.example"))
        #expect(try store.scheduleFile() == nil)
    }

    // D10
    @Test func `whatever the byte that a crash cuts at, there is a whole one or none`() throws {
        try store.replace(schedule())
        try store.lookSoon(at: name("c.example"))
        let bytes = try fixture.disk.readFile(path, limit: 65_536)
        let whole = try #require(ScheduleFile(bytes)?.schedule())
        // Without the line that was added it is whole too.
        let before = try ScheduleFile.encode(schedule()).count
        for length in 0..<bytes.count {
            let cut = ScheduleFile(Array(bytes.prefix(length)))
            #expect((cut?.schedule() == nil) == (length != before), "cut at \(length)")
            #expect((cut?.glance(at: now) == nil) == (length != before), "cut at \(length)")
        }
        #expect(whole.looks.count == 3)
    }

    // D11
    @Test func `whatever the bit that flips, there is none`() throws {
        let bytes = try ScheduleFile.encode(schedule())
        for index in bytes.indices {
            for bit in 0..<8 {
                var flipped = bytes
                flipped[index] ^= 1 << UInt8(bit)
                #expect(ScheduleFile(flipped)?.schedule() == nil, "byte \(index), bit \(bit)")
                #expect(ScheduleFile(flipped)?.glance(at: now) == nil, "byte \(index), bit \(bit)")
            }
        }
    }

    @Test func `a line that is gone from the middle is missed`() throws {
        var lines = try ScheduleFile.encode(schedule()).split(separator: UInt8(ascii: "\n"))
        lines.remove(at: 2)
        #expect(ScheduleFile(Array(lines.joined(separator: [10])) + [10])?.schedule() == nil)
    }

    // D07, D13
    @Test func `what is no file is no schedule`() throws {
        fixture.disk.put(link: path, to: "/etc/passwd")
        #expect(try store.scheduleFile() == nil)
        try store.lookSoon(at: fixture.name)
        try store.replace(schedule())
        #expect(try store.scheduleFile()?.schedule() == schedule())
    }

    // C04
    @Test(arguments: [-62_135_596_800, -1, 2_147_483_648, 253_402_300_800, 1e14, 1e20] as [Double])
    func `any moment can be kept, to the second and as far as a calendar goes`(
        seconds: Double
    ) throws {
        let far = Schedule(
            looks: [fixture.name: Date(timeIntervalSince1970: seconds)],
            listed: now,
            written: now
        )
        try store.replace(far)
        let read = try #require(try store.scheduleFile()?.schedule()?.looks[fixture.name])
        #expect(read.timeIntervalSince1970 == min(seconds, 1e14))
    }

    // D18
    @Test func `ten thousand lineages are one file, and all of them are found again`() throws {
        var looks: [LineageName: Date] = [:]
        for number in 0..<10_000 {
            looks[try name("host-\(number).example")] = now + Double(number)
        }
        let many = Schedule(looks: looks, listed: now, written: now)
        try store.replace(many)
        #expect(try store.scheduleFile()?.schedule() == many)
        #expect(try store.scheduleFile()?.glance(at: now - 1)?.count == 10_000)
    }

    // D11: the checksum is right, and the number is one that no certctl writes.
    @Test(arguments: [-1, -1_000_000_000, 999_999_999_999_999])
    func `a number of lines that cannot be is no reason to fall over`(count: Int) throws {
        let seconds = Int(now.timeIntervalSince1970)
        let header = CheckedLine.encode("certctl-schedule-1 \(seconds) \(seconds) \(count)")
        let file = ScheduleFile(header + ScheduleFile.line(try name("a.example"), now))
        #expect(file?.schedule() == nil)
        #expect(file?.glance(at: now) == nil)
        #expect(file?.added() ?? [] == [])
    }
}

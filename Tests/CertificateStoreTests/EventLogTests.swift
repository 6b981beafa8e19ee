import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// A history that stays small, and from which a line that was cut short takes no other with it.
@Suite struct EventLogTests {
    private let disk = MemoryFileSystem()
    private let path = "/events.log"

    private var log: EventLog { EventLog(path, in: disk) }

    private func event(_ detail: String) -> Event {
        Event(.held, LineageName("example.com"), at: StoreFixture.now, detail: detail)
    }

    private func lines() throws -> [String] {
        var lines = try log.lines()
        var found: [String] = []
        while let line = try lines.next() { found.append(String(decoding: line, as: UTF8.self)) }
        return found
    }

    @Test func `an event is one line of JSON for its owner alone`() throws {
        try log.write(event("the limit"))
        let line =
            #"{"detail":"the limit","event":"held","lineage":"example.com","#
            + #""time":"2027-01-15T08:00:00Z"}"#
        #expect(try disk.readFile(path, limit: 1000) == Array("\(line)\n".utf8))
        #expect(try disk.status(path)?.mode == .privateFile)
    }

    @Test func `an event may be about no lineage`() throws {
        try log.write(Event(.alert, nil, at: StoreFixture.now, detail: "renew has never run"))
        #expect(try lines().first?.contains("lineage") == false)
    }

    @Test func `a line is begun behind what a full disk has cut short`() throws {
        disk.put(path, Array(#"{"detail":"half"#.utf8))
        try log.write(event("whole"))
        let found = try lines()
        #expect(found.count == 2)
        #expect(found.last == #"{"detail":"half"#)
    }

    @Test func `a file that has become large is put aside, and the one before it goes`() throws {
        let large = [UInt8](repeating: UInt8(ascii: "x"), count: EventLog.sizeLimit + 1)
        disk.put(path, large)
        disk.put("\(path).1", Array("older\n".utf8))
        try log.write(event("new"))
        #expect(try disk.status("\(path).1")?.size == large.count)
        #expect(try disk.status(path)?.size ?? 0 < 200)
    }

    @Test func `a file of the largest size is written to once more`() throws {
        disk.put(path, [UInt8](repeating: UInt8(ascii: "\n"), count: EventLog.sizeLimit))
        try log.write(event("new"))
        #expect(try disk.status("\(path).1") == nil)
        #expect(try disk.status(path)?.size ?? 0 > EventLog.sizeLimit)
    }

    @Test func `whoever finds another at it does not put the file aside too`() throws {
        disk.put(path, [UInt8](repeating: UInt8(ascii: "\n"), count: EventLog.sizeLimit + 1))
        let other = try disk.open(path, .appending(.privateFile))
        #expect(try disk.lock(other))
        try log.write(event("new"))
        #expect(try disk.status("\(path).1") == nil)
    }

    @Test func `lines come from the last to the first, over pieces and both files`() throws {
        let count = 5000
        let older = (0..<count).map { "line \($0)\n" }.joined()
        let newer = (count..<(2 * count)).map { "line \($0)\n" }.joined()
        #expect(newer.utf8.count < BackwardLines.pieceSize * 2)
        disk.put("\(path).1", Array(older.utf8))
        disk.put(path, Array(newer.utf8))
        #expect(try lines() == (0..<(2 * count)).reversed().map { "line \($0)" })
    }

    @Test func `only the end of a file is read for its last line`() throws {
        let size = BackwardLines.pieceSize * 20
        disk.put(path, [UInt8](repeating: 0, count: size) + Array("\nlast\n".utf8))
        var lines = try log.lines()
        #expect(try lines.next().map { String(decoding: $0, as: UTF8.self) } == "last")
        lines.close()
    }

    @Test func `a file without line breaks comes in parts of a bounded length`() throws {
        let size = BackwardLines.longestLine * 3
        disk.put(path, [UInt8](repeating: 0, count: size))
        var lines = try log.lines()
        var sizes: [Int] = []
        while let line = try lines.next() { sizes.append(line.count) }
        #expect(sizes.reduce(0, +) == size)
        #expect(sizes.allSatisfy { $0 <= BackwardLines.longestLine + BackwardLines.pieceSize })
    }

    @Test func `what lies far before the end is never read`() throws {
        let size = 3 * BackwardLines.pieceSize
        disk.put(path, Array((String(repeating: "line\n", count: size / 5)).utf8))
        disk.put("\(path).1", Array("older\n".utf8))
        let sources = [path, "\(path).1"].map { BackwardLines.Source(path: $0, size: size) }
        var lines = BackwardLines(sources, in: disk, mostBytes: BackwardLines.pieceSize)
        var read = 0
        while let line = try lines.next() { read += line.count + 1 }
        #expect((1...BackwardLines.pieceSize).contains(read))
    }

    @Test func `what is no file counts as none`() throws {
        disk.put(directory: path)
        disk.put(link: "\(path).1", to: "/etc/passwd")
        #expect(try lines().isEmpty)
    }
}

import FoundationEssentials
import Platform
import TestSupport
import Testing

@testable import CertificateStore

/// Reliability: a torn tail is ignored, a flipped bit is found.
@Suite struct JournalTests {
    private struct Note: Codable, Equatable, Sendable {
        var text: String
    }

    private let disk = MemoryFileSystem()
    private let path = "/store/journal"

    init() {
        disk.put(directory: "/store")
    }

    private var journal: Journal<Note> { Journal(path, in: disk) }

    private func bytes() throws -> [UInt8] {
        try disk.readFile(path, limit: 1_000_000)
    }

    @Test func `records are read back in the order written`() throws {
        try journal.append(Note(text: "one"))
        try journal.append(Note(text: "two\nlines"))
        #expect(try journal.records() == [Note(text: "one"), Note(text: "two\nlines")])
    }

    @Test func `a journal that is not there has no records`() throws {
        #expect(try journal.records() == [])
    }

    @Test func `whatever the byte that a crash cuts at, the whole records before it remain`() throws
    {
        try journal.append(Note(text: "kept"))
        let kept = try bytes().count
        try journal.append(Note(text: "torn"))
        let whole = try bytes()
        for length in kept..<whole.count {
            disk.put(path, Array(whole.prefix(length)))
            #expect(try journal.records() == [Note(text: "kept")], "cut at \(length)")
        }
    }

    @Test func `a record after a torn one is read`() throws {
        try journal.append(Note(text: "kept"))
        try journal.append(Note(text: "torn"))
        disk.put(path, try bytes().dropLast(3))
        try journal.append(Note(text: "new"))
        #expect(try journal.records() == [Note(text: "kept"), Note(text: "new")])
    }

    @Test func `whatever the bit that flips, no wrong record is read`() throws {
        try journal.append(Note(text: "first"))
        let first = try bytes().count
        try journal.append(Note(text: "second"))
        let whole = try bytes()
        for position in first..<whole.count {
            for bit in 0..<8 {
                var flipped = whole
                flipped[position] ^= 1 << bit
                disk.put(path, flipped)
                let records = try journal.records()
                let isHarmless =
                    records == [Note(text: "first")]
                    || records == [Note(text: "first"), Note(text: "second")]
                #expect(isHarmless, "bit \(bit) of byte \(position)")
            }
        }
    }

    @Test func `a replaced journal holds the new records alone`() throws {
        try journal.append(Note(text: "old"))
        try journal.replace(with: [Note(text: "new")], temporary: "/store/journal.new")
        #expect(try journal.records() == [Note(text: "new")])
        #expect(try disk.list("/store") == ["journal"])
    }

    @Test func `an appended record outlives a power cut`() throws {
        try journal.append(Note(text: "durable"))
        disk.restartAfterPowerCut()
        #expect(try journal.records() == [Note(text: "durable")])
    }
}

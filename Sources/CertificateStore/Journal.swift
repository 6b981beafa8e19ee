import FoundationEssentials
package import Platform

/// An append-only file of records, each durable before ``append(_:)`` returns.
///
/// A record is a line: the length of its JSON in bytes, the CRC32C of it, and the JSON. What
/// follows the last whole record is what a crash has torn, and is dropped. A damaged line before
/// it, or one of a newer version, is passed over and costs no other.
package struct Journal<Record: Codable & Sendable>: Sendable {
    /// Beyond this size the owner should ``replace(with:temporary:)`` what no longer matters.
    package static var compactionSize: Int { 64 * 1024 }
    /// Beyond this size it has to be, while it can still be read.
    package static var crowdedSize: Int { sizeLimit / 2 }
    /// A larger file is no journal.
    private static var sizeLimit: Int { 16 * 1024 * 1024 }

    private let path: String
    private let fileSystem: any FileSystem

    /// The journal at `path`, which may not be there yet.
    package init(_ path: String, in fileSystem: any FileSystem) {
        self.path = path
        self.fileSystem = fileSystem
    }

    /// Reads all whole records.
    package func records() throws -> [Record] {
        var records: [Record] = []
        guard try fileSystem.status(path) != nil else { return records }
        try readLines { json, _ in
            // What a newer version has written means nothing to this one.
            if let record = try? StoreJSON.decode(Record.self, json) { records.append(record) }
        }
        return records
    }

    /// The size of the file in bytes.
    package var size: Int {
        get throws { try fileSystem.status(path)?.size ?? 0 }
    }

    /// Adds a record.
    package func append(_ record: Record) throws {
        var wholeLength = 0
        let isNew = try fileSystem.status(path) == nil
        if !isNew { try readLines { _, end in wholeLength = end } }
        let file = try fileSystem.open(path, .appending(.privateFile))
        do throws(FileSystemError) {
            // A record behind a torn one would never be read.
            try fileSystem.truncate(file, to: wholeLength)
            try fileSystem.writeAll(file, Self.line(record))
            try fileSystem.sync(file)
        } catch {
            fileSystem.closeQuietly(file)
            throw error
        }
        try fileSystem.close(file)
        if isNew, let slash = path.lastIndex(of: "/") {
            try fileSystem.syncDirectory(String(path[..<slash]))
        }
    }

    /// Puts `records` in the place of all that was there; `temporary` is a path on the same file
    /// system.
    package func replace(with records: [Record], temporary: String) throws {
        let bytes = records.flatMap(Self.line)
        try fileSystem.replaceFile(path, bytes, .privateFile, temporary: temporary)
    }

    /// Hands over the JSON of each whole record, and where in the file its line ends.
    private func readLines(_ take: (ArraySlice<UInt8>, Int) -> Void) throws {
        let bytes = try fileSystem.readFile(path, limit: Self.sizeLimit)
        var start = bytes.startIndex
        // JSON has no line breaks but escaped ones, so that every one ends a record.
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let json = Self.json(ofLine: bytes[start..<end]) { take(json, end + 1) }
            start = end + 1
        }
    }

    private static func line(_ record: Record) -> [UInt8] {
        let json = StoreJSON.encode(record, isPretty: false)
        let checksum = String(CRC32C.checksum(json), radix: 16)
        return Array("\(json.count) \(checksum) ".utf8) + json + [UInt8(ascii: "\n")]
    }

    /// The JSON of a line; `nil` when the line is torn or flipped.
    private static func json(ofLine line: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let parts = line.split(separator: UInt8(ascii: " "), maxSplits: 2)
        guard parts.count == 3, let length = Int(String(decoding: parts[0], as: UTF8.self)),
            let checksum = UInt32(String(decoding: parts[1], as: UTF8.self), radix: 16),
            parts[2].count == length, CRC32C.checksum(parts[2]) == checksum
        else { return nil }
        return parts[2]
    }
}

import Platform

/// The lines of some files from the last to the first, read in pieces from the end.
struct BackwardLines {
    /// A file, and how much of it counts: what is added meanwhile does not.
    struct Source {
        let path: String
        /// In bytes.
        let size: Int
    }

    /// In bytes.
    static let pieceSize = 64 * 1024
    /// What is longer is returned as if it were several lines: nothing that long was written here.
    static let longestLine = 4 * pieceSize
    /// What lies before that is not read: no history of ours is so long.
    static let mostBytes = 32 * 1024 * 1024

    private var sources: ArraySlice<Source>
    private let fileSystem: any FileSystem
    private var file: OpenFile?
    /// How much of the open file has not been read yet.
    private var unread = 0
    /// How many more bytes are read in all.
    private var budget: Int
    /// What was read and not returned yet; it ends before a line break or at the file's end.
    private var rest: ArraySlice<UInt8> = []

    /// Reads `sources` one after the other, and no more of them than `mostBytes`.
    init(
        _ sources: [Source],
        in fileSystem: any FileSystem,
        mostBytes: Int = Self.mostBytes
    ) {
        budget = mostBytes
        self.sources = sources[...]
        self.fileSystem = fileSystem
    }

    /// Returns the line before those that were returned already, without its line break.
    ///
    /// Empty lines are passed over. `nil` when there is none; then all files are closed.
    mutating func next() throws(FileSystemError) -> ArraySlice<UInt8>? {
        while true {
            if let end = rest.lastIndex(of: UInt8(ascii: "\n")) {
                let line = rest[(end + 1)...]
                rest = rest[..<end]
                if !line.isEmpty { return line }
            } else if unread > 0, rest.count < Self.longestLine {
                try readOn()
            } else if !rest.isEmpty {
                defer { rest = [] }
                return rest
            } else if unread == 0 {
                guard try openNext() else { return nil }
            }
        }
    }

    private mutating func readOn() throws(FileSystemError) {
        guard let file else { return }
        let count = min(Self.pieceSize, unread)
        do throws(FileSystemError) {
            let piece = try fileSystem.read(file, count: count, at: unread - count)
            rest = (piece + rest)[...]
        } catch {
            close()
            throw error
        }
        unread -= count
        budget -= count
        if budget <= 0 {
            unread = 0
            sources = []
        }
    }

    /// Goes on to the next file; `false` when there is none.
    private mutating func openNext() throws(FileSystemError) -> Bool {
        close()
        guard let source = sources.popFirst() else { return false }
        file = try fileSystem.open(source.path, .reading)
        unread = source.size
        return true
    }

    /// Ends the reading before its end.
    mutating func close() {
        if let file { fileSystem.closeQuietly(file) }
        file = nil
        unread = 0
    }
}

/// Takes apart what a command wrote, as an engine mixes its two outputs into one stream.
///
/// Before each piece stands a head of eight bytes: which output, three zeros, and the piece's length
/// with the highest byte first. Heads and pieces may be cut anywhere by the network.
///
/// Source: Docker Engine API, "Attach to a container", stream format.
package struct FrameParser: Sendable {
    /// Why the stream cannot be read.
    package enum Fault: Error, Equatable {
        /// What stands where a head should be is none; the bytes that came instead.
        case notFramed([UInt8])
        /// It ended inside of a head or a piece.
        case truncated
        /// There is more of it than was allowed.
        case tooLong(limit: Int)
    }

    private static let headLength = 8

    /// What the command wrote to standard output so far.
    package private(set) var output: [UInt8] = []
    /// What it wrote to standard error so far, with what the engine itself had to say.
    package private(set) var errors: [UInt8] = []
    private let limit: Int
    private var head: [UInt8] = []
    /// What is missing of the present piece.
    private var rest = 0

    /// Makes a parser that takes at most `limit` bytes of both outputs together.
    package init(limit: Int) {
        self.limit = limit
    }

    /// Takes what comes next.
    package mutating func take(_ bytes: [UInt8]) throws(Fault) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            if rest > 0 {
                take(piece: bytes.prefix(rest))
                let count = min(rest, bytes.count)
                rest -= count
                bytes = bytes.dropFirst(count)
            } else {
                let count = min(Self.headLength - head.count, bytes.count)
                head += bytes.prefix(count)
                bytes = bytes.dropFirst(count)
                if head.count == Self.headLength { try beginPiece() }
            }
        }
    }

    /// Checks that nothing is missing at the end.
    package func finish() throws(Fault) {
        guard rest == 0, head.isEmpty else { throw .truncated }
    }

    private mutating func beginPiece() throws(Fault) {
        // 0 is standard input, 3 the engine's own errors.
        guard head[0] <= 3, head[1...3].allSatisfy({ $0 == 0 }) else { throw .notFramed(head) }
        let length = head[4...].reduce(0) { $0 << 8 | Int($1) }
        guard output.count + errors.count + length <= limit else { throw .tooLong(limit: limit) }
        rest = length
        if length == 0 { head = [] }
    }

    private mutating func take(piece: ArraySlice<UInt8>) {
        if head[0] < 2 { output += piece } else { errors += piece }
        if piece.count == rest { head = [] }
    }
}

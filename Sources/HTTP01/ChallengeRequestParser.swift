/// Finds requests in what a client sends.
///
/// It is strict, so that a proxy in front of us and we never disagree on where a request ends: a
/// line ends in CR LF and in nothing else, there are no folded lines, no control characters, one
/// `Host`. And it is bounded: each byte is looked at once, and a head that is not over within the
/// limit is refused.
///
/// Source: RFC 9112 §2.2, §3 and §5.
struct ChallengeRequestParser {
    /// What the bytes so far amount to.
    enum Progress: Equatable {
        /// The beginning of a request.
        case needMore
        /// A request, whose head was the first `consumed` bytes.
        case request(ChallengeRequest, consumed: Int)
        /// Nothing that could become a request, whatever follows.
        case malformed
    }

    private let limit: Int
    /// How many bytes were looked at.
    private var position = 0
    /// Where the line that is being looked at began.
    private var lineStart = 0
    /// What the lines before it said; `nil` before the request line.
    private var head: RequestHead?

    /// Makes a parser that refuses heads of more than `limit` bytes.
    init(limit: Int) {
        self.limit = limit
    }

    /// Looks at the bytes that were not there last time.
    ///
    /// After a request the parser starts over: the next call begins behind what was consumed.
    ///
    /// - Parameter bytes: Everything received since the last request, old bytes included.
    /// - Returns: What all of them amount to.
    mutating func parse(_ bytes: ArraySlice<UInt8>) -> Progress {
        let bytes = bytes.prefix(limit)
        while position < bytes.count {
            let index = bytes.startIndex + position
            let byte = bytes[index]
            let followsCR = position > lineStart && bytes[index - 1] == .carriageReturn
            guard followsCR == (byte == .lineFeed), isAllowed(byte) else { return .malformed }
            position += 1
            guard byte == .lineFeed else { continue }
            let line = bytes[(bytes.startIndex + lineStart)..<(index - 1)]
            lineStart = position
            if let progress = take(line) { return progress }
        }
        return position < limit ? .needMore : .malformed
    }

    /// Tells whether `byte` may stand where the parser is.
    ///
    /// Checked for each byte as it comes, not for each line: a client that speaks TLS or noise is
    /// known by its first bytes and need not be waited for.
    private func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case .carriageReturn, .lineFeed: true
        case .tab, 0x80...: head != nil
        default: byte.isVisible || byte == .space
        }
    }

    /// Takes in a whole line; returns `nil` where the request goes on.
    private mutating func take(_ line: ArraySlice<UInt8>) -> Progress? {
        guard head != nil else {
            // Some clients end a body with one line break too many: RFC 9112 §2.2.
            guard !line.isEmpty else { return nil }
            head = RequestHead(requestLine: line)
            return head == nil ? .malformed : nil
        }
        if line.isEmpty {
            guard let request = head?.request else { return .malformed }
            defer { self = ChallengeRequestParser(limit: limit) }
            return .request(request, consumed: position)
        }
        return head?.take(field: line) == true ? nil : .malformed
    }
}

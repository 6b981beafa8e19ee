/// What the lines of a request said so far.
struct RequestHead {
    private let method: ChallengeRequest.Method
    private let path: String
    /// The host in the target, which wins over the field of that name.
    private let targetHost: String?
    private let isHTTP10: Bool
    private var host: String?
    private var length: String?
    private var hasTransferEncoding = false
    private var asksToClose = false

    /// Reads a request line.
    ///
    /// - Returns: `nil` for everything that is not HTTP/1: version 0.9 names no version, and the
    ///   preface of HTTP/2 names that one.
    init?(requestLine line: ArraySlice<UInt8>) {
        guard let first = line.firstIndex(of: .space), let last = line.lastIndex(of: .space),
            first + 1 < last
        else { return nil }
        let word = line[..<first]
        let target = line[(first + 1)..<last]
        let version = line[(last + 1)...]
        guard word.isToken, target.isVisible,
            version.count == 8, version.starts(with: "HTTP/1.".utf8),
            version.suffix(1).isNumber
        else { return nil }
        method =
            switch String(decoding: word, as: UTF8.self) {
            case "GET": .get
            case "HEAD": .head
            default: .other
            }
        (targetHost, path) = Self.hostAndPath(of: target)
        isHTTP10 = version.last == UInt8(ascii: "0")
    }

    /// Splits a target in absolute form, which a server MUST accept (RFC 9112 §3.2.2).
    ///
    /// All other forms are paths, or no path that anybody has published.
    private static func hostAndPath(of target: ArraySlice<UInt8>) -> (host: String?, path: String) {
        let text = String(decoding: target, as: UTF8.self)
        let scheme = "http://"
        guard scheme ~= target.prefix(scheme.utf8.count) else { return (nil, text) }
        let rest = text.dropFirst(scheme.count)
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        return (String(rest[..<slash]), String(rest[slash...]))
    }

    /// Takes in one field line.
    ///
    /// - Returns: Whether it is well-formed, and does not contradict another.
    mutating func take(field line: ArraySlice<UInt8>) -> Bool {
        // A folded line begins with a space, which no name does: RFC 9112 §5.2.
        guard let colon = line.firstIndex(of: .colon), line[..<colon].isToken else { return false }
        let value = line[(colon + 1)...].withoutSpaceAround
        switch line[..<colon] {
        case "host":
            guard host == nil, value.isVisible else { return false }
            host = String(decoding: value, as: UTF8.self)
        case "content-length":
            guard length == nil, value.isNumber else { return false }
            length = String(decoding: value, as: UTF8.self)
        case "transfer-encoding":
            hasTransferEncoding = true
        case "connection":
            let options = value.split(separator: .comma).map(\.withoutSpaceAround)
            asksToClose = asksToClose || options.contains { "close" ~= $0 }
        default:
            break
        }
        return true
    }

    /// The request, once its last line is there; `nil` where it lacks what it must have.
    var request: ChallengeRequest? {
        // RFC 9112 §3.2: only HTTP/1.0 can do without a Host.
        guard isHTTP10 || host != nil else { return nil }
        return ChallengeRequest(
            method: method,
            path: path,
            host: targetHost ?? host,
            keepAlive: !isHTTP10 && !asksToClose && !hasBody,
            hasBody: hasBody
        )
    }

    /// Whether a body follows; none is read, so that nothing after it can be understood.
    private var hasBody: Bool {
        hasTransferEncoding || length?.utf8.contains { $0 != UInt8(ascii: "0") } == true
    }
}

import Testing

@testable import HTTP01

/// RFC 9112 §2.2, §3 and §5: where a request ends and what it asks for.
@Suite struct ChallengeRequestParserTests {
    @Test(arguments: wellFormed)
    func `a well-formed head is a request`(text: String, expected: ChallengeRequest) {
        #expect(parse(text) == .request(expected, consumed: text.utf8.count))
    }

    @Test(arguments: wellFormed.map(\.0) + malformed)
    func `how the bytes are cut makes no difference`(text: String) {
        let bytes = Array(text.utf8)
        let whole = parse(text)
        for cut in 0...bytes.count {
            var parser = ChallengeRequestParser(limit: 8192)
            let first = parser.parse(bytes[..<cut])
            #expect(first == .needMore ? parser.parse(bytes[...]) == whole : first == whole)
        }
        var parser = ChallengeRequestParser(limit: 8192)
        let ends = (1...bytes.count).lazy.map { parser.parse(bytes[..<$0]) }
        #expect(ends.first { $0 != .needMore } ?? .needMore == whole)
    }

    @Test(arguments: malformed)
    func `what breaks a rule is malformed`(text: String) {
        #expect(parse(text) == .malformed)
    }

    @Test func `the first byte of a TLS handshake is enough`() {
        var parser = ChallengeRequestParser(limit: 8192)
        #expect(parser.parse([0x16]) == .malformed)
    }

    @Test func `a byte outside of ASCII in the first line is enough`() {
        var parser = ChallengeRequestParser(limit: 8192)
        #expect(parser.parse([0xc3]) == .malformed)
    }

    @Test func `a version 0.9 request is refused at the end of its line`() {
        #expect(parse("GET /\r\n") == .malformed)
    }

    @Test func `the preface of HTTP/2 is refused`() {
        #expect(parse("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == .malformed)
    }

    @Test func `what follows the head is left alone`() {
        let head = request("/a")
        guard case .request(let found, let consumed) = parse(head + "GET /b") else {
            Issue.record("no request was found")
            return
        }
        #expect(found.path == "/a")
        #expect(consumed == head.utf8.count)
    }

    @Test func `after a request the next one is found`() {
        var parser = ChallengeRequestParser(limit: 8192)
        for path in ["/a", "/b"] {
            let bytes = Array(request(path).utf8)
            guard case .request(let found, _) = parser.parse(bytes[...]) else {
                Issue.record("no request was found")
                return
            }
            #expect(found.path == path)
        }
    }

    @Test func `a head that ends exactly at the limit is a request`() {
        let text = request("/", fields: "X: y\r\n")
        #expect(parse(text, limit: text.utf8.count) != .malformed)
        #expect(parse(text, limit: text.utf8.count - 1) == .malformed)
    }

    @Test(arguments: [("G", "a"), ("GET / HTTP/1.1\r\nX: ", "a"), ("\r\n", "\r\n")])
    func `a head that never ends is refused at the limit`(start: String, more: String) {
        var text = start
        while text.utf8.count + more.utf8.count < 8192 { text += more }
        #expect(parse(text) == .needMore)
        #expect(parse(text + more + more) == .malformed)
    }

    private func parse(_ text: String, limit: Int = 8192) -> ChallengeRequestParser.Progress {
        var parser = ChallengeRequestParser(limit: limit)
        return parser.parse(Array(text.utf8)[...])
    }
}

/// Heads that are requests, with what they ask for.
private let wellFormed: [(String, ChallengeRequest)] = [
    ("GET / HTTP/1.1\r\nHost: a\r\n\r\n", asking()),
    ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", asking()),
    ("HEAD / HTTP/1.1\r\nHost: a\r\n\r\n", asking(method: .head)),
    ("POST / HTTP/1.1\r\nHost: a\r\n\r\n", asking(method: .other)),
    ("get / HTTP/1.1\r\nHost: a\r\n\r\n", asking(method: .other)),
    ("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", asking(method: .other, path: "*")),
    ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", asking(method: .other, path: "a:443")),
    ("GET /%2e%2e//a?b#c HTTP/1.1\r\nHost: a\r\n\r\n", asking(path: "/%2e%2e//a?b#c")),
    ("GET / HTTP/1.1\r\nhOsT:\t a \t\r\n\r\n", asking()),
    ("GET / HTTP/1.1\r\nHost:\r\n\r\n", asking(host: "")),
    ("GET / HTTP/1.1\r\nHost: a\r\nX: caf\u{e9}\r\nY:\r\n\r\n", asking()),
    // RFC 9112 §3.2.2: the absolute form MUST be accepted, and its host wins.
    ("GET http://b/x HTTP/1.1\r\nHost: a\r\n\r\n", asking(path: "/x", host: "b")),
    ("GET HTTP://b:80/x HTTP/1.1\r\nHost: a\r\n\r\n", asking(path: "/x", host: "b:80")),
    ("GET http://b HTTP/1.1\r\nHost: a\r\n\r\n", asking(path: "", host: "b")),
    ("GET https://b/x HTTP/1.1\r\nHost: a\r\n\r\n", asking(path: "https://b/x")),
    // RFC 9112 §9.3 and §6: when the connection ends with the answer.
    ("GET / HTTP/1.2\r\nHost: a\r\n\r\n", asking()),
    ("GET / HTTP/1.0\r\n\r\n", asking(host: nil, keepAlive: false)),
    ("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", asking(host: nil, keepAlive: false)),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", asking(keepAlive: false)),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: x, CLOSE\r\n\r\n", asking(keepAlive: false)),
    ("GET / HTTP/1.1\r\nHost: a\r\nConnection: closed\r\n\r\n", asking()),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n", asking()),
    ("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 7\r\n\r\n", asking(hasBody: true)),
    ("GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: x\r\n\r\n", asking(hasBody: true)),
    (
        "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n",
        asking(hasBody: true)
    ),
]

/// Heads that break a rule.
private let malformed = [
    // The request line.
    "GET /\r\n\r\n", "GET\r\n\r\n", "GET  HTTP/1.1\r\n\r\n", " GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.1 \r\n\r\n", "GET  / HTTP/1.1\r\n\r\n", "GET / x HTTP/1.1\r\n\r\n",
    "GET / HTTP/2.0\r\n\r\n", "GET / HTTP/1.x\r\n\r\n", "GET / HTTP/1.10\r\n\r\n",
    "GET / http/1.1\r\n\r\n", "GET\t/\tHTTP/1.1\r\n\r\n", "G(T / HTTP/1.1\r\n\r\n",
    "GET /\u{e9} HTTP/1.1\r\n\r\n", "GET /\u{0} HTTP/1.1\r\n\r\n", "GET /\u{7f} HTTP/1.1\r\n\r\n",
    // Where lines end.
    "GET / HTTP/1.1\nHost: a\n\n", "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\rHost: a\r\n",
    "GET / HTTP/1.1\r\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: b\rY: c\r\n\r\n",
    // Fields.
    "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nno colon\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nX: \u{1b}\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX(: b\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length:\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n",
]

private func asking(
    method: ChallengeRequest.Method = .get,
    path: String = "/",
    host: String? = "a",
    keepAlive: Bool = true,
    hasBody: Bool = false
) -> ChallengeRequest {
    ChallengeRequest(
        method: method,
        path: path,
        host: host,
        keepAlive: keepAlive && !hasBody,
        hasBody: hasBody
    )
}

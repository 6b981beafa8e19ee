import Testing

@testable import HTTP01

@Suite struct ResponderConnectionTests {
    private let start = ContinuousClock.now
    private let limits = Responder.Limits()

    @Test func `three requests in one write are answered three times, in order`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive("\(request("/a"))\(request("/b"))\(request("/c"))", on: &connection)
        #expect(output(of: connection) == "</a></b></c>")
    }

    @Test func `the rest of a request is waited for after an answer`() {
        var connection = ResponderConnection(limits: limits, at: start)
        let second = request("/b")
        receive(request("/a") + second.prefix(9), on: &connection)
        takeAll(from: &connection, at: start)
        #expect(connection.wish == .receive)
        receive(String(second.dropFirst(9)), on: &connection)
        #expect(output(of: connection) == "</b>")
    }

    @Test func `nothing is received while an answer is under way`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive(request("/a"), on: &connection)
        connection.sent(1, at: start)
        #expect(connection.wish == .send)
        #expect(output(of: connection) == "/a>")
    }

    @Test func `a request that asks for it is the last`() {
        var connection = ResponderConnection(limits: limits, at: start)
        let last = request("/a", fields: "Connection: close\r\n")
        receive(last + request("/b"), on: &connection)
        #expect(output(of: connection) == "</a>")
        takeAll(from: &connection, at: start)
        #expect(connection.wish == .close)
    }

    @Test func `a body is not read`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive(request("/a", fields: "Content-Length: 99\r\n") + "body", on: &connection)
        takeAll(from: &connection, at: start)
        #expect(connection.wish == .close)
    }

    @Test func `what is not HTTP gets no answer`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive("SSH-2.0-OpenSSH\r\n", on: &connection)
        #expect(connection.wish == .close)
    }

    @Test func `requests before nonsense are answered`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive(request("/a") + "\u{1}", on: &connection)
        #expect(output(of: connection) == "</a>")
        takeAll(from: &connection, at: start)
        #expect(connection.wish == .close)
    }

    @Test func `only what was not received makes the end of the answer an affair of its own`() {
        let close = request("/a", fields: "Connection: close\r\n")
        let body = request("/a", fields: "Content-Length: 9\r\n")
        for (text, leavesInput) in [
            (close, false), (close + "x", true), (body, true), ("\u{1}", true),
            (request("/a"), false),
        ] {
            var connection = ResponderConnection(limits: limits, at: start)
            receive(text, on: &connection)
            #expect(connection.leavesInput == leavesInput)
        }
    }

    @Test func `a client that sends no more still gets its answer`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive(request("/a"), on: &connection)
        connection.receivedEnd()
        #expect(connection.wish == .send)
        takeAll(from: &connection, at: start)
        #expect(connection.wish == .close)
    }

    @Test func `a broken connection is closed, whatever was to be sent`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive(request("/a"), on: &connection)
        connection.failed()
        #expect(connection.wish == .close)
    }

    @Test func `bytes of a request do not move its deadline`() {
        var connection = ResponderConnection(limits: limits, at: start)
        let deadline = connection.deadline
        #expect(deadline == start + limits.requestTime)
        for byte in request("/a") { receive(String(byte), on: &connection) }
        connection.sent(1, at: start + .seconds(4))
        #expect(connection.deadline == deadline)
    }

    @Test func `an answer that was sent begins a new deadline`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive(request("/a"), on: &connection)
        takeAll(from: &connection, at: start + .seconds(4))
        #expect(connection.deadline == start + .seconds(4) + limits.requestTime)
    }

    @Test func `no more than one head is ever held`() {
        var connection = ResponderConnection(limits: limits, at: start)
        receive("GET /", on: &connection)
        #expect(connection.room == limits.headBytes - 5)
        receive(String(repeating: "a", count: connection.room), on: &connection)
        #expect(connection.wish == .close)
    }

    /// Takes in `text`; each answer is the path in angle brackets.
    private func receive(_ text: String, on connection: inout ResponderConnection) {
        connection.received(Array(text.utf8)[...]) { request, output in
            output += "<\(request.path)>".utf8
        }
    }

    private func takeAll(
        from connection: inout ResponderConnection,
        at now: ContinuousClock.Instant
    ) {
        connection.sent(connection.pendingOutput.count, at: now)
    }

    private func output(of connection: ResponderConnection) -> String {
        String(decoding: connection.pendingOutput, as: UTF8.self)
    }
}

import ACME
import Testing

@testable import HTTP01

@Suite struct ControlMessageTests {
    @Test func `a message is read as it was written`() throws {
        let answers = try [keyAuthorization("A"), keyAuthorization("B", host: "192.0.2.1")]
        let hosts = [try DomainName("example.com")]
        for message in [ControlMessage.publish(answers), .redirect(hosts), .publish([])] {
            #expect(try ControlMessage(message.bytes) == message)
        }
    }

    @Test func `a message looks like this`() throws {
        let message = ControlMessage.redirect([try DomainName("example.com")])
        #expect(text(message.bytes) == #"{"redirect":["example.com"],"version":1}"#)
        let answer = try keyAuthorization()
        #expect(
            text(ControlMessage.publish([answer]).bytes)
                == #"{"publish":[{"content":"\#(answer.content)","host":"example.com"}],"version":1}"#
        )
    }

    @Test func `as many of the longest entries as there may be fit into a message`() throws {
        let token = try #require(Token(String(repeating: "a", count: 128)))
        let host = String(repeating: "a", count: 253)
        let thumbprint = String(repeating: "b", count: 43)
        let answer = KeyAuthorization(host: host, token: token, thumbprint: thumbprint)
        let message = ControlMessage.publish(
            Array(repeating: answer, count: ControlMessage.mostEntries)
        )
        #expect(message.bytes.count <= ControlMessage.longest)
    }

    @Test(arguments: [
        "", "{}", "[]", "null", "x", #"{"version":1}"#,
        #"{"publish":[],"redirect":[],"version":1}"#,
        // Another form of the same, keys twice, keys that nobody knows.
        #"{"version":1,"redirect":[]}"#, #"{"redirect":[], "version":1}"#,
        #"{"redirect":[],"redirect":[],"version":1}"#, #"{"redirect":[],"version":1,"x":1}"#,
        #"{"redirect":[],"version":1}x"#, #"{"redirect":["\u0061.example"],"version":1}"#,
        // Names and tokens that are none.
        #"{"redirect":["A.example"],"version":1}"#, #"{"redirect":["a b"],"version":1}"#,
        #"{"redirect":["*.a.example"],"version":1}"#, #"{"redirect":["a.example."],"version":1}"#,
        #"{"publish":[{"content":"short.x","host":"a"}],"version":1}"#,
        #"{"publish":[{"content":"TestTokenTestTokenTestTokenA","host":"a"}],"version":1}"#,
        #"{"publish":[{"content":"../../TokenTestTokenTestTokenA.ThumbprintThumbprintThumbprint","host":"a"}],"version":1}"#,
        #"{"publish":[{"content":"TestTokenTestTokenTestTokenA.Thumbprint Thumbprint/Thumb","host":"a"}],"version":1}"#,
    ])
    func `what is not exactly a message is refused`(text: String) {
        #expect(throws: ControlReply.self) { try ControlMessage(Array(text.utf8)) }
    }

    @Test func `another version is refused by its number`() {
        let bytes = Array(#"{"redirect":[],"version":2}"#.utf8)
        #expect(throws: ControlReply.refused("version 2 is not known here")) {
            try ControlMessage(bytes)
        }
    }

    @Test func `bytes that are no text are refused`() {
        #expect(throws: ControlReply.self) { try ControlMessage([0x7B, 0xFF, 0x7D]) }
    }

    @Test func `more entries than fit are refused`() throws {
        let hosts = try (0...ControlMessage.mostEntries).map { try DomainName("n\($0).example") }
        #expect(throws: ControlReply.self) {
            try ControlMessage(ControlMessage.redirect(hosts).bytes)
        }
    }

    @Test(arguments: [ControlReply.accepted, .refused("why not: \"x\"")])
    func `a reply is read as it was written`(reply: ControlReply) {
        #expect(ControlReply(reply.bytes) == reply)
    }

    @Test(arguments: ["", "{}", #"{"accepted":false}"#, #"{"accepted":true,"version":2}"#])
    func `what is no reply is none`(text: String) {
        #expect(ControlReply(Array(text.utf8)) == nil)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}

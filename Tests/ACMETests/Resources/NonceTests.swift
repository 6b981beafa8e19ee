import ACME
import HTTP
import Testing

/// Corner case 1, cases P02 and P03 of the reliability catalogue; RFC 8555 §6.5.1.
@Suite struct NonceTests {
    @Test(arguments: ["a", "oFvnlFP1wIhRlYS2jTaXbA", "-_", String(repeating: "A", count: 1024)])
    func `a nonce is base64url`(text: String) {
        #expect(Nonce(text)?.description == text)
    }

    @Test(
        arguments: [
            "", "a b", "a=", "a+b", "a/b", "a\r\nEvil: 1", "a\"", "é", "a\0",
            String(repeating: "A", count: 1025),
        ]
    )
    func `anything else is ignored`(text: String) {
        #expect(Nonce(text) == nil)
        #expect(HTTPResponse(status: 200, headers: ["Replay-Nonce": text]).replayNonce == nil)
    }

    @Test(arguments: [200, 400, 503])
    func `an answer of any status may bring one`(status: Int) {
        let answer = HTTPResponse(status: status, headers: ["Replay-Nonce": "abc"])
        #expect(answer.replayNonce == Nonce("abc"))
    }

    @Test func `an answer may bring none`() {
        #expect(HTTPResponse(status: 200).replayNonce == nil)
    }
}

import HTTP
import Testing

@testable import ACME

/// Case P33 of the reliability catalogue: JSON that was made to do harm.
@Suite struct AnswerTests {
    private struct Value: Decodable, Equatable {
        var a: String
        var b: Int?
    }

    private func value(_ body: [UInt8]) throws(ACMEError) -> Value {
        try HTTPResponse(status: 200, body: body).decoded(as: Value.self, "a value")
    }

    private func expectUnreadable(_ text: String) {
        let answer = HTTPResponse.json(text)
        #expect(throws: answer.unreadable("a value")) { try value(answer.body) }
    }

    @Test func `an object is read`() throws {
        #expect(try value(Array(#"{"a":"x","b":2}"#.utf8)) == Value(a: "x", b: 2))
    }

    @Test(arguments: [("[", "]"), (#"{"a":"#, "}")])
    func `100,000 levels are an error, not a full stack`(open: String, close: String) {
        let open = String(repeating: open, count: 100_000)
        let close = String(repeating: close, count: 100_000)
        expectUnreadable("\(open)1\(close)")
        expectUnreadable(#"{"a":"x","c":\#(open)1\#(close)}"#)
        expectUnreadable(open)
    }

    @Test(arguments: [
        "1e999", "-1e999", "1e-999x", "99999999999999999999", "1.5", "NaN", "Infinity",
    ])
    func `a number that does not fit is an error`(number: String) {
        expectUnreadable(#"{"a":"x","b":\#(number)}"#)
    }

    @Test(
        arguments: [
            #"{"a":"x"} x"#, #"{"a":"x"}{"a":"y"}"#, #"{"a":"x"}]"#, "{\"a\":\"x\"}\0",
            #"{a:"x"}"#, "{'a':'x'}", #"{"a":"x"/* */}"#, "{\"a\":\"x\ny\"}",
            #"{"a":"\x41"}"#, #"{"a":"x""#, #"{"a":"#, "{", "\"", "",
        ]
    )
    func `what is not JSON to its last byte is an error`(text: String) {
        expectUnreadable(text)
    }

    @Test(arguments: [#"{"a":"\ud800"}"#, #"{"a":"\udc00\ud800"}"#, #"{"a":"\ud800x"}"#])
    func `half of a surrogate pair is an error`(text: String) {
        expectUnreadable(text)
    }

    @Test func `bytes that are not UTF-8 are an error`() {
        #expect(throws: ACMEError.self) {
            try value(Array(#"{"a":""#.utf8) + [0xFF, 0xC0] + Array(#""}"#.utf8))
        }
    }

    @Test func `a member that stands there twice is one of the two`() throws {
        let twice = try value(Array(#"{"a":"x","a":"y"}"#.utf8))
        #expect(["x", "y"].contains(twice.a))
    }

    @Test func `a byte order mark changes nothing`() throws {
        #expect(try value([0xEF, 0xBB, 0xBF] + Array(#"{"a":"x"}"#.utf8)) == Value(a: "x"))
    }

    @Test func `an error shows the first 80 bytes of what came`() {
        let page = "<html>" + String(repeating: "x", count: 1000)
        let excerpt = String(page.prefix(80))
        #expect(throws: ACMEError.unreadableAnswer("a value", excerpt: excerpt)) {
            try value(Array(page.utf8))
        }
    }

    @Test func `an error over an empty answer says so`() {
        #expect(throws: ACMEError.unreadableAnswer("a value", excerpt: "nothing")) { try value([]) }
    }
}

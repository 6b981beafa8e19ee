import HTTP
import Testing

/// RFC 9110 §5.1 to §5.3: names have no case, and several lines may have the same name.
@Suite struct HTTPHeadersTests {
    @Test(arguments: ["Replay-Nonce", "replay-nonce", "REPLAY-NONCE"])
    func `a name is found in whatever case it was sent`(name: String) {
        let headers: HTTPHeaders = ["Replay-Nonce": "abc"]
        #expect(headers[name] == "abc")
    }

    @Test func `the first of several lines is the field's value`() {
        let headers: HTTPHeaders = ["location": "one", "Location": "two"]
        #expect(headers["location"] == "one")
    }

    @Test func `all lines of a name are kept in their order`() {
        let headers: HTTPHeaders = ["Link": "<1>", "date": "now", "LINK": "<2>", "link": "<3>"]
        #expect(headers.all("Link") == ["<1>", "<2>", "<3>"])
    }

    @Test func `a missing field has no value`() {
        let headers: HTTPHeaders = ["date": "now"]
        #expect(headers["location"] == nil)
        #expect(headers.all("location").isEmpty)
    }
}

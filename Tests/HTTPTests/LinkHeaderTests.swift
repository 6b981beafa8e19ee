import HTTP
import Testing

/// Corner cases 7 and 14: links may come in several lines, and several in one; RFC 8288 §3.
@Suite struct LinkHeaderTests {
    private func response(_ lines: String...) -> HTTPResponse {
        var headers = HTTPHeaders()
        for line in lines {
            headers.append("Link", line)
        }
        return HTTPResponse(status: 200, headers: headers)
    }

    @Test(
        arguments: [
            #"<https://ca.test/terms>;rel="terms-of-service""#,
            "<https://ca.test/terms>;rel=terms-of-service",
            #"<https://ca.test/terms> ; rel = "terms-of-service" ; title="Terms""#,
            #"<https://ca.test/terms>;title="a;b";REL="Terms-Of-Service""#,
            #"<https://ca.test/terms>;rel="index terms-of-service up""#,
        ]
    )
    func `a link is found by its relation`(line: String) {
        #expect(response(line).links("terms-of-service") == ["https://ca.test/terms"])
    }

    @Test func `links of several lines and of one line are all found, in order`() {
        let response = response(
            #"<https://ca.test/1>;rel="alternate", <https://ca.test/2>;rel="alternate""#,
            "<https://ca.test/dir>;rel=index",
            "<https://ca.test/3>; rel=alternate"
        )
        let targets = ["https://ca.test/1", "https://ca.test/2", "https://ca.test/3"]
        #expect(response.links("alternate") == targets)
    }

    @Test func `commas and brackets in quotes part nothing`() {
        let line = #"<https://ca.test/1>;title="a, <b>; c";rel=next, <https://ca.test/2>;rel=next"#
        #expect(response(line).links("next") == ["https://ca.test/1", "https://ca.test/2"])
    }

    @Test func `an escaped quote does not end a quoted text`() {
        let titled = #"<https://ca.test/1>;title="a \", <x>;rel=up";rel=next"#
        let line = "\(titled), <https://ca.test/2>;rel=up"
        #expect(response(line).links("next") == ["https://ca.test/1"])
        #expect(response(line).links("up") == ["https://ca.test/2"])
    }

    @Test func `a comma in a target parts nothing`() {
        let line = "<https://ca.test/a,b>;rel=next"
        #expect(response(line).links("next") == ["https://ca.test/a,b"])
    }

    @Test func `only the first relation of a link counts`() {
        let line = "<https://ca.test/1>;rel=up;rel=next"
        #expect(response(line).links("up") == ["https://ca.test/1"])
        #expect(response(line).links("next").isEmpty)
    }

    @Test(
        arguments: [
            "", "next", "<https://ca.test/1", "https://ca.test/1>;rel=next", ";rel=next", "<>",
            "<<",
            "<https://ca.test/1>", "<https://ca.test/1>;rel", "<https://ca.test/1>;=next",
            #"<https://ca.test/1>;title="rel=next"#,
        ]
    )
    func `what cannot be read, or has no relation, is no link`(line: String) {
        #expect(response(line).links("next").isEmpty)
    }

    @Test func `links before a broken one are kept`() {
        let line = "<https://ca.test/1>;rel=next, <https://ca.test/2"
        #expect(response(line).links("next") == ["https://ca.test/1"])
    }
}

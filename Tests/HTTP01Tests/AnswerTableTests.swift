import ACME
import Testing

@testable import HTTP01

/// RFC 8555 §8.3: the body is the key authorization and nothing else.
@Suite struct AnswerTableTests {
    private let table = AnswerTable()

    @Test func `a published token is answered with its key authorization`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        #expect(response(to: answer.path) == found(answer))
    }

    @Test func `HEAD is answered like GET, without the body`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        let head = found(answer).dropLast(answer.content.utf8.count)
        #expect(response(to: answer.path, method: .head) == String(head))
        #expect(response(to: "/", method: .head) == String(notFound().dropLast(10)))
    }

    @Test func `an answer after which we close says so`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        #expect(response(to: answer.path, keepAlive: false) == found(answer, closing: true))
        #expect(response(to: "/", keepAlive: false) == notFound(closing: true))
    }

    @Test func `the host makes no difference`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        #expect(response(to: answer.path, host: "other.example") == found(answer))
    }

    @Test func `other methods find nothing`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        #expect(response(to: answer.path, method: .other) == notFound())
    }

    @Test func `every other spelling of the path gets the same 404`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        let token = answer.token.description
        let directory = "/.well-known/acme-challenge"
        for path in [
            "", "/", "*", "/\(token)", directory, "\(directory)/", "\(directory)/\(token)A",
            "\(directory)/\(token.dropLast())", "\(directory)/\(token.lowercased())",
            "\(directory)/\(token)?", "\(directory)/\(token)?a=b", "\(directory)/\(token)#a",
            "\(directory)/\(token);a", "\(directory)/\(token)/", "\(directory)/\(token)%00",
            "\(directory)//\(token)", "/\(directory)/\(token)", "\(directory)/./\(token)",
            "\(directory)/a/../\(token)", "\(directory)/%2e/\(token)", "\(directory)\\\(token)",
            "/%2ewell-known/acme-challenge/\(token)", "/.WELL-KNOWN/acme-challenge/\(token)",
            "https://example.com\(answer.path)", "\(directory)/%54\(token.dropFirst())",
        ] {
            #expect(response(to: path) == notFound())
        }
    }

    @Test func `a withdrawn token is not found`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        table.withdraw([answer])
        #expect(response(to: answer.path) == notFound())
    }

    @Test func `what two orders share stays until both have withdrawn it`() throws {
        let answer = try keyAuthorization()
        table.publish([answer])
        table.publish([answer])
        table.withdraw([answer])
        #expect(response(to: answer.path) == found(answer))
        table.withdraw([answer])
        #expect(response(to: answer.path) == notFound())
    }

    @Test func `withdrawing what was never published changes nothing`() throws {
        let answer = try keyAuthorization("A")
        table.publish([answer])
        table.withdraw([try keyAuthorization("B")])
        #expect(response(to: answer.path) == found(answer))
    }

    @Test func `answers are counted by token`() throws {
        let answers = try [keyAuthorization("A"), keyAuthorization("B")]
        table.publish(answers)
        for path in [answers[0].path, answers[0].path, answers[1].path, "/"] {
            _ = response(to: path)
        }
        #expect(answers.map { table.servedCount(of: $0.token) } == [2, 1])
    }

    @Test func `other requests for a host of ours go to https, in our spelling of it`() {
        table.redirect(["example.com"])
        for host in ["example.com", "EXAMPLE.com.", "example.com:80", "Example.Com.:8080"] {
            #expect(response(to: "/a?b=c", host: host) == moved("https://example.com/a?b=c"))
        }
        #expect(response(to: "/", method: .other) == moved("https://example.com/"))
    }

    @Test func `a published answer is given, not redirected`() throws {
        let answer = try keyAuthorization()
        table.redirect(["example.com"])
        table.publish([answer])
        #expect(response(to: answer.path) == found(answer))
    }

    @Test(arguments: ["other.example", "example.com.evil.example", "", ":80", ".", "[::1]"])
    func `a host that nobody has named is not found`(host: String) {
        table.redirect(["example.com"])
        #expect(response(to: "/", host: host) == notFound())
    }

    @Test(arguments: [
        "", "*", "example.com:443", "a", "/.well-known/acme-challenge/unknown",
        "/.well-known/acme-challenge", "/\(String(repeating: "a", count: 2000))",
    ])
    func `a challenge and what is no path are never redirected`(path: String) {
        table.redirect(["example.com"])
        #expect(response(to: path) == notFound())
    }

    @Test func `behind a proxy nobody is redirected`() {
        table.redirect(["example.com"])
        #expect(response(to: "/", isProxied: true) == notFound())
    }

    private func moved(_ location: String) -> String {
        "HTTP/1.1 308 Permanent Redirect\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n"
    }

    private func response(
        to path: String,
        method: ChallengeRequest.Method = .get,
        host: String = "example.com",
        keepAlive: Bool = true,
        isProxied: Bool = false
    ) -> String {
        var output: [UInt8] = []
        let request = ChallengeRequest(method: method, path: path, host: host, keepAlive: keepAlive)
        table.append(answerTo: request, isProxied: isProxied, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

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

    private func response(
        to path: String,
        method: ChallengeRequest.Method = .get,
        host: String = "example.com",
        keepAlive: Bool = true
    ) -> String {
        var output: [UInt8] = []
        let request = ChallengeRequest(method: method, path: path, host: host, keepAlive: keepAlive)
        table.append(answerTo: request, to: &output)
        return String(decoding: output, as: UTF8.self)
    }
}

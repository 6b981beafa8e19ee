import ACME
import HTTP

extension HTTPResponse {
    /// An answer with that body, as a CA sends it.
    static func json(_ text: String, status: Int = 200, headers: HTTPHeaders = [:]) -> HTTPResponse
    {
        HTTPResponse(status: status, headers: headers, body: Array(text.utf8))
    }

    /// A refusal with a problem document.
    ///
    /// Source: RFC 8555 §6.7.
    static func problem(
        _ type: String,
        status: Int = 400,
        headers: HTTPHeaders = [:]
    ) -> HTTPResponse {
        let body = #"{"type":"urn:ietf:params:acme:error:\#(type)","detail":"says the CA"}"#
        return json(body, status: status, headers: headers)
    }

    /// The error of an answer that should have been `resource`.
    func unreadable(_ resource: String) -> ACMEError {
        let excerpt = String(decoding: body.prefix(80), as: UTF8.self)
        return .unreadableAnswer(resource, excerpt: excerpt.isEmpty ? "nothing" : excerpt)
    }
}

extension Problem {
    /// What a refusal made by `HTTPResponse.problem` is read as.
    static func says(_ kind: ProblemKind) -> Problem {
        Problem(kind: kind, detail: "says the CA")
    }
}

/// Takes a URL that is good in the eyes of whoever wrote the test.
func url(_ text: String) -> WebURL {
    guard let url = WebURL(text) else { preconditionFailure("\(text) is no https URL") }
    return url
}

/// What every URL of the CA in these tests has in common.
let origin = url("https://ca.test/").origin

package import HTTP

/// Answers as a CA writes them.
extension FakeCA {
    package static func json(_ text: String, status: Int = 200) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: ["content-type": "application/json"],
            body: Array(text.utf8)
        )
    }

    package static func problem(
        _ type: String,
        _ detail: String,
        status: Int = 400
    ) -> HTTPResponse {
        json(
            #"{"type":"urn:ietf:params:acme:error:\#(type)","detail":"\#(detail)"}"#,
            status: status
        )
    }
}

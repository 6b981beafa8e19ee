package import FoundationEssentials
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

    /// The answer of a CA that has a window for a renewal.
    package static func window(
        _ start: Date,
        _ end: Date,
        retryAfter: String? = nil,
        explanation: String? = nil
    ) -> HTTPResponse {
        let why = explanation.map { #","explanationURL":"\#($0)""# } ?? ""
        var response = json(
            #"{"suggestedWindow":{"start":"\#(start.formatted(.iso8601))","#
                + #""end":"\#(end.formatted(.iso8601))"}\#(why)}"#
        )
        if let retryAfter { response.headers.append("retry-after", retryAfter) }
        return response
    }

    /// A moment as the `Date` of an answer.
    ///
    /// Source: RFC 9110 §5.6.7.
    static func date(_ moment: Date) -> String {
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        let parts = calendar.dateComponents(
            [.year, .month, .day, .weekday, .hour, .minute, .second],
            from: moment
        )
        func two(_ number: Int?) -> String {
            let text = "\(number ?? 0)"
            return text.count < 2 ? "0" + text : text
        }
        let day = "\(days[(parts.weekday ?? 1) - 1]), \(two(parts.day))"
        let time = "\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
        return "\(day) \(months[(parts.month ?? 1) - 1]) \(parts.year ?? 0) \(time) GMT"
    }
}

package import HTTP

/// The http-01 challenge of one authorization.
///
/// Source: RFC 8555 §7.1.5 and §8.3.
package struct Challenge: Equatable, Sendable {
    /// The one type that certctl answers.
    package static let type = "http-01"

    /// Where the CA is told that the answer is in place.
    package let url: WebURL
    package let token: Token
    /// Whether the CA still waits to be told.
    package let isPending: Bool
    /// Whether the CA has asked for the answer for the last time, in vain.
    package let hasFailed: Bool
    /// What the CA met when it asked for the answer; it may ask again.
    package let problem: Problem?

    init(_ wire: Wire, host: String, origin: WebURL.Origin) throws(ACMEError) {
        guard let token = Token(wire.token ?? "") else {
            throw .unusableToken(host: host, token: wire.token ?? "")
        }
        url = try origin.url(wire.url, field: "url of a challenge")
        self.token = token
        isPending = (wire.status ?? "pending") == "pending"
        hasFailed = wire.status == "invalid"
        problem = wire.error
    }

    /// A challenge of any type; of one that is not http-01 nothing but the type is looked at.
    struct Wire: Decodable {
        let type: String
        let url: String?
        let token: String?
        let status: String?
        let error: Problem?

        private enum Key: String, CodingKey {
            case type
            case url
            case token
            case status
            case error
        }

        init(from decoder: any Decoder) throws {
            let container = try? decoder.container(keyedBy: Key.self)
            // An entry without a type, or that is no object, is a challenge of an unknown type.
            type = (try? container?.decode(String.self, forKey: .type)) ?? "unknown"
            guard type == Challenge.type, let container else {
                (url, token, status, error) = (nil, nil, nil, nil)
                return
            }
            url = try container.decodeIfPresent(String.self, forKey: .url)
            token = try container.decodeIfPresent(String.self, forKey: .token)
            status = try container.decodeIfPresent(String.self, forKey: .status)
            error = try container.decodeIfPresent(Lenient<Problem>.self, forKey: .error)?.value
        }
    }
}

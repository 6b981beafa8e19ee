import FoundationEssentials
import HTTP

extension HTTPResponse {
    /// Decodes the body as one JSON object.
    ///
    /// `resource` is what the answer should be, for the error: "an order". Throws
    /// ``ACMEError/unreadableAnswer(_:excerpt:)``.
    func decoded<Value: Decodable>(
        as type: Value.Type,
        _ resource: String
    ) throws(ACMEError) -> Value {
        do {
            return try JSONDecoder().decode(Value.self, from: Data(body))
        } catch {
            throw .unreadableAnswer(resource, excerpt: excerpt)
        }
    }

    /// The answer as the reason of a refusal.
    ///
    /// Source: RFC 8555 §6.7; §7.3.3 for terms that have changed.
    package var refusal: ACMEError {
        let problem = Problem(self)
        return switch problem.kind {
        case .rateLimited: .rateLimited(problem, until: nil)
        case .externalAccountRequired: .externalAccountRequired
        case .userActionRequired: .actionRequired(problem, at: links("terms-of-service").first)
        default: .refused(problem)
        }
    }

    /// The beginning of the body, for an operator who has to find out who answered.
    private var excerpt: String {
        let text = String(decoding: body.prefix(80), as: UTF8.self)
        return text.isEmpty ? "nothing" : text
    }
}

extension WebURL.Origin {
    /// Takes a URL that the CA named, if it leads to the CA's own server.
    ///
    /// A CA that could name any URL could make this machine send requests to its neighbours.
    ///
    /// `text` is `nil` when the member or field was missing, and `field` says where it stood.
    /// Throws ``ACMEError/foreignURL(field:value:)``.
    func url(_ text: String?, field: String) throws(ACMEError) -> WebURL {
        guard let text, let url = WebURL(text), url.origin == self else {
            throw .foreignURL(field: field, value: text ?? "nothing")
        }
        return url
    }
}

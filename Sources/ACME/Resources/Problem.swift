import Diagnostics
import FoundationEssentials
package import HTTP

/// Why the CA refused, in its own words.
///
/// All text is the CA's: it is made harmless when it is shown.
///
/// Source: RFC 7807; RFC 8555 §6.7.
package struct Problem: Equatable, Sendable {
    /// What went wrong with one identifier.
    ///
    /// Source: RFC 8555 §6.7.1.
    package struct Subproblem: Equatable, Sendable {
        package let kind: ProblemKind
        package let detail: String
        package let identifier: String?
    }

    package let kind: ProblemKind
    package let detail: String
    package let subproblems: [Subproblem]

    package init(kind: ProblemKind, detail: String, subproblems: [Subproblem] = []) {
        self.kind = kind
        self.detail = detail
        self.subproblems = subproblems
    }

    /// Reads the problem of a refusal; whatever the body is, something can be said about it.
    package init(_ response: HTTPResponse) {
        // A body that is no problem document (a proxy's HTML page) is expected here, not an error.
        if let problem = try? JSONDecoder().decode(Problem.self, from: Data(response.body)) {
            self = problem
        } else {
            self.init(kind: .other("status \(response.status)"), detail: "HTTP \(response.status)")
        }
    }

    /// The problem on one line: the CA's detail, then what it says of each name.
    package var text: String {
        let parts = subproblems.map { part in
            "\(part.identifier.map { "\($0): " } ?? "")\(part.detail)"
        }
        return ([detail] + parts).joined(separator: "; ").harmless()
    }
}

extension Problem: Decodable {
    private enum Key: String, CodingKey {
        case type
        case detail
        case subproblems
    }

    /// Decodes leniently: a member that is missing or of another type counts as absent.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let type = try? container.decodeIfPresent(String.self, forKey: .type)
        let detail = try? container.decodeIfPresent(String.self, forKey: .detail)
        let parts = try? container.decodeIfPresent([Subproblem].self, forKey: .subproblems)
        let kind = ProblemKind(type: type ?? "about:blank")
        self.init(kind: kind, detail: detail ?? kind.description, subproblems: parts ?? [])
    }
}

extension Problem.Subproblem: Decodable {
    private enum Key: String, CodingKey {
        case type
        case detail
        case identifier
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        // As lenient as the problem itself, and for the same reason.
        let type = try? container.decodeIfPresent(String.self, forKey: .type)
        let detail = try? container.decodeIfPresent(String.self, forKey: .detail)
        let identifier = try? container.decodeIfPresent(Identifier.self, forKey: .identifier)
        kind = ProblemKind(type: type ?? "about:blank")
        self.detail = detail ?? kind.description
        self.identifier = identifier?.value
    }
}

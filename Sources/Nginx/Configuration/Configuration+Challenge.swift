/// What a server does with the requests of a CA, before any location is looked for or in one.
package enum ChallengeFate: Equatable, Sendable {
    /// A location for exactly the challenge's folder is there; a second one would be fatal.
    case location(PlacedDirective)
    /// This wins over every location: `return`, `rewrite`, or one of them in an `if`.
    case earlier(PlacedDirective)
    /// A location would be reached.
    case open
}

extension Configuration {
    /// The folder that a CA asks for.
    ///
    /// Source: RFC 8555 §8.3.
    package static let challengePath = "/.well-known/acme-challenge/"

    /// A location for the challenge's folder, if the server has one.
    package func challengeLocation(in server: Server) -> PlacedDirective? {
        server.directives(named: "location").first { location in
            let words = location.arguments
            return words == [Self.challengePath] || words == ["^~", Self.challengePath]
        }
    }

    /// What becomes of a challenge's request in a server.
    package func challengeFate(in server: Server) -> ChallengeFate {
        if let earlier = server.contents.first(where: Self.winsOverLocations) {
            return .earlier(earlier)
        }
        return challengeLocation(in: server).map { .location($0) } ?? .open
    }

    /// Whether a directive of a server decides about a challenge's request before locations do.
    ///
    /// A `rewrite` does if its pattern matches, or if that cannot be told.
    private static func winsOverLocations(_ placed: PlacedDirective) -> Bool {
        wins(placed.directive)
    }

    private static func wins(_ directive: SourceDirective) -> Bool {
        switch directive.name.string {
        case "return": true
        case "rewrite":
            directive.arguments.first.map { pattern in
                PatternMatch.verdict(
                    of: pattern.string,
                    on: challengePath + "token",
                    ignoresCase: false
                ) ?? true
            } ?? false
        case "if": directive.children.contains(where: wins)
        case let name: name.hasPrefix("server_rewrite_by_lua")
        }
    }
}

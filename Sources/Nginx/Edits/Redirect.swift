/// Finds out whether a server does nothing but to send to https.
enum Redirect {
    /// The `return` or `rewrite` that sends every request to https, if there is one.
    static func toHTTPS(of server: Server) -> PlacedDirective? {
        if let own = server.contents.first(where: isRedirect) { return own }
        let locations = server.directives(named: "location")
        let root = locations.first { $0.arguments == ["/"] || $0.arguments == ["^~", "/"] }
        return root.flatMap { location in
            location.directive.children.lazy.map {
                PlacedDirective(file: location.file, directive: $0, isIncluded: true)
            }.first(where: isRedirect)
        }
    }

    private static func isRedirect(_ placed: PlacedDirective) -> Bool {
        let words = placed.arguments
        switch placed.name {
        case "return": return words.last?.lowercased().hasPrefix("https://") == true
        case "rewrite": return words.count > 1 && words[1].lowercased().hasPrefix("https://")
        default: return false
        }
    }
}

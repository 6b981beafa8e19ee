package import Nginx

/// The managed files that edits of users' own server blocks need.
extension SiteRenderer {
    private static let plainPrefix = "certctl-_http-"

    /// Where the servers are that answer on the plain port for a certificate; no site has that path.
    package static func plainPath(of lineage: String) -> String { "\(plainPrefix)\(lineage).conf" }

    /// Whether a path is one of ``plainPath(of:)``: such files come and go with the edits.
    package static func isPlainPath(_ path: String) -> Bool { path.hasPrefix(plainPrefix) }

    /// Where the location for challenges is, as nginx sees it.
    package var challengePath: String { "\(surroundings.configuration)/\(Snippet.challenge.path)" }
    /// Where the settings of TLS are, as nginx sees it.
    package var tlsPath: String { "\(surroundings.configuration)/\(Snippet.tls.path)" }

    /// The file at ``challengePath``.
    package func challengeFile() throws(SitesError) -> ManagedFile { try file(of: .challenge) }
    /// The file at ``tlsPath``.
    package func tlsFile() throws(SitesError) -> ManagedFile { try file(of: .tls) }

    /// Servers that answer challenges and send all else to https.
    package func plainFile(
        _ servers: [OwnServer],
        of lineage: String
    ) throws(SitesError) -> ManagedFile {
        let challenge = try Snippets(surroundings: surroundings).include(.challenge)
        let port = surroundings.httpsPort == 443 ? "" : ":\(surroundings.httpsPort)"
        let target = try Term(quoting: "https://$host\(port)$request_uri")
        var items: [Item] = []
        for server in servers {
            if !items.isEmpty { items.append(.blank) }
            var children: [Item] = []
            for listen in server.listens {
                children.append(.directive("listen", try Self.terms(listen), note: nil))
            }
            if !server.names.isEmpty {
                children.append(.directive("server_name", try Self.terms(server.names), note: nil))
            }
            children += [
                .line("server_tokens", "off"), .blank, challenge, .blank,
                .location("/", items: [.line("return", "308", target)]),
            ]
            items.append(.block(["server"], children))
        }
        let path = Self.plainPath(of: lineage)
        return ManagedFile(path: path, body: Typesetter.text(of: items))
    }

    private func file(of snippet: Snippet) throws(SitesError) -> ManagedFile {
        let items = try Snippets(surroundings: surroundings).items(of: snippet)
        return ManagedFile(path: snippet.path, body: Typesetter.text(of: items))
    }

    private static func terms(_ words: [String]) throws(SitesError) -> [Term] {
        var terms: [Term] = []
        for word in words { terms.append(try Term(quoting: word)) }
        return terms
    }
}

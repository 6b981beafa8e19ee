/// A whole configuration of nginx: the main file and all that it includes.
package struct Configuration: Sendable {
    /// How many directives there can be in all, those of a file as often as it is included, and
    /// sixteen for each time.
    package static let largest = 1_000_000
    /// How deep files can include files, the blocks around each `include` counted too.
    package static let deepest = 300

    /// The path of the main file; includes are relative to its directory.
    package let main: String
    /// All files by their paths as nginx names them.
    package let files: [String: SourceFile]
    /// Which files an `include` with wildcards names, by the absolute pattern.
    package let matches: [String: [String]]
    /// The paths in the order in which nginx reads them first.
    package let order: [String]
    /// What stands at the level of `http`, includes resolved.
    package let http: [PlacedDirective]
    /// All `server` blocks of `http`, in nginx's order.
    package let servers: [Server]
    /// What is listened on, in the order of first mention.
    package let sockets: [Socket]
    /// Where each file is included; the main file is nowhere.
    let inclusions: [String: [Inclusion]]

    /// Puts a configuration together of files that have been found.
    ///
    /// - Throws: ``ConfigurationError`` for a file that is missing or includes itself.
    init(
        main: String,
        files: [String: SourceFile],
        matches: [String: [String]]
    ) throws(ConfigurationError) {
        var includes = IncludeResolver(main: main, files: files, matches: matches)
        self.main = main
        self.files = files
        self.matches = matches
        (inclusions, order) = try includes.survey()
        let top = try includes.expanded(files[main]?.directives ?? [], of: main)
        var http: [PlacedDirective] = []
        for block in top where block.isNamed("http") {
            http += try includes.expanded(block.directive.children, of: block.file)
        }
        self.http = http
        var servers: [Server] = []
        for block in http where block.isNamed("server") && block.directive.bodySpan != nil {
            let contents = try includes.expanded(block.directive.children, of: block.file)
            servers.append(Server(number: servers.count, block: block, contents: contents))
        }
        self.servers = servers
        let usesTLS = http.last { $0.isNamed("ssl") }?.arguments == ["on"]
        sockets = Socket.all(of: servers, defaultTLS: usesTLS)
    }

    /// Where a directive stands.
    package func place(of directive: PlacedDirective) -> SourcePlace {
        place(directive.file, directive.directive.span.lowerBound)
    }

    /// Where a block stands.
    package func place(of server: Server) -> SourcePlace { place(of: server.block) }

    /// The place of a byte of one of the files.
    package func place(_ file: String, _ offset: Int) -> SourcePlace {
        let position = files[file]?.position(of: offset) ?? SourcePosition(line: 1, column: 1)
        return SourcePlace(file, position)
    }
}

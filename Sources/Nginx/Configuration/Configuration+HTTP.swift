/// What stands at the level of `http`, for whoever wants to add to it.
extension Configuration {
    /// The directives of that name at the level of `http`, with those that are included.
    package func httpDirectives(named name: String) -> [PlacedDirective] {
        http.filter { $0.isNamed(name) }
    }

    /// The server that is said to be the default of a port, if one is; a second would be fatal.
    package func explicitDefault(onPort port: Int) -> Server? {
        sockets.first { $0.port == port && $0.explicitDefault != nil }?.explicitDefault.map {
            servers[$0]
        }
    }

    /// The servers that list that name on that port; nginx ignores a second one of them.
    package func servers(listing name: String, onPort port: Int) -> [Server] {
        servers.filter { server in
            server.lists(name) && server.listens.contains { $0.ports.contains(port) }
        }
    }

    /// The names that `upstream` defines.
    package var upstreams: Set<String> {
        Set(httpDirectives(named: "upstream").compactMap(\.arguments.first))
    }

    /// Where a file is included, by its path or by wildcards.
    package func places(including path: String) -> [SourcePlace] {
        var seen: Set<SourcePlace> = []
        return (inclusions[path] ?? []).map { place($0.file, $0.offset) }
            .filter { seen.insert($0).inserted }
    }

    /// Whether `http` would read a file of that path if it were there.
    ///
    /// So the caller knows whether files of its own will be read at all.
    package func httpIncludes(_ path: String) -> Bool {
        http.contains { directive in
            guard let target = target(of: directive) else { return false }
            return target == path
                || GlobPattern.isPattern(target)
                    && GlobPattern(target).matches(path)
        }
    }
}

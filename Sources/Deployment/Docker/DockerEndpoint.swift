/// The Unix socket of a Docker Engine, or of Podman, which speaks the same.
package struct DockerEndpoint: Hashable, Sendable, CustomStringConvertible {
    /// Longer ones do not fit into the kernel's form of an address.
    ///
    /// Source: unix(7).
    private static let longestPath = 107
    private static let scheme = "unix://"

    /// An absolute path.
    package let path: String

    package var description: String { "unix://\(path)" }

    /// Takes what `DOCKER_HOST` may say, as far as it names a Unix socket.
    ///
    /// - Throws: ``EngineError/unusableHost(_:_:)`` for another machine, and for what is no path.
    package init(host: String) throws(EngineError) {
        guard host.hasPrefix(Self.scheme) else {
            throw .unusableHost(host, host.contains("://") ? .otherScheme : .noScheme)
        }
        let path = String(host.dropFirst(Self.scheme.count))
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw .unusableHost(host, .notAbsolute)
        }
        guard path.utf8.count <= Self.longestPath else { throw .unusableHost(host, .tooLong) }
        self.path = path
    }

    private init(path: String) {
        self.path = path
    }

    /// The sockets to try, in this order: the one in `DOCKER_HOST` alone, or the usual ones.
    ///
    /// Neither here nor anywhere else is a socket named by a file of certctl's: whoever may write
    /// to one could else tell root what its containers mount. For root the sockets of a user's own
    /// engine are left out too, since that user answers there.
    ///
    /// - Parameters:
    ///   - environment: The variables of this process.
    ///   - user: The user identifier that it runs as.
    /// - Returns: At least one.
    /// - Throws: ``EngineError/unusableHost(_:_:)`` for a `DOCKER_HOST` that is no such socket.
    package static func candidates(
        environment: [String: String],
        user: UInt32
    ) throws(EngineError) -> [DockerEndpoint] {
        if let host = environment["DOCKER_HOST"], !host.isEmpty {
            return [try DockerEndpoint(host: host)]
        }
        var paths = ["/var/run/docker.sock"]
        let own = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
        if user != 0, let own { paths.append("\(own)/docker.sock") }
        paths.append("/run/podman/podman.sock")
        if user != 0, let own { paths.append("\(own)/podman/podman.sock") }
        return paths.filter { $0.utf8.count <= longestPath }.map(DockerEndpoint.init(path:))
    }
}

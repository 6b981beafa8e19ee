/// An `ssl_certificate` or `ssl_certificate_key`, and where it comes from.
package struct CertificateDirective: Equatable, Sendable {
    /// Whose level it stands at.
    package enum Level: Equatable, Sendable {
        case server
        case http
    }

    package let directive: PlacedDirective
    package let level: Level

    /// The path, or what else it says.
    package var value: String { directive.arguments.first ?? "" }

    /// Whether it is no plain path: it has variables, or `data:`, `engine:` or `store:`.
    package var isSpecial: Bool {
        value.utf8.contains(UInt8(ascii: "$"))
            || ["data:", "engine:", "store:"].contains { value.hasPrefix($0) }
    }
}

extension Configuration {
    /// The certificates that a server uses: its own, or else those of `http`.
    package func certificates(of server: Server) -> [CertificateDirective] {
        effective("ssl_certificate", in: server)
    }

    /// The keys that a server uses: its own, or else those of `http`.
    package func certificateKeys(of server: Server) -> [CertificateDirective] {
        effective("ssl_certificate_key", in: server)
    }

    private func effective(_ name: String, in server: Server) -> [CertificateDirective] {
        let own = server.directives(named: name)
        return own.isEmpty
            ? httpDirectives(named: name).map { CertificateDirective(directive: $0, level: .http) }
            : own.map { CertificateDirective(directive: $0, level: .server) }
    }

    /// The servers that include a file at any depth of theirs, or stand in it.
    package func servers(using file: String) -> [Server] {
        let blocks = Set((inclusions[file] ?? []).compactMap(\.block))
        return servers.filter { $0.file == file || blocks.contains($0.identity) }
    }

    /// Whether a file is included only within these servers' blocks.
    func isPrivate(_ file: String, to blocks: Set<BlockIdentity>) -> Bool {
        guard let all = inclusions[file] else { return false }
        return all.allSatisfy { inclusion in inclusion.block.map(blocks.contains) ?? false }
    }

    /// Whether a server includes the file of exactly that path at its own level.
    package func includes(_ path: String, in server: Server) -> Bool {
        server.contents.contains { target(of: $0) == path }
    }

    /// The absolute path or pattern of an `include`; `nil` for other directives.
    package func target(of include: PlacedDirective) -> String? {
        IncludeResolver.target(
            of: include.directive,
            in: IncludeResolver.directory(of: main)
        )
    }
}

import Deployment
import Nginx
import Platform
import Sites

/// What is about users' own files in a look at nginx.
extension ProxyView {
    /// The managed files that users' own files include, as they have to be now.
    func filesForUsers(_ renderer: SiteRenderer) throws(SitesError) -> [ManagedFile] {
        var files: [ManagedFile] = []
        if isUsed(renderer.challengePath, in: configuration) {
            files.append(try renderer.challengeFile())
        }
        if isUsed(renderer.tlsPath, in: configuration) { files.append(try renderer.tlsFile()) }
        return files
    }

    /// Whether a file is included by one that the sites do not have.
    func isUsed(_ path: String, in configuration: Configuration) -> Bool {
        configuration.places(including: path).contains { !isOfSites($0.file) }
    }

    /// Whether a file is written anew for the sites of certctl.conf.
    private func isOfSites(_ path: String) -> Bool {
        let prefix = "\(surroundings.configuration)/"
        guard path.hasPrefix(prefix) else { return false }
        let rest = String(path.dropFirst(prefix.count))
        return ManagedFile.isManaged(rest) && !SiteRenderer.isPlainPath(rest)
    }

    /// The servers of certctl's own that are there for a lineage's edits.
    func plainServers(of lineage: String) -> [OwnServer] {
        let path = "\(surroundings.configuration)/\(SiteRenderer.plainPath(of: lineage))"
        return configuration.servers.filter { $0.file == path }.map { server in
            OwnServer(
                names: server.directives(named: "server_name").flatMap(\.arguments),
                listens: server.directives(named: "listen").map(\.arguments)
            )
        }
    }

    /// What is to be seen of a host that users' servers have, at those of their sockets that can be
    /// reached from this host; `nil` where none can.
    ///
    /// Another server may answer for the host at others: what is presented there says nothing.
    func expectation(
        of host: String,
        _ leaf: [UInt8],
        from include: String,
        in configuration: Configuration
    ) -> ServedProof.Expectation? {
        let isContainer = nginx.paths.mounts != nil
        var addresses: [SocketAddress] = []
        for choice in configuration.tlsChoices(for: host)
        where configuration.includes(include, in: choice.server) {
            guard let port = UInt16(exactly: choice.socket.port) else { continue }
            let published = nginx.addresses(ofPort: port)
            switch choice.socket.address {
            // What a container is reached by at this host says nothing of what it listens at.
            case .anyIPv4: addresses += published.filter { isContainer || !$0.isIPv6 }
            case .anyIPv6: addresses += published.filter { isContainer || $0.isIPv6 }
            case .specific where isContainer: addresses += published
            case .specific(let text):
                let plain = text.filter { $0 != "[" && $0 != "]" }
                addresses += SocketAddress(plain, port: port).map { [$0] } ?? []
            case .unix: continue
            }
        }
        var seen: Set<SocketAddress> = []
        addresses = addresses.filter { seen.insert($0).inserted }
        return addresses.isEmpty ? nil : .init(host: host, leaf: leaf, addresses: addresses)
    }

    /// The file of this host that nginx reads at a path, through links as nginx follows them.
    ///
    /// Throws ``InPlaceError``.
    func hostFile(_ path: String, _ host: any HostView) throws(InPlaceError) -> String {
        switch nginx.paths.follow(path, target: { host.target(ofLink: $0) }) {
        case .hostFile(let file): return file
        case .inContainer: throw .inImage(file: path, place: nginx.place)
        case .loop: throw .noFile(file: path)
        }
    }

    /// The templates that the container's image makes files of, as far as they can be seen here.
    func templates(_ files: any FileSystem) -> [String] {
        let folder = "/etc/nginx/templates"
        guard nginx.paths.mounts != nil, let host = nginx.paths.hostPath(of: folder) else {
            return []
        }
        return Self.files(below: host, "", files, depth: 3).map { "\(folder)/\($0)" }
    }

    private static func files(
        below folder: String,
        _ rest: String,
        _ files: any FileSystem,
        depth: Int
    ) -> [String] {
        // What cannot be listed is no reason to change nothing at all.
        guard depth > 0, let names = try? files.list("\(folder)\(rest)") else { return [] }
        return names.flatMap { name -> [String] in
            let path = "\(rest)/\(name)"
            let isFolder = (try? files.status("\(folder)\(path)"))?.kind == .directory
            return isFolder
                ? Self.files(below: folder, path, files, depth: depth - 1)
                : [String(path.dropFirst())]
        }
    }
}

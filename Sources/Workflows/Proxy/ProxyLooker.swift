import CertificateStore
import Deployment
import Diagnostics
import FoundationEssentials
import Nginx
import PKI
import Platform
import Settings
import Sites

/// Gathers what a ``ProxyView`` has.
struct ProxyLooker: Sendable {
    let services: Services
    let settings: Settings
    let access: ProxyAccess
    let nginx: any NginxInstance

    var layout: StoreLayout { services.layout }

    /// See ``ProxyView/look(_:_:_:_:)``.
    func look() async throws -> ProxyView {
        let dump = try await nginx.configuration()
        guard let build = NginxBuild(versionText: dump.build) else {
            guard dump.verdict.isAccepted else { throw ProxyView.refusal(dump, of: nginx) }
            throw ProxyError.unknownBuild(place: nginx.place)
        }
        let directory = try directory()
        try await checkSight(directory)
        let configuration = try await configuration(dump)
        let stale = try await nginx.staleMount(among: configuration.order)
        guard configuration.httpIncludes("\(directory.nginx)/certctl-example.conf") else {
            // What is asked for may be there already, and only the container not see it.
            throw stale.map { ProxyError.staleMount(place: nginx.place, $0) }
                ?? .notIncluded(place: nginx.place, directory: directory.nginx)
        }
        tell(of: stale)
        var surroundings = Surroundings(
            build: build,
            pairs: layout.nginx,
            configuration: directory.nginx,
            challenge: try await challenge()
        )
        surroundings.hasIPv6 = nginx.hasIPv6
        surroundings.resolvers = await nginx.resolvers().compactMap(Self.address)
        surroundings.others = configuration.servers.compactMap { server in
            OtherServer(server, managed: directory.nginx, nginx.paths)
        }
        let present = try ProxyView.present(in: directory.host, services.fileSystem)
        surroundings.namesBucket = namesBucket(in: configuration, directory.nginx, present)
        surroundings.httpsPort = nginx.addresses(ofPort: 443).first?.port ?? 443
        surroundings.cacheDirectory = Self.cacheDirectory(build)
        return ProxyView(
            nginx: nginx,
            surroundings: surroundings,
            configuration: configuration,
            directory: directory.host,
            present: present
        )
    }

    /// What files that are not certctl's say of the room for names.
    ///
    /// What its own say is rendered anew: it must not keep that from being rendered.
    private func namesBucket(
        in configuration: Configuration,
        _ directory: String,
        _ present: [String: [UInt8]]
    ) -> Surroundings.NamesBucket? {
        for directive in configuration.httpDirectives(named: SiteRenderer.roomDirective) {
            if let path = PathMap.rest(of: directive.file, below: directory),
                ManagedFile.isManaged(path),
                ManagedFile.state(of: present[path], at: path) != .foreign
            {
                continue
            }
            guard let size = directive.arguments.first.flatMap({ Int($0) }) else { continue }
            let line = configuration.place(of: directive).position.line
            let host = nginx.paths.hostPath(of: directive.file) ?? directive.file
            return .init(size: size, place: "\(host):\(line)")
        }
        return nil
    }

    /// The directory for sites, on this host and as nginx knows it.
    func directory() throws -> (host: String, nginx: String) {
        guard let wanted = settings.proxy?.configuration else {
            let usual = ProxyView.usualDirectory
            if let host = nginx.paths.hostPath(of: usual),
                let real = access.host.realPath(of: host)
            {
                return (real, usual)
            }
            guard let container = (nginx as? ContainerNginx)?.container else {
                throw ProxyError.noDirectory(place: nginx.place, path: usual)
            }
            // What it includes from is in its image: told with all else that it does not see.
            return (ComposeOverride.sitesDirectory(for: container), usual)
        }
        let real = access.host.realPath(of: wanted) ?? wanted
        guard let path = nginx.paths.nginxPath(of: real) else {
            let usual = ProxyView.usualDirectory
            // Others' files are there: another mount in its place would take them away.
            if let mounted = nginx.paths.hostPath(of: usual) {
                throw ProxyError.otherMounted(
                    place: nginx.place,
                    target: usual,
                    mounted: mounted,
                    wanted: real
                )
            }
            throw notMounted([.init(source: real, target: usual)])
        }
        return (real, path)
    }

    /// Whether nginx sees what it has to, where it has to.
    private func checkSight(_ directory: (host: String, nginx: String)) async throws {
        try makeChallengeDirectory()
        var missing: [ComposeOverride.Volume] = []
        let shares = [
            HostShare(layout.tls), HostShare(directory.host, at: directory.nginx),
            HostShare(layout.challengeDirectory),
        ]
        for share in shares {
            switch try await nginx.sight(of: share) {
            case .seen: break
            // What passes challenges on can name any path; key and certificate are named by certctl.
            case .elsewhere where share.hostPath == layout.challengeDirectory: break
            case .stale(let mount): throw ProxyError.staleMount(place: nginx.place, mount)
            case .missing where share.hostPath == layout.challengeDirectory && usesWebroot: break
            case .elsewhere, .missing:
                missing.append(.init(source: share.hostPath, target: share.nginxPath))
            }
        }
        guard missing.isEmpty else { throw notMounted(missing) }
    }

    private var usesWebroot: Bool {
        if case .webroot = settings.http01 { true } else { false }
    }

    private func makeChallengeDirectory() throws {
        for path in [layout.runtime, layout.challengeDirectory]
        where try services.fileSystem.status(path) == nil {
            try services.fileSystem.makeDirectory(path, .publicDirectory)
        }
    }

    private func notMounted(_ volumes: [ComposeOverride.Volume]) -> ProxyError {
        let override = (nginx as? ContainerNginx)?.override(adding: volumes)
        return .notMounted(
            place: nginx.place,
            paths: volumes.map(\.target),
            steps: override?.steps ?? [],
            override: override?.file?.text
        )
    }

    /// What is seen of it is what is served: that it is not what is here keeps nothing from being done.
    private func tell(of stale: StaleMount?) {
        guard let stale else { return }
        services.log.warning(
            "nginx sees an old state of what was replaced",
            ["path": stale.source, "nginx": nginx.place, "fix": stale.remedy]
        )
    }

    private func configuration(_ dump: NginxDump) async throws -> Configuration {
        guard dump.verdict.isAccepted else {
            // What it refuses may be mended already, and only the container not see it.
            let files = dump.verdict.messages.compactMap(\.place?.file)
            if let stale = try await nginx.staleMount(among: files) {
                throw ProxyError.staleMount(place: nginx.place, stale)
            }
            throw ProxyView.refusal(dump, of: nginx)
        }
        do throws(ConfigurationError) {
            return try Configuration(dump: dump.text)
        } catch {
            throw ProxyError.unreadableConfiguration(error.explanation)
        }
    }

    func challenge() async throws -> Surroundings.Challenge {
        if case .webroot(let directory) = settings.http01 {
            let real = access.host.realPath(of: directory) ?? directory
            guard let path = nginx.paths.nginxPath(of: real) else {
                throw notMounted([.init(source: real, target: real)])
            }
            return .webroot(path)
        }
        let name = layout.challengeSocket.split(separator: "/").last.map(String.init) ?? ""
        switch try await nginx.sight(of: HostShare(layout.challengeDirectory)) {
        case .elsewhere(let path): return .socket("\(path)/\(name)")
        case .seen, .missing, .stale: return .socket(layout.challengeSocket)
        }
    }

    /// Reads a name server as nginx writes it.
    private static func address(_ text: String) -> IPAddress? {
        guard text.hasPrefix("["), text.hasSuffix("]") else { return IPAddress(text) }
        return IPAddress(String(text.dropFirst().dropLast()))
    }

    /// Beside nginx's own temporary files, where it may write.
    static func cacheDirectory(_ build: NginxBuild) -> String? {
        let option = "--http-proxy-temp-path="
        guard
            let path = build.options.first(where: { $0.hasPrefix(option) })?
                .dropFirst(option.count), path.hasPrefix("/"),
            let slash = path.lastIndex(of: "/"), slash > path.startIndex
        else { return nil }
        return "\(path[..<slash])/certctl"
    }
}

extension OtherServer {
    /// A server of the configuration, unless it is in one of the managed files of a directory.
    fileprivate init?(_ server: Server, managed directory: String, _ paths: PathMap) {
        let prefix = "\(directory)/"
        if server.file.hasPrefix(prefix),
            ManagedFile.isManaged(String(server.file.dropFirst(prefix.count)))
        {
            return nil
        }
        let listens = server.listens.flatMap { listen -> [Listen] in
            let address: String
            switch listen.address {
            case .anyIPv4: address = "*"
            case .anyIPv6: address = "[::]"
            case .specific(let text): address = text
            case .unix: return []
            }
            return listen.ports.prefix(100).compactMap { port in
                UInt16(exactly: port).map {
                    Listen(address: address, port: $0, isDefault: listen.isDefaultServer)
                }
            }
        }
        self.init(
            file: paths.explained(server.file),
            listens: listens,
            names: server.names.map(\.text)
        )
    }
}

extension ServerName {
    /// As it is written.
    fileprivate var text: String {
        switch self {
        case .exact(let name): name
        case .leading(let domain): "*.\(domain)"
        case .suffix(let domain): ".\(domain)"
        case .trailing(let name): "\(name).*"
        case .regex(let pattern): "~\(pattern)"
        case .hostname: "$hostname"
        }
    }
}

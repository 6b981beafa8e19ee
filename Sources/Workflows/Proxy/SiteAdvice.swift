import ACME
import Deployment
import Diagnostics
import PKI
import Settings
import Sites

/// Finds out what keeps a site from working and nginx does not mind: a server that is not there, a
/// file of passwords that cannot be read.
///
/// Nothing depends on it: what cannot be found out is passed over.
struct SiteAdvice: Sendable {
    let services: Services
    let settings: Settings
    let access: ProxyAccess

    /// `nil` where there is no nginx to ask.
    init?(_ services: Services, _ settings: Settings) {
        guard let access = services.proxy else { return nil }
        self.services = services
        self.settings = settings
        self.access = access
    }

    /// The notes on sites that are served by `nginx`.
    func notes(on nginx: any NginxInstance) async -> [SiteNote] {
        // Whoever has no engine to ask has one thing less to be told.
        let servers = (try? await notesOnServers(nginx as? ContainerNginx)) ?? []
        return await servers + PasswordFiles(services, access, nginx).notes(on: settings.sites)
    }

    /// The same, for whoever has not found nginx; none where it cannot be found.
    func notes() async -> [SiteNote] {
        let isAnyAsked = settings.sites.contains { site in
            site.passwordFile != nil || site.servers.contains { $0.isPlainName || $0.isLoopback }
        }
        guard isAnyAsked, let nginx = try? await access.find(settings.proxy?.place) else {
            return []
        }
        return await notes(on: nginx)
    }

    /// Tells them, as notes on the sites that were rendered.
    func tell(on nginx: any NginxInstance) async {
        services.tell(await notes(on: nginx))
    }

    private func notesOnServers(_ nginx: ContainerNginx?) async throws -> [SiteNote] {
        guard let nginx else { return [] }
        var neighbourhood = nginx.neighbourhood
        let servers = settings.sites.flatMap(\.servers)
        let names = Set(servers.filter(\.isPlainName).map(\.host))
        let neighbours = names.isEmpty ? [:] : try await neighbourhood.neighbours(named: names)
        let isAlone =
            servers.contains(where: \.isLoopback) ? try await neighbourhood.isAlone() : false
        return settings.sites.flatMap { site in
            var seen: Set<String> = []
            return site.servers.filter { seen.insert($0.host).inserted }
                .compactMap { server -> SiteNote? in
                    if server.isLoopback {
                        return isAlone ? .leadsToItself(site: site.name, host: server.host) : nil
                    }
                    return neighbours[server.host].flatMap {
                        note(on: $0, server.host, of: site.name)
                    }
                }
        }
    }

    private func note(on neighbour: Neighbour, _ host: String, of site: String) -> SiteNote? {
        switch neighbour {
        case .running: nil
        case .stopped(let container, let status, let command):
            .stoppedServer(
                site: site,
                container: container,
                status: "\(status)",
                command: command
            )
        case .elsewhere(let container): .serverElsewhere(site: site, container: container)
        case .unnamed(let container, let network):
            .unnamedServer(site: site, container: container, network: network)
        case .missing(let similar): .noServer(site: site, host: host, similar: similar)
        }
    }
}

extension Services {
    /// Tells notes on sites: louder what a person has to do something about.
    func tell(_ notes: [SiteNote]) {
        for note in notes {
            let fields = ["note": note.description]
            if note.isWarning {
                log.warning("a note on the sites", fields)
            } else {
                log.info("a note on the sites", fields)
            }
        }
    }
}

extension SiteSettings {
    /// What a note calls it.
    var name: String { certificate.names.first?.value ?? "" }

    /// The servers that its requests go to.
    fileprivate var servers: [Upstream] {
        let own: [Upstream] = if case .upstreams(let all) = destination { all } else { [] }
        return own + locations.flatMap(\.upstreams)
    }
}

extension Upstream {
    /// Whether it is on the host that asks.
    fileprivate var isLoopback: Bool {
        let host = host.lowercased()
        return host == "localhost" || host == "[::1]"
            || host.hasPrefix("127.") && IPAddress(host) != nil
    }

    /// Whether it is a name that only containers have.
    fileprivate var isPlainName: Bool {
        !isLoopback && !host.contains(".") && !host.hasPrefix("[")
    }
}

package import Platform

/// The nginx that serves the sites, in a container or on this host.
///
/// Whoever holds one has found it running. Each method looks anew, since that may have changed, and
/// throws ``DeploymentError`` for what is wrong with nginx or its container and ``EngineError`` for
/// what is wrong with the engine.
package protocol NginxInstance: Sendable {
    /// Where it runs, to be named in a sentence: `nginx in the container proxy`.
    var place: String { get }
    /// Which paths its files have on this host. Sources of mounts are without links.
    var paths: PathMap { get }
    /// Whether it can listen on IPv6 addresses.
    var hasIPv6: Bool { get }

    /// What it is and its whole configuration, `nginx -V -T`: one process answers both.
    func configuration() async throws -> NginxDump
    /// Lets it test its configuration as it is in the files now, `nginx -t`.
    func test() async throws -> NginxVerdict
    /// Asks it to read its configuration again.
    ///
    /// That nothing is thrown means that it was told, not that it did: see
    /// ``NginxSnapshot/hasNewWorkers(since:)``, and what is served.
    func reload() async throws
    /// Which nginx is running now.
    func snapshot() async throws -> NginxSnapshot
    /// The last lines of its log, harmless to print and with the paths of the host: at most so
    /// many, and nothing older than `since`, in seconds since 1970, where its log can be asked that.
    func log(lines: Int, since: Int?) async throws -> [String]
    /// Where on this host to knock for what nginx has on a port: none where nothing leads there.
    func addresses(ofPort port: UInt16) -> [SocketAddress]
    /// The name servers that it can ask, in nginx's own form; empty where that is not known.
    func resolvers() async -> [String]
    /// How it sees what it has to see of this host.
    func sight(of share: HostShare) async throws -> Sight
    /// The first of the mounts that show `paths`, as nginx has them, which shows an old state; `nil`
    /// where none does.
    func staleMount(among paths: [String]) async throws -> StaleMount?
}

/// Something of this host that nginx has to see.
package struct HostShare: Equatable, Sendable {
    /// A file or directory by its absolute path on this host.
    package let hostPath: String
    /// Where nginx has to find it.
    package let nginxPath: String

    /// Something that is to be at `nginxPath`, by default at the same place as here.
    package init(_ hostPath: String, at nginxPath: String? = nil) {
        self.hostPath = hostPath
        self.nginxPath = nginxPath ?? hostPath
    }
}

/// How nginx sees something of this host.
package enum Sight: Equatable, Sendable {
    /// As it has to.
    case seen
    /// Not at all: no mount shows it. Also where it does not exist on this host.
    case missing
    /// At another place.
    case elsewhere(String)
    /// What nginx sees is no longer what is here.
    case stale(StaleMount)
}

/// A mount whose file, directory or link was replaced since the container was started: what it shows
/// is not what is here.
package struct StaleMount: Equatable, Sendable {
    /// What was mounted, by its path on this host.
    package let source: String
    /// Whether that is one file, mounted by itself.
    package let isFile: Bool
    /// The command that has the container see what is here.
    package let remedy: String

    package init(source: String, isFile: Bool, remedy: String) {
        self.source = source
        self.isFile = isFile
        self.remedy = remedy
    }
}

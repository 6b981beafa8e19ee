import FoundationEssentials
import Nginx
import PKI
import Platform
import Synchronization
import TestSupport

@testable import Deployment
@testable import Workflows

/// An nginx that has a disk in memory: it reads `/etc/nginx/nginx.conf` with all that is included, takes
/// up what it was last made to, and presents the certificates of that.
final class MemoryNginx: NginxInstance, TLSProbing, HostView {
    private struct State {
        var loaded: Configuration?
        var certificates: [String: [UInt8]] = [:]
        var reloads = 0
        var paths = PathMap.identity
        var stale: [String: [UInt8]] = [:]
        var isDeaf = false
    }

    private static let main = "/etc/nginx/nginx.conf"
    private static let limit = 1 << 20

    private let disk: MemoryFileSystem
    private let state = Mutex(State())

    init(_ disk: MemoryFileSystem) {
        self.disk = disk
    }

    var access: ProxyAccess { ProxyAccess(probe: self, host: self) { _ in self } }
    var reloads: Int { state.withLock { $0.reloads } }

    /// Gives it other eyes.
    func see(by paths: PathMap) { state.withLock { $0.paths = paths } }
    /// Lets it read something else at a path than what this host has.
    func read(_ path: String, as bytes: [UInt8]) { state.withLock { $0.stale[path] = bytes } }
    /// Lets it go on with what it has when it is made to reload.
    func ignoreReloads(_ isDeaf: Bool) { state.withLock { $0.isDeaf = isDeaf } }

    // MARK: Its configuration

    private func bytes(_ path: String) -> [UInt8]? {
        if let bytes = state.withLock({ $0.stale[path] }) { return bytes }
        guard case .hostFile(let file) = paths.follow(path, target: { target(ofLink: $0) }) else {
            return nil
        }
        return disk.bytes(of: file)
    }

    private func files() -> NginxFiles {
        var files: [String: [UInt8]] = [:]
        for folder in ["/etc/nginx", "\(TestHost.home)/lib/tls"] {
            for path in disk.contents(below: folder).keys { files[path] = bytes(path) }
        }
        return NginxFiles(files)
    }

    /// What it runs with, or why it would not start.
    private func judged() -> (configuration: Configuration?, fault: String) {
        do {
            let configuration = try Configuration(main: Self.main, lookup: files().lookup)
            for server in configuration.servers where configuration.usesTLS(server) {
                let words =
                    configuration.certificates(of: server)
                    + configuration.certificateKeys(of: server)
                guard words.count >= 2, words.allSatisfy({ bytes($0.value) != nil }) else {
                    return (nil, "no certificate in \(server.file):1")
                }
            }
            for socket in configuration.sockets {
                let defaults = configuration.servers.filter { server in
                    server.listens.contains {
                        $0.address == socket.address && $0.ports.contains(socket.port)
                            && $0.isDefaultServer
                    }
                }
                guard defaults.count <= 1 else { return (nil, "a duplicate default server") }
            }
            return (configuration, "")
        } catch {
            return (nil, error.words)
        }
    }

    /// Whether it would start with what is on disk.
    var starts: Bool { judged().configuration != nil }

    private func verdict() -> NginxVerdict {
        let (configuration, fault) = judged()
        return NginxVerdict(
            isAccepted: configuration != nil,
            said: configuration != nil ? [] : Array("nginx: [emerg] \(fault)".utf8),
            paths: paths
        )
    }

    // MARK: NginxInstance

    var place: String { "nginx in memory" }
    var paths: PathMap { state.withLock { $0.paths } }
    var hasIPv6: Bool { false }

    func configuration() async throws -> NginxDump {
        let verdict = verdict()
        return NginxDump(
            build: "nginx version: nginx/1.26.3\nbuilt with OpenSSL 3.5.1\n"
                + "configure arguments: --with-http_ssl_module --with-http_v2_module\n",
            verdict: verdict,
            text: verdict.isAccepted ? try files().dump() : []
        )
    }

    func test() async throws -> NginxVerdict { verdict() }

    func reload() async throws {
        let configuration = judged().configuration
        let certificates = files().files.merging(disk.contents(below: "/old")) { one, _ in one }
        state.withLock { state in
            state.reloads += 1
            guard let configuration, !state.isDeaf else { return }
            state.loaded = configuration
            state.certificates = certificates
        }
    }

    func snapshot() async throws -> NginxSnapshot {
        let worker = Int32(100 + reloads)
        return NginxSnapshot(
            container: nil,
            started: "1",
            restartCount: 0,
            master: 1,
            workers: [worker]
        )
    }

    func log(lines: Int, since: Int?) async throws -> [String] { [] }
    func addresses(ofPort port: UInt16) -> [SocketAddress] {
        ["127.0.0.1", "::1"].compactMap { SocketAddress($0, port: port) }
    }
    func resolvers() async -> [String] { [] }
    func sight(of share: HostShare) async throws -> Sight { .seen }
    func staleMount(among paths: [String]) async throws -> StaleMount? { nil }

    // MARK: TLSProbing

    func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]] {
        let found = state.withLock { state -> [UInt8]? in
            guard let loaded = state.loaded else { return nil }
            let choice = loaded.tlsChoices(for: host).first { choice in
                choice.socket.port == Int(address.port)
                    && choice.socket.address == (address.isIPv6 ? .anyIPv6 : .anyIPv4)
            }
            let path = choice.flatMap { loaded.certificates(of: $0.server).first?.value }
            return path.flatMap { state.certificates[$0] }
        }
        guard let found else { throw .noRoute }
        guard let blocks = try? PEM.blocks(in: found) else { return [found] }
        return blocks.map { PEM.encode($0.content, label: $0.label) }
    }

    // MARK: HostView

    var user: UInt32 { 0 }

    func realPath(of path: String) -> String? {
        (try? disk.status(path)) == nil ? nil : path
    }

    func identity(of path: String) throws(SystemCallError) -> FileIdentity {
        FileIdentity(device: 1, inode: 1, isDirectory: true)
    }

    func target(ofLink path: String) -> String? {
        (try? disk.status(path))?.kind == .symbolicLink ? try? disk.readSymbolicLink(path) : nil
    }

    func text(of path: String, last limit: Int) -> String? { nil }
    var speaksIPv6: Bool { false }
    func processes(titled beginning: String) -> [HostProcess] { [] }
    func listeners(onPort port: UInt16) -> [Int32] { [] }
    func hangUp(_ process: HostProcess) throws(SystemCallError) {}
}

extension Configuration {
    /// Whether a server speaks TLS at one of its sockets.
    fileprivate func usesTLS(_ server: Server) -> Bool {
        sockets.contains { $0.isTLS && $0.servers.contains(server.number) }
    }
}

import Diagnostics
import Nginx
import PKI
import Platform
import Settings
import Sites
import Synchronization
import TestSupport
import Testing

@testable import Deployment
@testable import Workflows

/// An nginx of values, in a container of values: it has its files on a disk in memory, takes up what it
/// could start with when it is told to, and serves that.
final class ModelProxy: NginxInstance, TLSProbing {
    /// What becomes of one call to the engine.
    enum Fate: CaseIterable, Sendable {
        /// The engine does not answer this once, and nothing is done.
        case lost
        /// It is done, and the answer is lost.
        case unanswered
        /// From this call on there is no engine any more.
        case dead
    }

    private struct State {
        /// The certificate that is presented for each name, in PEM.
        var served: [String: [UInt8]] = [:]
        var reloads = 0
        /// How often it was started.
        var runs = 0
        var calls = 0
        var fate: (call: Int, fate: Fate)?
        var isDeaf = false
        /// Who its master is where it is not root, which reads everything.
        var reader: (user: UInt32, group: UInt32)?
        /// What comes of files that have been looked at before.
        var known: [[String: [UInt8]]: Result<Look, any Error>] = [:]
    }

    /// What nginx makes of its files.
    private struct Look {
        /// As ``State/served``.
        let served: [String: [UInt8]]
        /// Its `nginx -T`.
        let dump: [UInt8]
    }

    /// Why it would not start.
    private struct Refusal: Error {
        let words: String
    }

    /// The directory of sites, on the host.
    static let directory = "/srv/conf.d"
    private static let inside = "/etc/nginx/conf.d"
    private static let tls = "\(TestHost.home)/lib/tls"
    private static let challenge = "\(TestHost.home)/run/challenge"
    private static let usualFrame = "events {}\nhttp {\ninclude \(inside)/*.conf;\n}\n"

    private let disk: MemoryFileSystem
    private let state = Mutex(State())
    private let host = ScriptedHost()
    private let frame = Mutex(usualFrame)
    /// What was mounted by itself, with the command that helps where it was replaced.
    private let stale = Mutex<StaleMount?>(nil)

    let place = "nginx in the container proxy"
    let hasIPv6 = true
    let paths = PathMap(
        mounts: [(directory, inside), (tls, tls), (challenge, challenge)].map { source, target in
            .init(source: source, target: target, isWritable: false)
        }
    )

    /// An nginx that was started with what is on the disk.
    init(_ disk: MemoryFileSystem) {
        self.disk = disk
        if disk.bytes(of: "/srv") == nil {
            disk.put(directory: "/srv")
            disk.put(directory: Self.directory)
        }
    }

    var access: ProxyAccess {
        ProxyAccess(probe: self, host: host) { _ in
            try self.call { self }
        }
    }

    /// The same of a container that starts again and again as long as nginx cannot start.
    func accessThatStarts() -> ProxyAccess {
        ProxyAccess(probe: self, host: host) { _ in
            guard let reason = self.restart() else { return self }
            throw DeploymentError.notRunning(try self.trouble("nginx: [emerg] \(reason)"))
        }
    }

    /// The same of a container that Compose has made without one of its mounts.
    func accessWithout(mount source: String) -> ProxyAccess {
        let rest = PathMap(mounts: (paths.mounts ?? []).filter { $0.source != source })
        let path = "\(source)/nginx/a.test.conf"
        let words =
            "nginx: [emerg] open() \"\(path)\" failed (2: No such file or directory) in x:1"
        return ProxyAccess(probe: self, host: host) { _ in
            throw DeploymentError.notRunning(try self.trouble(words, paths: rest))
        }
    }

    private func trouble(_ line: String, paths: PathMap? = nil) throws -> ContainerTrouble {
        let text = """
            {"Id": "c", "Name": "/proxy", "State": {"Status": "restarting"}, "Config": {"Labels": {
            "com.docker.compose.project": "p", "com.docker.compose.service": "proxy",
            "com.docker.compose.project.working_dir": "/srv/p",
            "com.docker.compose.project.config_files": "/srv/p/compose.yaml"}}}
            """
        let container = try #require(EngineValue(Array(text.utf8)).flatMap { Container($0) })
        return ContainerTrouble(
            container,
            log: [line],
            paths: paths ?? self.paths,
            architectures: nil,
            tool: "docker"
        )
    }

    // MARK: What a test does and sees

    /// Lets a call fail, counted from 1 from now on.
    func plan(_ fate: Fate?, at call: Int = 0) {
        state.withLock { state in
            state.fate = fate.map { (state.calls + call, $0) }
        }
    }

    /// Lets reloads be accepted and do nothing.
    func setDeaf(_ isDeaf: Bool) { state.withLock { $0.isDeaf = isDeaf } }

    /// Lets the master be another user than root.
    func setReader(user: UInt32, group: UInt32) {
        state.withLock { $0.reader = (user, group) }
        let status =
            "Name:\tnginx\nUid:\t0 0 0 \(user)\nGid:\t0 0 0 \(group)\nGroups:\t\nCapEff:\t0\n"
        host.change { $0.texts["/proc/1/status"] = status }
    }

    /// Lets the main file have another text.
    func setFrame(_ text: String) { frame.withLock { $0 = text } }

    /// Lets the main file be one that was mounted by itself and replaced since, or not any more.
    func setStale(_ mount: StaleMount?) { stale.withLock { $0 = mount } }

    var reloads: Int { state.withLock { $0.reloads } }
    var calls: Int { state.withLock { $0.calls } }
    /// The certificate that is presented for a name, in PEM.
    func served(_ host: String) -> [UInt8]? { state.withLock { $0.served[host] } }

    /// Starts anew with what is on the disk, as after a crash of the container.
    ///
    /// Returns why it cannot; `nil` where it runs.
    func restart() -> String? {
        do {
            let served = try loadable()
            state.withLock { state in
                state.served = served
                state.runs += 1
            }
            return nil
        } catch {
            return Self.words(of: error)
        }
    }

    // MARK: The nginx

    private static let build = """
        nginx version: nginx/1.30.1
        built with OpenSSL 3.5.0 8 Apr 2025
        TLS SNI support enabled
        configure arguments: --with-http_ssl_module --with-http_v2_module
        """

    func configuration() async throws -> NginxDump {
        try call {
            let verdict = verdict()
            let text = verdict.isAccepted ? try look().dump : []
            return NginxDump(build: Self.build, verdict: verdict, text: text)
        }
    }

    func test() async throws -> NginxVerdict {
        try call { verdict() }
    }

    func reload() async throws {
        try call {
            state.withLock { $0.reloads += 1 }
            guard let served = try? loadable() else { return }
            state.withLock { state in
                guard !state.isDeaf else { return }
                state.served = served
                state.runs += 1
            }
        }
    }

    func snapshot() async throws -> NginxSnapshot {
        try call {
            let runs = Int32(state.withLock { $0.runs })
            return NginxSnapshot(
                container: "c",
                started: "then",
                restartCount: 0,
                master: 1,
                workers: [10 + 2 * runs, 11 + 2 * runs]
            )
        }
    }

    func log(lines: Int, since: Int?) async throws -> [String] {
        try call { ["[emerg] bind() to 0.0.0.0:8080 failed", "[notice] exiting"] }
    }

    func addresses(ofPort port: UInt16) -> [SocketAddress] {
        ["127.0.0.1", "::1"].compactMap { SocketAddress($0, port: port) }
    }

    func resolvers() async -> [String] { ["127.0.0.11"] }

    func sight(of share: HostShare) async throws -> Sight {
        try call {
            guard let path = paths.nginxPath(of: share.hostPath) else { return .missing }
            return path == share.nginxPath ? .seen : .elsewhere(path)
        }
    }

    func staleMount(among paths: [String]) async throws -> StaleMount? {
        try call { paths.contains(NginxFiles.main) ? stale.withLock { $0 } : nil }
    }

    func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]] {
        guard let chain = served(host) else { throw .noHandshake("unrecognized name") }
        return [chain]
    }

    // MARK: Inside

    private func call<Result>(_ body: () throws -> Result) throws -> Result {
        let (number, fate) = state.withLock { state in
            state.calls += 1
            return (state.calls, state.fate)
        }
        let failure = EngineError.noAnswer(socket: "/s", reason: "the connection was closed")
        // Who has died asks nobody any more.
        if disk.isDead { throw failure }
        if let fate {
            if fate.fate == .dead, number >= fate.call { throw failure }
            if fate.fate == .lost, number == fate.call { throw failure }
        }
        let result = try body()
        if let fate, fate.fate == .unanswered, number == fate.call { throw failure }
        return result
    }

    private static func words(of error: any Error) -> String {
        (error as? Refusal)?.words ?? (error as? ConfigurationError)?.words ?? "\(error)"
    }

    private func verdict() -> NginxVerdict {
        do {
            _ = try loadable()
            return NginxVerdict(isAccepted: true, said: [], paths: paths)
        } catch {
            let words = Self.words(of: error)
            let said = Array("nginx: [emerg] \(words)\n".utf8)
            return NginxVerdict(isAccepted: false, said: said, paths: paths)
        }
    }

    /// What it sees, by its own paths.
    private func files() -> [String: [UInt8]] {
        var files = disk.contents(below: Self.tls)
        for (path, bytes) in disk.contents(below: Self.directory) {
            files[Self.inside + path.dropFirst(Self.directory.count)] = bytes
        }
        files[NginxFiles.main] = Array(frame.withLock { $0 }.utf8)
        return files
    }

    /// What it would present if it started with what is on the disk.
    private func loadable() throws -> [String: [UInt8]] { try look().served }

    private func look() throws -> Look {
        let files = files()
        if let reader = state.withLock({ $0.reader }) { try checkSight(of: files, reader) }
        // A sweep meets the same files again and again.
        if let known = state.withLock({ $0.known[files] }) { return try known.get() }
        let result = Result {
            Look(served: try Self.presented(by: files), dump: try NginxFiles(files).dump())
        }
        state.withLock { $0.known[files] = result }
        return try result.get()
    }

    /// Refuses what the master may not read, in nginx's own words.
    private func checkSight(
        of files: [String: [UInt8]],
        _ reader: (user: UInt32, group: UInt32)
    ) throws {
        let configuration = try NginxFiles(files).read()
        for server in configuration.servers {
            let pairs = [
                ("certificate", configuration.certificates(of: server).last?.value),
                ("certificate key", configuration.certificateKeys(of: server).last?.value),
            ]
            for case (let what, let path?) in pairs where try !mayRead(path, reader) {
                throw Refusal(
                    words: "cannot load \(what) \"\(path)\": BIO_new_file() failed (SSL: "
                        + "error:8000000D:system library::Permission denied:calling fopen(\(path), r)"
                )
            }
        }
    }

    private func mayRead(
        _ path: String,
        _ reader: (user: UInt32, group: UInt32)
    ) throws -> Bool {
        var place = ""
        for part in path.split(separator: "/") {
            place += "/\(part)"
            guard let status = try disk.status(place) else { return true }
            let wanted: UInt32 = status.kind == .directory ? 0o1 : 0o4
            let shift: UInt32 =
                status.owner == reader.user ? 6 : status.group == reader.group ? 3 : 0
            guard status.mode.bits >> shift & wanted != 0 else { return false }
        }
        return true
    }

    /// How nginx says where it was.
    private static func end(_ place: SourcePlace) -> String {
        " in \(place.file):\(place.position.line)"
    }

    private static func presented(by files: [String: [UInt8]]) throws -> [String: [UInt8]] {
        let configuration = try NginxFiles(files).read()
        if configuration.http.contains(where: { $0.isNamed("refused") }) {
            throw Refusal(words: "unknown directive \"refused\"")
        }
        let rooms = configuration.httpDirectives(named: SiteRenderer.roomDirective)
        if let second = rooms.dropFirst().first {
            throw Refusal(
                words: "\"\(SiteRenderer.roomDirective)\" directive is duplicate"
                    + Self.end(configuration.place(of: second))
            )
        }
        var served: [String: [UInt8]] = [:]
        for server in configuration.servers {
            if let refused = server.contents.first(where: { $0.isNamed("refused") }) {
                throw Refusal(
                    words: "unknown directive \"refused\""
                        + Self.end(configuration.place(of: refused))
                )
            }
            let size = rooms.first?.arguments.first.flatMap { Int($0) } ?? 64
            for case .exact(let name) in server.names where name.utf8.count + 18 > size {
                throw Refusal(
                    words: "could not build server_names_hash, you should increase "
                        + "\(SiteRenderer.roomDirective): \(size)"
                )
            }
            guard let path = configuration.certificates(of: server).last?.value else { continue }
            let key = configuration.certificateKeys(of: server).last?.value ?? ""
            guard let chain = files[path] else {
                throw Refusal(words: "cannot load certificate \"\(path)\"")
            }
            guard let secret = files[key] else {
                throw Refusal(words: "cannot load certificate key \"\(key)\"")
            }
            let leaf = try CertificateChain(pem: chain).leaf
            guard try PrivateKey(pem: Secret(secret)).publicKey == leaf.publicKey else {
                throw Refusal(words: "key values mismatch")
            }
            for case .exact(let name) in server.names {
                served[name] = PEM.encode(leaf.der, label: "CERTIFICATE")
            }
        }
        return served
    }
}

import CertificateStore
import FoundationEssentials
import PKI
import Platform
import Renewal
import Synchronization
import TestSupport

@testable import Workflows

/// Servers that are not there: each address presents for a name what a test has put there.
final class ScriptedServers: TLSProbing, Resolver {
    private struct State {
        var chains: [String: Result<[[UInt8]], TLSProbeFailure>] = [:]
        var names: [String: [String]] = [:]
        var asked: [String] = []
        var onProbe: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// What was asked for, as `HOST at ADDRESS`, in order.
    var asked: [String] { state.withLock { $0.asked } }

    /// Gives a name its addresses.
    func resolve(_ name: String, _ addresses: String...) {
        resolve(name, all: addresses)
    }

    func resolve(_ name: String, all addresses: [String]) {
        state.withLock { $0.names[name] = addresses }
    }

    /// Lets something happen whenever a server is asked.
    func onProbe(_ deed: @escaping @Sendable () -> Void) {
        state.withLock { $0.onProbe = deed }
    }

    /// Lets a server present certificates for a name; `*` is for every name.
    func serve(
        _ pem: [UInt8],
        for host: String = "*",
        at address: String = "192.0.2.1:443"
    ) throws {
        let chain = try PEM.blocks(in: pem).map { PEM.encode($0.content, label: $0.label) }
        state.withLock { $0.chains["\(host) \(address)"] = .success(chain) }
    }

    func fail(
        _ failure: TLSProbeFailure,
        for host: String = "*",
        at address: String = "192.0.2.1:443"
    ) {
        state.withLock { $0.chains["\(host) \(address)"] = .failure(failure) }
    }

    func presentedChain(
        for host: String,
        at address: SocketAddress
    ) async throws(TLSProbeFailure) -> [[UInt8]] {
        state.withLock { $0.onProbe }?()
        let result = state.withLock { state in
            state.asked.append("\(host) at \(address)")
            return state.chains["\(host) \(address)"] ?? state.chains["* \(address)"]
        }
        return try (result ?? .failure(.refused)).get()
    }

    func addresses(
        of name: String,
        port: UInt16
    ) async throws(ResolverFailure) -> [SocketAddress] {
        if let address = SocketAddress(name, port: port) { return [address] }
        let found = state.withLock { $0.names[name] } ?? []
        guard !found.isEmpty else { throw .notFound }
        return found.compactMap { SocketAddress($0, port: port) }
    }
}

/// A host with a certificate for `example.com` that `renew` looks after, and servers to watch.
struct WatchFixture {
    static let home = TestHost.home
    static let post = "\(home)/etc/hooks/post.d"

    let host: TestHost
    let servers = ScriptedServers()

    init(_ names: [String] = ["example.com"]) async throws {
        host = try TestHost()
        try await host.issue(names)
        // Files have whole seconds.
        let moment = host.clock.now.timeIntervalSince1970
        host.clock.advance(by: .seconds(moment.rounded(.up) - moment))
        try renewRuns()
        for name in names { servers.resolve(ProbedHost.of(name), "192.0.2.1") }
        try serveCurrent()
    }

    var store: CertificateStore { host.store }
    var now: Date { host.clock.now }

    func watch(
        _ names: [String] = [],
        at targets: [WatchTarget] = [],
        textfile: String? = nil
    ) async throws -> [Observation] {
        var request = WatchCertificates.Request()
        request.names = names
        request.targets = targets
        request.textfile = textfile
        return try await WatchCertificates(host.services, probe: servers, resolver: servers)
            .run(request).observations
    }

    /// Issues as the timer's half does, which leaves the certificate to be deployed.
    func issueUndeployed(_ names: [String]) async throws {
        let request = try host.request(names) { $0.isForced = true }
        let endings = try await IssueCertificates([request], services: host.services)
            .run(deploys: false)
        for ending in endings { _ = try ending.result.get() }
    }

    /// The only thing that there is to say.
    func single() async throws -> Observation {
        let observations = try await watch()
        guard observations.count == 1, let observation = observations.first else {
            throw Several(observations: observations)
        }
        return observation
    }

    struct Several: Error {
        let observations: [Observation]
    }

    /// Notes that `renew` has run just now.
    func renewRuns() throws {
        let uptime = host.clock.uptime
        try store.save(ClockRecord(latest: now, uptime: uptime, lastRun: now))
    }

    /// Time passes, and `renew` runs to its end.
    func pass(_ days: Double) throws {
        host.clock.advance(by: .seconds(days * 86_400))
        try renewRuns()
    }

    func stored(_ name: String = "example.com") throws -> StoredCertificate {
        let lineage = try store.existingLineage(name)
        guard let current = lineage.current else { throw PKIError.noCertificate }
        return current
    }

    /// What the server of the stored certificate sends.
    func fullChain(_ name: String = "example.com") throws -> [UInt8] {
        try host.disk.readFile(stored(name).files.fullChain, limit: 100_000)
    }

    func serveCurrent() throws {
        try servers.serve(fullChain())
    }

    /// A chain for `names` by the same CA, which is nobody's here.
    func stranger(
        _ names: [String] = ["example.com"],
        from start: Date? = nil,
        days: Double = 90
    ) throws -> [UInt8] {
        let start = start ?? now
        let leaf = try host.authority.issue(
            publicKey: PrivateKey.make(.p256).publicKey,
            dnsNames: names,
            notBefore: start,
            notAfter: start + days * 86_400
        )
        return host.authority.chainPEM(leaf: leaf)
    }

    /// Puts a hook into post.d that ends as it is told.
    func addHook(_ name: String = "mail", _ status: Int32 = 0) throws {
        if try host.disk.status(Self.post) == nil { host.disk.put(directory: Self.post) }
        host.disk.put("\(Self.post)/\(name)", [], mode: FileMode(0o755))
        host.hooks.end("\(Self.post)/\(name)", .exited(status))
    }

    /// What hooks were told of the event alert.
    var alerts: [[String: String]] {
        host.hooks.commands.filter { $0.arguments.first == "alert" }.map(\.environment)
    }
}

import CertificateStore
import Deployment
import Diagnostics
import Platform
import Settings
import TestSupport
import Testing

@testable import Workflows

/// A host with an nginx of values, two sites, and what is to be done about them.
struct ProxyFixture {
    /// What is to be brought into use.
    enum Start: CaseIterable, Sendable {
        /// Two certificates that nothing knows of yet, and no file of a site.
        case nothing
        /// Two new certificates for sites that are served.
        case renewed
        /// Certificates that are served, and whose keys another group is to read.
        case regrouped
        /// A site that is served gets another server, one comes and one goes.
        case changed
        /// A site that is served gets another first name, and has no certificate by that yet.
        case renaming
        /// The same with the certificate, which nothing uses yet.
        case renamed
    }

    static let path = "\(TestHost.home)/etc/certctl.conf"
    static let names = ["a.test", "b.test"]
    private static let sites = "site a.test { to app:3000; }\nsite b.test { to app:3001; }\n"
    private static let proxy = "proxy proxy { configuration \(ModelProxy.directory); }\n"

    let host: TestHost
    let proxy: ModelProxy
    let start: Start

    init(_ start: Start) async throws {
        self.start = start
        host = try TestHost()
        proxy = ModelProxy(host.disk)
        settings(Self.sites)
        try await commit()
        guard start != .nothing else { return }
        if start == .regrouped { giveKeys(to: 100) }
        try expectDeployed(await deploy())
        if start == .regrouped { giveKeys(to: 101) }
        if start == .renewed { try await commit() }
        if start == .renaming || start == .renamed {
            settings("site c.test a.test { to app:3000; }\nsite b.test { to app:3001; }\n")
        }
        if start == .renamed { try await host.issue(["c.test", "a.test"], deploys: false) }
        guard start == .changed else { return }
        // What comes has its certificate already.
        try await host.issue(["c.test"], deploys: false)
        try host.store.prepareDeployment()
        settings("site a.test { to other:3000; }\nsite c.test { to app:3002; }\n")
    }

    var services: Services {
        var services = host.services
        services.proxy = proxy.access
        return services
    }

    /// The names that are to be served in the end.
    var wanted: [String] {
        switch start {
        case .nothing, .renewed, .regrouped, .renaming: Self.names
        case .changed: ["a.test", "c.test"]
        case .renamed: Self.names + ["c.test"]
        }
    }

    func settings(_ sites: String) {
        host.disk.put(Self.path, Array((Self.proxy + sites).utf8))
    }

    /// Lets certctl.conf give keys to a group, or to none.
    func giveKeys(to group: UInt32?) {
        let line = group.map { "tls_group \($0);\n" } ?? ""
        host.disk.setKeyGroup(group)
        settings(line + Self.sites)
    }

    /// New certificates, which nothing uses yet.
    func commit(_ names: [String] = names) async throws {
        for name in names { try await host.issue([name], deploys: false) { $0.isForced = true } }
    }

    func deploy() async throws -> [DeployCertificates.Ending] {
        try await DeployCertificates(services).run()
    }

    /// What is to be done, to its end or to the error that it ends with.
    func run() async throws {
        try expectDeployed(await deploy())
        if start == .changed || start == .renaming { try await apply() }
    }

    /// Returns whether anything was changed.
    @discardableResult
    func apply() async throws -> Bool {
        let applied = try await ApplySettings(services).applySites()
        try expectDeployed(applied.endings)
        if let failure = applied.failure { throw failure }
        return applied.hasChanged
    }

    /// The error of the first that is not in use.
    func expectDeployed(_ endings: [DeployCertificates.Ending]) throws {
        for ending in endings { _ = try ending.result.get() }
    }

    /// The newest certificate of a name, in PEM.
    func newest(_ name: String) throws -> [UInt8] {
        let isRenamed = start == .renamed && name == "a.test"
        let lineage = try #require(LineageName(isRenamed ? "c.test" : name))
        let certificate = try #require(try host.store.latestCertificate(lineage))
        return try #require(host.disk.bytes(of: certificate.files.certificate))
    }

    /// The files that groups may read, by path from their directory.
    var copies: Set<String> {
        let folder = "\(TestHost.home)/lib/tls/group"
        return Set(
            host.disk.contents(below: folder).keys.map { String($0.dropFirst(folder.count + 1)) }
        )
    }

    /// What the groups have in the end.
    static let wantedCopies = Set(
        ["a.test", "b.test"].flatMap { name in
            ["privkey", "cert", "chain", "fullchain"].map { "101/\(name)/000001/\($0).pem" }
        }
    )

    /// Files of sites and pairs, by path.
    var files: [String: [UInt8]] {
        host.disk.contents(below: ModelProxy.directory)
            .merging(host.disk.contents(below: "\(TestHost.home)/lib/tls/nginx")) { own, _ in own }
    }
}

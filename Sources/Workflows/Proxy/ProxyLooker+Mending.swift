import CertificateStore
import Deployment
import Nginx
import Platform
import Sites

/// The changes by which an nginx that refuses its configuration for the sake of certctl's own files
/// takes it.
extension ProxyLooker {
    /// See ``ProxyView/mending(_:_:_:_:_:)``.
    func mending(_ sites: [Site]) async throws -> Mending {
        let dump = try await nginx.configuration()
        let directory = try directory()
        guard !dump.verdict.isAccepted, let build = NginxBuild(versionText: dump.build) else {
            return .nothing(in: directory.host)
        }
        let present = try ProxyView.present(in: directory.host, services.fileSystem)
        if let file = try roomFile(dump.verdict, sites, present) {
            return Mending(writing: file, over: present[file.path], in: directory.host)
        }
        var surroundings = Surroundings(
            build: build,
            pairs: layout.nginx,
            configuration: directory.nginx,
            challenge: try await challenge()
        )
        surroundings.httpsPort = nginx.addresses(ofPort: 443).first?.port ?? 443
        surroundings.cacheDirectory = Self.cacheDirectory(build)
        var named: String?
        if case .missingFile(let path)? = dump.verdict.trouble { named = path }
        let lacking = try SiteRenderer(for: surroundings).lacking(
            of: sites,
            present: present,
            named: named.flatMap { PathMap.rest(of: $0, below: directory.nginx) }
        )
        return try Mending(
            in: directory.host,
            files: lacking,
            present: present,
            named: named,
            isRunning: true,
            services
        )
    }

    /// The file that gives nginx room for names, or does so no more, where it asks for that.
    private func roomFile(
        _ verdict: NginxVerdict,
        _ sites: [Site],
        _ present: [String: [UInt8]]
    ) throws -> ManagedFile? {
        // Of what it takes once, a person's word counts.
        if verdict.trouble == .duplicateDirective(SiteRenderer.roomDirective) {
            return SiteRenderer.withoutRoom(present)
        }
        let isWanted = verdict.refusal?.text.contains("increase \(SiteRenderer.roomDirective)")
        return isWanted == true ? try SiteRenderer.withRoom(for: sites, present) : nil
    }
}

import CertificateStore
import Deployment
import Nginx
import Platform
import Sites

/// The changes by which an nginx that refuses its configuration for the sake of certctl's own files
/// takes it.
extension ProxyLooker {
    /// See ``ProxyView/mending(_:_:_:_:_:)``.
    func mending(_ sites: [Site]) async throws -> (directory: String, changes: [FileChange]) {
        let dump = try await nginx.configuration()
        let directory = try directory()
        guard !dump.verdict.isAccepted, let build = NginxBuild(versionText: dump.build) else {
            return (directory.host, [])
        }
        let present = try ProxyView.present(in: directory.host, services.fileSystem)
        if let file = try roomFile(dump.verdict, sites, present) {
            return (directory.host, changes(to: [file], present, directory.host))
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
        if case .missingFile(let path)? = dump.verdict.trouble {
            named = PathMap.rest(of: path, below: directory.nginx)
        }
        let lacking = try SiteRenderer(for: surroundings)
            .lacking(of: sites, present: present, named: named)
        return (directory.host, changes(to: lacking, present, directory.host))
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

    private func changes(
        to files: [ManagedFile],
        _ present: [String: [UInt8]],
        _ directory: String
    ) -> [FileChange] {
        files.map { file in
            FileChange(
                path: "\(directory)/\(file.path)",
                before: present[file.path],
                after: file.bytes
            )
        }
    }
}

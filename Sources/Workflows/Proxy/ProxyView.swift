import CertificateStore
import Deployment
import Diagnostics
import Nginx
import Platform
import Settings
import Sites

/// The nginx that serves the sites as it is at a moment: what it is, what it reads, what it sees of
/// this host.
struct ProxyView: Sendable {
    /// Where nginx includes from unless somebody has changed that.
    static let usualDirectory = "/etc/nginx/conf.d"
    private static let fileLimit = 4 * 1024 * 1024

    let nginx: any NginxInstance
    let surroundings: Surroundings
    let configuration: Configuration
    /// The directory of managed files on this host, without links.
    let directory: String
    /// Managed files that are there, by path from ``directory``.
    let present: [String: [UInt8]]

    /// Looks at nginx.
    ///
    /// Throws ``DeploymentError``, ``EngineError`` and ``ProxyError``; ``TransactionFailure`` where
    /// nginx refuses what is there.
    static func look(
        _ services: Services,
        _ settings: Settings,
        _ access: ProxyAccess,
        _ nginx: any NginxInstance
    ) async throws -> ProxyView {
        let looker = ProxyLooker(
            services: services,
            settings: settings,
            access: access,
            nginx: nginx
        )
        return try await looker.look()
    }

    /// The changes that put back what is missing of certctl's own files, or have them follow what a
    /// person says now, for an nginx that refuses its configuration; none where that is not the reason.
    ///
    /// Throws as ``look(_:_:_:_:)``, and ``SitesError``.
    static func mending(
        _ services: Services,
        _ settings: Settings,
        _ access: ProxyAccess,
        _ nginx: any NginxInstance,
        _ sites: [Site]
    ) async throws -> Mending {
        let looker = ProxyLooker(
            services: services,
            settings: settings,
            access: access,
            nginx: nginx
        )
        return try await looker.mending(sites)
    }

    /// That nginx refuses its configuration as it is.
    static func refusal(_ dump: NginxDump, of nginx: any NginxInstance) -> TransactionFailure {
        let refusal = ProxyError.refused(place: nginx.place, lines: dump.verdict.lines)
        return .untouched(.init(.brokenBefore, refusal.diagnosis.why))
    }

    /// The hosts that nginx serves with the pair of a lineage, as its configuration says.
    func hosts(servedBy include: String) -> [String] {
        let servers = configuration.servers.filter { configuration.includes(include, in: $0) }
        return servers.flatMap(\.names).compactMap { name in
            switch name {
            case .exact(let host) where !host.isEmpty && host != "_": host
            case .leading(let domain), .suffix(let domain): "certctl.\(domain)"
            case .exact, .trailing, .regex, .hostname: nil
            }
        }
    }

    /// Whether nginx may read the file of a change, or what it leads to: it errs towards that.
    func isRead(_ change: FileChange, _ layout: StoreLayout) -> Bool {
        guard let path = nginx.paths.nginxPath(of: change.path) else { return true }
        guard !change.path.hasSuffix(ManagedFilePlan.offerSuffix) else {
            return configuration.httpIncludes(path)
        }
        // What is new, or goes, may be asked for by wildcards that it was not there for.
        guard change.before != nil, change.after != nil,
            change.path.parentDirectory == layout.nginx, change.path.hasSuffix(".conf"),
            let name = LineageName(
                String(change.path.dropFirst(layout.nginx.utf8.count + 1).dropLast(5))
            )
        else { return true }
        return configuration.order.contains(path)
            || [
                path, layout.include(name), layout.live(name), layout.generations(name),
                layout.groups,
            ].contains {
                !configuration.references(below: $0).isEmpty
            }
    }

    /// Reads the managed files of a directory.
    static func present(
        in directory: String,
        _ files: any FileSystem
    ) throws -> [String: [UInt8]] {
        var present: [String: [UInt8]] = [:]
        let names = try files.list(directory)
        var paths = names.filter { $0 != "certctl" }
        if names.contains("certctl"), try files.status("\(directory)/certctl")?.kind == .directory {
            paths += try files.list("\(directory)/certctl").map { "certctl/\($0)" }
        }
        for path in paths where ManagedFilePlan.concerns(path) {
            // What a link leads to is not certctl's: it shows as somebody else's file.
            let full = "\(directory)/\(path)"
            let isFile = try files.status(full)?.kind == .file
            present[path] =
                isFile ? try files.readFile(full, limit: fileLimit) : Array("(no file)\n".utf8)
        }
        return present
    }
}

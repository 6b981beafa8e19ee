import CertificateStore
import Deployment
import Nginx
import Platform
import Settings
import Sites

/// An nginx that cannot start for want of certctl's own files, and so cannot be asked anything.
extension ProxyDeployment {
    /// What any nginx of the last years knows; the next run that finds one running writes what it knows
    /// beyond that.
    private static let anyBuild = """
        nginx version: nginx/1.14.0
        built with OpenSSL 1.1.1
        configure arguments: --with-http_ssl_module
        """

    /// Puts back what a container that does not run misses of certctl's own files.
    ///
    /// Not part of a transaction: an nginx that does not run cannot become worse. Returns the paths;
    /// none where it is for want of something else.
    func mendStopped(_ trouble: ContainerTrouble) throws -> [String] {
        let files = services.fileSystem
        let missing = try missingFiles(of: trouble)
        guard !missing.isEmpty, try files.status(services.layout.transaction) == nil else {
            return []
        }
        for change in missing {
            let directory = change.path.parentDirectory
            if directory.hasSuffix("/certctl"), try files.status(directory) == nil {
                try makeSnippetDirectory(in: directory.parentDirectory)
            }
            try change.make(in: files)
        }
        return missing.map(\.path)
    }

    /// Finds the nginx, and changes nothing.
    ///
    /// Throws ``ProxyError/ownFilesMissing(place:paths:)`` for one that cannot start without them.
    func findUntouched() async throws -> any NginxInstance {
        do {
            return try await access.find(settings.proxy?.place)
        } catch DeploymentError.notRunning(let trouble) {
            let missing = try missingFiles(of: trouble)
            guard !missing.isEmpty else { throw DeploymentError.notRunning(trouble) }
            throw ProxyError.ownFilesMissing(
                place: "nginx in the container \(trouble.container)",
                paths: missing.map(\.path)
            )
        }
    }

    /// The changes that would put it back.
    func missingFiles(of trouble: ContainerTrouble) throws -> [FileChange] {
        guard case .missingFile(let path)? = trouble.trouble, let host = trouble.missingPath,
            let build = NginxBuild(versionText: Self.anyBuild),
            let named = Self.snippet(path), named == Self.snippet(host)
        else { return [] }
        let directory = String(host.dropLast(named.count + 1))
        guard try services.fileSystem.status(directory)?.kind == .directory else { return [] }
        let surroundings = Surroundings(
            build: build,
            pairs: services.layout.nginx,
            configuration: String(path.dropLast(named.count + 1)),
            challenge: challenge
        )
        let present = try ProxyView.present(in: directory, services.fileSystem)
        return try SiteRenderer(for: surroundings)
            .lacking(of: sites(), present: present, named: named)
            .map { file in
                FileChange(
                    path: "\(directory)/\(file.path)",
                    before: present[file.path],
                    after: file.bytes
                )
            }
    }

    private var challenge: Surroundings.Challenge {
        if case .webroot(let directory) = settings.http01 {
            .webroot(directory)
        } else {
            .socket(services.layout.challengeSocket)
        }
    }

    /// The last two parts of a path, where they are those of a file that several sites share.
    private static func snippet(_ path: String) -> String? {
        let parts = path.split(separator: "/").suffix(2).joined(separator: "/")
        return parts.hasPrefix("certctl/") && ManagedFile.isManaged(parts) ? parts : nil
    }
}

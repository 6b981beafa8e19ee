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
        let mending = try mending(of: trouble)
        guard !mending.isNothing, try files.status(services.layout.transaction) == nil else {
            return []
        }
        try prepare(mending)
        for change in mending.changes { try change.make(in: files) }
        tellRemoved(by: mending)
        return mending.missing
    }

    /// Finds the nginx, and changes nothing.
    ///
    /// Throws ``ProxyError/ownFilesMissing(place:paths:)`` for one that cannot start without them.
    func findUntouched() async throws -> any NginxInstance {
        do {
            return try await access.find(settings.proxy?.place)
        } catch DeploymentError.notRunning(let trouble) {
            let missing = try mending(of: trouble).missing
            guard !missing.isEmpty else { throw reason(of: trouble) }
            throw ProxyError.ownFilesMissing(
                place: "nginx in the container \(trouble.container)",
                paths: missing
            )
        }
    }

    /// Why it does not run: for want of a mount, where it misses what no mount shows it.
    func reason(of trouble: ContainerTrouble) -> any Error {
        let layout = services.layout
        var shares = [layout.tls]
        if case .webroot? = settings.http01 {} else { shares.append(layout.challengeDirectory) }
        guard let missed = trouble.missedFile, trouble.paths.hostPath(of: missed) == nil,
            shares.contains(where: { PathMap.rest(of: missed, below: $0) != nil })
        else { return DeploymentError.notRunning(trouble) }
        let unseen = shares.filter { share in
            trouble.paths.nginxPath(of: access.host.realPath(of: share) ?? share) != share
        }
        let override = trouble.override(
            adding: unseen.map { .init(source: $0, target: $0) },
            absent: unseen.filter { access.host.realPath(of: $0) == nil }
        )
        return ProxyError.notMounted(
            place: "nginx in the container \(trouble.container)",
            paths: unseen,
            steps: override.steps,
            override: override.file?.text
        )
    }

    /// The changes that would put it back; none where it is for want of something else.
    private func mending(of trouble: ContainerTrouble) throws -> Mending {
        let files = services.fileSystem
        let host = (settings.proxy?.configuration).map { path in
            access.host.realPath(of: path) ?? path
        }
        guard let path = trouble.missedFile, let own = trouble.paths.hostPath(of: path),
            let build = NginxBuild(versionText: Self.anyBuild),
            let directory = host ?? trouble.paths.hostPath(of: ProxyView.usualDirectory),
            let inside = trouble.paths.nginxPath(of: directory),
            try files.status(directory)?.kind == .directory
        else { return .nothing(in: host ?? ProxyView.usualDirectory) }
        // What is there is not seen for another reason.
        let named = PathMap.rest(of: path, below: inside).flatMap {
            ManagedFile.isManaged($0) ? $0 : nil
        }
        let isPair = path == own && path.hasPrefix("\(services.layout.tls)/")
        let isThere = try files.status(path) != nil
        guard named != nil || isPair && !isThere else { return .nothing(in: directory) }
        let surroundings = Surroundings(
            build: build,
            pairs: services.layout.nginx,
            configuration: inside,
            challenge: challenge
        )
        let present = try ProxyView.present(in: directory, files)
        return try Mending(
            in: directory,
            files: try SiteRenderer(for: surroundings)
                .lacking(of: sites(), present: present, named: named),
            present: present,
            named: path,
            isRunning: false,
            services
        )
    }

    private var challenge: Surroundings.Challenge {
        if case .webroot(let directory) = settings.http01 {
            .webroot(directory)
        } else {
            .socket(services.layout.challengeSocket)
        }
    }
}

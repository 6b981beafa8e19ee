import ACME
package import CertificateStore
import Deployment
import Diagnostics
import Nginx
import Platform
import Settings
import Sites

/// `certctl delete`: forgets a lineage and its keys, unless nginx needs them.
package struct DeleteCertificate: Sendable {
    /// A configuration is a few hundred small files; what is more is something else.
    private static let mostFiles = 20_000
    private static let fileLimit = 1024 * 1024

    private let services: Services
    /// Where nginx's configuration is looked for.
    private let configurations: [String]

    /// Prepares the workflow; `configurations` are searched for the lineage's files.
    package init(_ services: Services, configurations: [String] = ["/etc/nginx"]) {
        self.services = services
        self.configurations = configurations
    }

    /// Deletes the lineage named `text`.
    ///
    /// Throws ``WorkflowError/inUse(lineage:by:)`` while a configuration names its files; with
    /// `isForced` that is only told.
    package func run(_ text: String, isForced: Bool) async throws -> LineageName {
        let store = services.store
        let name = try store.existingLineage(text).name
        let lock = try await services.lock("\(name)") { try store.lock(name) }
        defer { withExtendedLifetime(lock) {} }
        let uses = isForced ? await knownUses(of: name) : try await uses(of: name)
        guard uses.isEmpty || isForced else {
            throw WorkflowError.inUse(lineage: "\(name)", by: uses)
        }
        try await forgetDeployment(of: name)
        try store.lookSoon(at: name)
        try store.delete(name)
        if !uses.isEmpty {
            services.log.warning(
                "nginx can neither reload nor start: its configuration still names deleted files",
                [
                    "places": uses.map(\.place).joined(separator: " "),
                    "fix": uses.remedy("\(name)"),
                ]
            )
        }
        // Root's notes are root's, also about a lineage of somebody else.
        services.note(.deleted, name, "", isOfDeployment: try store.role() == .deploying)
        return name
    }

    /// Where nginx's configuration names the lineage's files, and whose those places are.
    private func uses(of name: LineageName) async throws -> [LineageUse] {
        let found = try configurations.flatMap { try files(below: $0, naming: name) }
        let read = try await Unserved.by(.sameCommand) { try await places(naming: name) }
        return try uses(of: name, at: found + read)
    }

    /// The same, as far as it can be told: what is deleted all the same may be so because nginx cannot
    /// be asked any more.
    private func knownUses(of name: LineageName) async -> [LineageUse] {
        let found = configurations.flatMap { (try? files(below: $0, naming: name)) ?? [] }
        let read = (try? await places(naming: name)) ?? []
        return (try? uses(of: name, at: found + read)) ?? []
    }

    /// Whose those places are, and so how the lineage is got out of them.
    private func uses(of name: LineageName, at places: [String]) throws -> [LineageUse] {
        let sites = try SettingsLoader(services).load().sites
        let site = sites.first { $0.certificate.lineageName == name }
        let files =
            site.map { SiteRenderer.path(of: Site($0, lineage: "\(name)")) }
            .map { [$0, SiteRenderer.defaultPath] } ?? []
        let isEdited = EditRecords(services).names.contains(name)
        return places.map { place in
            // Another site has it only until it has a certificate of its own.
            let isOwn = files.contains { place.contains("/\($0)") }
            let host = isOwn ? site?.certificate.names.first?.value : nil
            return LineageUse(place, site: host, isEdited: isEdited)
        }
    }

    /// A later lineage of that name begins with generation 1 again, which is then not in use yet.
    private func forgetDeployment(of name: LineageName) async throws {
        let store = services.store
        let lock = try await services.lock("the deploy journal") { try store.lockDeployments() }
        defer { withExtendedLifetime(lock) {} }
        try store.append(DeployRecord(name, .bootstrap))
    }

    /// Where the nginx that serves the sites names a path of the lineage, as it reads its files: a
    /// container's are not where this host's are.
    private func places(naming name: LineageName) async throws -> [String] {
        guard let access = services.proxy else { return [] }
        let settings = try SettingsLoader(services).load()
        guard settings.proxy != nil || EditRecords(services).names.contains(name) else {
            // Nobody has said that there is one; the nginx of this host may include the files all the same.
            return (try? await places(naming: name, settings, access)) ?? []
        }
        return try await places(naming: name, settings, access)
    }

    private func places(
        naming name: LineageName,
        _ settings: Settings,
        _ access: ProxyAccess
    ) async throws -> [String] {
        let nginx = try await access.find(settings.proxy?.place)
        let deployment = ProxyDeployment(services, settings, access)
        let dump = try await deployment.namingMissingFiles(of: nginx) {
            let dump = try await nginx.configuration()
            if !dump.verdict.isAccepted { throw ProxyView.refusal(dump, of: nginx) }
            return dump
        }
        let configuration: Configuration
        do throws(ConfigurationError) {
            configuration = try Configuration(dump: dump.text)
        } catch {
            throw ProxyError.unreadableConfiguration(error.explanation)
        }
        let layout = services.layout
        let include = layout.include(name)
        var found: [String] = []
        for path in try services.store.places(of: name) {
            // The pair file itself goes with the lineage.
            for place in configuration.references(below: path).map(\.place)
            where place.file != include {
                // The file to be edited is the host's.
                let host = nginx.paths.hostPath(of: place.file).flatMap { path in
                    path == place.file ? nil : " (on the host: \(path))"
                }
                let told = place.description + (host ?? "")
                if !found.contains(told) { found.append(told) }
            }
        }
        return found
    }

    /// The files below a directory in which a path of the lineage stands.
    private func files(below root: String, naming name: LineageName) throws -> [String] {
        let include = services.layout.include(name)
        let needles = try services.store.places(of: name).map { $0 == include ? $0 : "\($0)/" }
        var found: [String] = []
        var waiting = [root]
        var seen: Set<String> = []
        // A link may lead back to where the search has been.
        while let path = waiting.popLast() {
            guard seen.insert(path).inserted else { continue }
            guard seen.count <= Self.mostFiles else {
                throw WorkflowError.tooManyFiles(lineage: "\(name)", below: root)
            }
            switch try services.fileSystem.status(path)?.kind {
            case .directory:
                waiting += try services.fileSystem.list(path).map { "\(path)/\($0)" }
            case .file:
                let text = try text(of: path)
                if needles.contains(where: { text.contains($0) }) { found.append(path) }
            case .symbolicLink:
                // As in sites-enabled; a link to a link is looked at in its turn.
                let text = try services.fileSystem.readSymbolicLink(path)
                let target = Self.target(of: path, text)
                // No call goes through links that stand on the way to it.
                waiting.append(RealPath.of(target) ?? target)
            case .other, nil:
                continue
            }
        }
        return found.sorted()
    }

    /// A file as text; empty where it is larger than any configuration.
    ///
    /// Throws `FileSystemError` for a file that this user may not read: whether it names the lineage
    /// cannot be told.
    private func text(of path: String) throws -> String {
        let fileSystem = services.fileSystem
        guard let size = try fileSystem.status(path)?.size, size <= Self.fileLimit else {
            return ""
        }
        let bytes = try fileSystem.readFile(path, limit: Self.fileLimit)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Where a link leads, by an absolute path.
    private static func target(of link: String, _ text: String) -> String {
        guard !text.hasPrefix("/") else { return text }
        var parts = link.split(separator: "/").dropLast()
        for part in text.split(separator: "/") where part != "." {
            if part == ".." {
                _ = parts.popLast()
            } else {
                parts.append(part)
            }
        }
        return "/" + parts.joined(separator: "/")
    }
}

import ACME
import CertificateStore
import Deployment
import Nginx
import Platform
import Sites

/// What has to become of users' own files for one certificate, and of the files that they include.
struct InPlacePlan: Sendable {
    /// How far the edits go.
    enum Extent {
        /// The CA's questions are passed on; nothing else changes.
        case challenge
        /// The certificate is there too.
        case certificate(redirects: Bool)
    }

    /// For which certificate.
    struct Subject {
        let name: LineageName
        let names: [Identifier]
        /// Its pair file, as it is or as it will be.
        let pair: [UInt8]
    }

    static let fileLimit = 16 * 1024 * 1024

    /// In such an order that nginx would start after each of them.
    let changes: [FileChange]
    let reports: [EditReport]
    /// As nginx will read it then.
    let configuration: Configuration

    /// Plans it.
    ///
    /// - Throws: ``InPlaceError``, ``ProxyError/changedByPerson(path:offer:)``, ``SitesError``, and
    ///   what keeps files from being read.
    init(
        _ view: ProxyView,
        _ subject: Subject,
        _ extent: Extent,
        _ services: Services,
        host: any HostView
    ) throws {
        let renderer = SiteRenderer(for: view.surroundings)
        let session = try Self.session(view, subject, extent, services, renderer)
        reports = session.reports
        configuration = session.configuration
        var files = UsersFiles(view: view, host: host, services: services)
        let edits = try session.changes.sorted { $0.key < $1.key }.compactMap { path, bytes in
            try files.change(of: path, to: bytes)
        }
        let records = EditRecords(services)
        let (old, known) = try records.read(subject.name)
        var undo = known
        undo.append(session.undo.renamed(files.hosts))
        let record = undo.encoded()
        guard record.count <= Undo.largest else {
            throw InPlaceError.tooMuch(limit: Undo.largest)
        }
        let present = view.plainServers(of: "\(subject.name)")
        let servers = present + session.ownServers.filter { !present.contains($0) }
        var changes: [FileChange] = []
        if old != record {
            let path = records.path(of: subject.name)
            changes.append(FileChange(path: path, before: old, after: record))
        }
        if !servers.isEmpty || view.isUsed(renderer.challengePath, in: configuration) {
            changes += try Self.change(to: try renderer.challengeFile(), view)
        }
        if view.isUsed(renderer.tlsPath, in: configuration) {
            changes += try Self.change(to: try renderer.tlsFile(), view)
        }
        changes += edits
        // It may take over what a user's server is the default of: that one has to let go first.
        if !servers.isEmpty {
            let file = try renderer.plainFile(servers, of: "\(subject.name)")
            changes += try Self.change(to: file, view)
        }
        self.changes = changes
    }

    private static func session(
        _ view: ProxyView,
        _ subject: Subject,
        _ extent: Extent,
        _ services: Services,
        _ renderer: SiteRenderer
    ) throws -> EditSession {
        let names = subject.names.map(\.value)
        let pair = services.layout.include(subject.name)
        let generated = GeneratedFiles.ofTemplates(view.templates(services.fileSystem))
        let added = [
            pair: subject.pair, renderer.challengePath: try renderer.challengeFile().bytes,
            renderer.tlsPath: try renderer.tlsFile().bytes,
        ]
        var session = EditSession(view.configuration)
        if case .certificate = extent {
            var edit = SetCertificate(names: names, pair: pair, tlsSettings: renderer.tlsPath)
            edit.generated = generated
            try apply(edit.plan(in: session.configuration), to: &session, adding: added)
        }
        var challenge = AddChallengeLocation(names: names, snippet: renderer.challengePath)
        challenge.generated = generated
        try apply(challenge.plan(in: session.configuration), to: &session, adding: added)
        if case .certificate(redirects: true) = extent {
            var redirect = RedirectToHTTPS(names: names)
            redirect.generated = generated
            try apply(redirect.plan(in: session.configuration), to: &session, adding: added)
        }
        return session
    }

    private static func apply(
        _ plan: EditPlan,
        to session: inout EditSession,
        adding added: [String: [UInt8]]
    ) throws {
        guard plan.refusals.isEmpty else { throw InPlaceError.refused(plan.refusals) }
        do {
            try session.apply(plan, adding: added)
        } catch let error as ConfigurationError {
            throw InPlaceError.unreadable(error)
        }
    }

    /// The change of a managed file; none where it is so already.
    static func change(to file: ManagedFile, _ view: ProxyView) throws -> [FileChange] {
        let (old, path) = (view.present[file.path], "\(view.directory)/\(file.path)")
        switch ManagedFile.state(of: old, at: file.path) {
        case .changed, .foreign: throw ProxyError.changedByPerson(path: path, offer: nil)
        case .absent, .intact: break
        }
        return old == file.bytes ? [] : [FileChange(path: path, before: old, after: file.bytes)]
    }
}

/// Users' files on this host, for nginx's paths of them.
private struct UsersFiles {
    let view: ProxyView
    let host: any HostView
    let services: Services
    /// The host's paths by those of nginx.
    private(set) var hosts: [String: String] = [:]

    init(view: ProxyView, host: any HostView, services: Services) {
        self.view = view
        self.host = host
        self.services = services
    }

    /// The change of a file; it stays the same file, with its owner and its mode.
    mutating func change(of path: String, to bytes: [UInt8]) throws -> FileChange? {
        let file = try view.hostFile(path, host)
        if let other = hosts.first(where: { $0.value == file })?.key {
            throw InPlaceError.sameFile(path, other)
        }
        guard try services.fileSystem.status(file)?.kind == .file else {
            throw InPlaceError.noFile(file: path)
        }
        let known = view.configuration.files[path]?.bytes
        let current = try services.fileSystem.readFile(file, limit: InPlacePlan.fileLimit)
        guard current == known else { throw InPlaceError.differs(file: path, host: file) }
        hosts[path] = file
        guard current != bytes else { return nil }
        return FileChange(path: file, before: current, after: bytes, isInPlace: true)
    }
}

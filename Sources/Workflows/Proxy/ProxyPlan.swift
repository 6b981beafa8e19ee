import ACME
import CertificateStore
import Deployment
import FoundationEssentials
import Nginx
import PKI
import Platform
import Settings
import Sites

/// What has to become of nginx's files, and what is to be served then.
struct ProxyPlan: Sendable {
    /// A certificate that nginx is to read.
    struct Pair: Sendable {
        let name: LineageName
        let certificate: StoredCertificate
    }

    let view: ProxyView
    let files: ManagedFilePlan
    let notes: [SiteNote]
    /// Why sites stay as they are, by lineage; the others are planned without them.
    let refused: [String: SitesError]
    /// In such an order that nginx would start after each of them.
    let changes: [FileChange]
    /// What has to be seen before it counts.
    let expectations: [ServedProof.Expectation]

    /// Why sites stay as they are, by lineage.
    var failures: [LineageName: any Error] {
        refused.reduce(into: [:]) { failures, site in
            if let name = LineageName(site.key) { failures[name] = site.value }
        }
    }

    /// Plans for nginx to read `pairs` and to serve `sites`.
    ///
    /// What serves names of a site that has no certificate yet stays until it has one.
    ///
    /// - Parameters:
    ///   - view: How nginx is.
    ///   - sites: All of certctl.conf.
    ///   - answersOthers: Whether certctl.conf has certificates without a site.
    ///   - pairs: The certificates that are to come into use.
    ///   - coming: The lineages whose certificates are taken to be there.
    ///   - scope: The sites whose files may be changed.
    ///   - services: The store, and the time.
    /// - Throws: ``SitesError`` for what concerns all sites, and what keeps the store from being read.
    init(
        _ view: ProxyView,
        sites: [Site],
        answersOthers: Bool,
        pairs: [Pair],
        coming: Set<LineageName> = [],
        scope: SiteScope = .all,
        _ services: Services
    ) throws {
        self.view = view
        let store = services.store
        let renderer = SiteRenderer(for: view.surroundings)
        // Without a site no server of certctl's is put before a person's own; one that is there already may
        // be what answers the CA.
        let isNothingWanted =
            sites.isEmpty && !(answersOthers && view.present[SiteRenderer.defaultPath] != nil)
        let choice =
            isNothingWanted
            ? .nothing : try SiteChoice(sites, view, renderer, at: services.clock.now)
        refused = choice.refused
        let pairs = pairs.filter { choice.refused["\($0.name)"] == nil }
        let covered = Self.covered(choice.sites, pairs, coming, store)
        let replaced = ReplacedFiles(view, sites, covered: covered)
        files = try Self.files(choice, replaced, view, renderer, services)
        let others = Set(
            choice.sites.filter { !scope.contains($0.lineage) }.map(SiteRenderer.path(of:))
        )
        let writes = files.writes.filter { !others.contains($0.path) }
        let deletions = files.deletions.filter { deletion in
            switch scope {
            case .all: true
            case .only(let own):
                replaced.replaced(by: own, of: choice.sites).contains(deletion.path)
            case .without(let left):
                // What stays as it is may need what all share.
                !replaced.stays(deletion.path)
                    && !replaced.replaced(by: left, of: choice.sites).contains(deletion.path)
            }
        }
        // Pairs come first: what includes them must find them.
        changes =
            try pairs.compactMap { try Self.change(to: $0, store) }
            + writes.map { FileChange($0.path, in: view.directory, from: $0.old, to: $0.bytes) }
            + deletions.map { FileChange($0.path, in: view.directory, from: $0.old, to: nil) }
        let written = Set(writes.map(\.path))
        // Who is the default is news only in the run that makes it so.
        notes = choice.notes.filter { note in
            guard case .replacesDefault = note else { return true }
            return written.contains(SiteRenderer.defaultPath)
        }
        expectations = try Self.expectations(
            view,
            choice.sites.compactMap(replaced.remainder),
            pairs,
            written,
            store
        )
    }

    /// What becomes of the managed files, of all sites.
    private static func files(
        _ choice: SiteChoice,
        _ replaced: ReplacedFiles,
        _ view: ProxyView,
        _ renderer: SiteRenderer,
        _ services: Services
    ) throws -> ManagedFilePlan {
        var wanted = choice.files
        if !replaced.kept.isEmpty {
            wanted = try files(wanted, beside: replaced, view, choice.sites, renderer, services)
        }
        for file in try view.filesForUsers(renderer)
        where !wanted.contains(where: { $0.path == file.path }) { wanted.insert(file, at: 0) }
        let wantedPaths = Set(wanted.map(\.path))
        let present = view.present.filter { path, _ in
            // Those of edits stay until the edits are taken back.
            guard !SiteRenderer.isPlainPath(path), !choice.untouched.contains(path) else {
                return false
            }
            // A file that stays goes on including what it includes.
            let isAlone = replaced.kept.isEmpty && choice.untouched.isEmpty
            return isAlone || wantedPaths.contains(path) || !replaced.stays(path)
        }
        return ManagedFilePlan(wanted: wanted, present: present)
    }

    /// By lineage of a site, the names that the certificate is for with which it is served.
    private static func covered(
        _ sites: [Site],
        _ pairs: [Pair],
        _ coming: Set<LineageName>,
        _ store: CertificateStore
    ) -> [String: Set<String>] {
        var covered: [String: Set<String>] = [:]
        for site in sites {
            guard let name = site.pair.flatMap(LineageName.init) else { continue }
            let pair = pairs.first { $0.name == name }?.certificate
            // What is wrong with one site's files keeps no other from being served.
            let certificate = pair ?? (coming.contains(name) ? nil : try? store.published(of: name))
            let names = certificate?.manifest.names
            covered[site.lineage] = Set(
                names ?? site.settings.certificate.names.map(\.value)
            )
        }
        return covered
    }

    /// What is wanted as long as files stay whose names go to other sites.
    ///
    /// What all share is as in the end: mostly that is what the files that stay need too.
    private static func files(
        _ files: [ManagedFile],
        beside replaced: ReplacedFiles,
        _ view: ProxyView,
        _ sites: [Site],
        _ renderer: SiteRenderer,
        _ services: Services
    ) throws -> [ManagedFile] {
        var files = files.filter { file in
            file.path != SiteRenderer.defaultPath || view.present[file.path] == nil
        }
        for site in sites {
            let remainder = replaced.remainder(of: site)
            guard remainder != site else { continue }
            let path = SiteRenderer.path(of: site)
            files.removeAll { $0.path == path }
            guard let remainder else { continue }
            let part = try renderer.rendering(
                of: [remainder],
                present: view.present,
                at: services.clock.now
            )
            files += part.files.filter { $0.path == path }
        }
        return files
    }

    /// The change of the file that names key and certificate; `nil` where it names them already.
    static func change(to pair: Pair, _ store: CertificateStore) throws -> FileChange? {
        let (before, after) = (
            try store.publishedInclude(of: pair.name),
            try store.include(of: pair.certificate, pair.name)
        )
        guard before != after else { return nil }
        return FileChange(path: store.layout.include(pair.name), before: before, after: after)
    }

    /// What is to be presented for whose name: of the sites that change, and of every pair that nginx
    /// reads.
    private static func expectations(
        _ view: ProxyView,
        _ sites: [Site],
        _ pairs: [Pair],
        _ written: Set<String>,
        _ store: CertificateStore
    ) throws -> [ServedProof.Expectation] {
        var expectations: [ServedProof.Expectation] = []
        let paired = pairs.reduce(into: [String: StoredCertificate]()) {
            $0["\($1.name)"] = $1.certificate
        }
        for site in sites {
            guard let name = site.pair.flatMap(LineageName.init) else { continue }
            let isWritten = written.contains(SiteRenderer.path(of: site))
            guard isWritten || paired["\(name)"] != nil,
                let certificate = try paired["\(name)"] ?? store.published(of: name)
            else { continue }
            let leaf = try store.certificate(of: certificate).der
            expectations += site.settings.certificate.names.dnsNames.map {
                ServedProof.Expectation(host: $0.probed, leaf: leaf)
            }
        }
        let served = Set(sites.map(\.lineage))
        for pair in pairs where !served.contains("\(pair.name)") {
            let leaf = try store.certificate(of: pair.certificate).der
            let include = store.layout.include(pair.name)
            expectations += Set(view.hosts(servedBy: include)).sorted().compactMap { host in
                view.expectation(of: host, leaf, from: include, in: view.configuration)
            }
        }
        return expectations
    }
}

extension FileChange {
    /// A change of a file in a directory.
    fileprivate init(_ path: String, in directory: String, from old: [UInt8]?, to new: [UInt8]?) {
        self.init(path: "\(directory)/\(path)", before: old, after: new)
    }
}

extension String {
    /// A host that a name stands for, where it stands for many.
    var probed: String { hasPrefix("*.") ? "certctl\(dropFirst())" : self }
}

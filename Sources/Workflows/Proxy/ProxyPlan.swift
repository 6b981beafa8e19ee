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
    /// In such an order that nginx would start after each of them.
    let changes: [FileChange]
    /// What has to be seen before it counts.
    let expectations: [ServedProof.Expectation]

    /// Plans for nginx to read `pairs` and to serve `sites`.
    ///
    /// - Parameters:
    ///   - view: How nginx is.
    ///   - sites: All of certctl.conf.
    ///   - pairs: The certificates that are to come into use.
    ///   - only: The lineages whose files may be changed; `nil` for all.
    ///   - isInPlace: Whether users' own servers have certificates: without sites no server of
    ///     certctl's is put before them then.
    ///   - services: The store, and the time.
    /// - Throws: ``SitesError`` and what keeps the store from being read.
    init(
        _ view: ProxyView,
        sites: [Site],
        pairs: [Pair],
        only: Set<String>? = nil,
        isInPlace: Bool = false,
        _ services: Services
    ) throws {
        self.view = view
        let renderer = SiteRenderer(for: view.surroundings)
        var wanted: [ManagedFile] = []
        var notes: [SiteNote] = []
        if !isInPlace || !sites.isEmpty {
            let rendering = try renderer.rendering(
                of: sites,
                present: view.present,
                at: services.clock.now
            )
            (wanted, notes) = (rendering.files, rendering.notes)
        }
        for file in try view.filesForUsers(renderer)
        where !wanted.contains(where: { $0.path == file.path }) { wanted.insert(file, at: 0) }
        // Those of edits stay until the edits are taken back.
        let present = view.present.filter { !SiteRenderer.isPlainPath($0.key) }
        files = ManagedFilePlan(wanted: wanted, present: present)
        // The files of other sites, where only some are in question.
        let others = Set(
            sites.filter { site in only.map { !$0.contains(site.lineage) } ?? false }
                .map(SiteRenderer.path(of:))
        )
        let writes = files.writes.filter { !others.contains($0.path) }
        let deletions = only == nil ? files.deletions : []
        let store = services.store
        // Pairs come first: what includes them must find them.
        var changes = try pairs.compactMap { try Self.change(to: $0, store) }
        changes += writes.map { write in
            FileChange(
                path: "\(view.directory)/\(write.path)",
                before: write.old,
                after: write.bytes
            )
        }
        changes += deletions.map { deletion in
            FileChange(path: "\(view.directory)/\(deletion.path)", before: deletion.old, after: nil)
        }
        self.changes = changes
        let written = Set(writes.map(\.path))
        // Who is the default is news only in the run that makes it so.
        self.notes = notes.filter { note in
            if case .replacesDefault = note {
                written.contains(SiteRenderer.defaultPath)
            } else {
                true
            }
        }
        expectations = try Self.expectations(view, sites, pairs, written, store)
    }

    /// The change of the file that names key and certificate; `nil` where it names them already.
    private static func change(to pair: Pair, _ store: CertificateStore) throws -> FileChange? {
        let (before, after) = (
            try store.publishedInclude(of: pair.name),
            store.include(of: pair.certificate, pair.name)
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
            guard let name = LineageName(site.lineage) else { continue }
            let isWritten = written.contains(SiteRenderer.path(of: site))
            guard isWritten || paired[site.lineage] != nil,
                let certificate = try paired[site.lineage] ?? store.published(of: name)
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

extension String {
    /// A host that a name stands for, where it stands for many.
    var probed: String { hasPrefix("*.") ? "certctl\(dropFirst())" : self }
}

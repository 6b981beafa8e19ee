import ACME
import FoundationEssentials
import Settings
import Sites

/// The sites that can be served, where one of them cannot: a name that another server has keeps no
/// other site from being changed.
struct SiteChoice: Sendable {
    /// No site at all, and nothing for any.
    static let nothing = SiteChoice(sites: [], files: [], notes: [])

    /// Those that can be served.
    let sites: [Site]
    /// Their files, and those that all share.
    let files: [ManagedFile]
    let notes: [SiteNote]
    /// Why a site is left as it is, by lineage.
    private(set) var refused: [String: SitesError] = [:]
    /// The files of those that are left as they are, by path from the directory of managed files.
    private(set) var untouched: Set<String> = []

    private init(sites: [Site], files: [ManagedFile], notes: [SiteNote]) {
        self.sites = sites
        self.files = files
        self.notes = notes
    }

    /// Renders as many of `sites` as can be.
    ///
    /// Throws ``SitesError`` for what is not the fault of single sites.
    init(
        _ sites: [Site],
        _ view: ProxyView,
        _ renderer: SiteRenderer,
        at now: Date
    ) throws(SitesError) {
        let failure: SitesError
        do throws(SitesError) {
            let all = try renderer.rendering(of: sites, present: view.present, at: now)
            self.init(sites: sites, files: all.files, notes: all.notes)
            return
        } catch {
            failure = error
        }
        // What is wrong without any site is wrong with all of them.
        _ = try renderer.rendering(of: [], present: view.present, at: now)
        var refused: [String: SitesError] = [:]
        for site in sites {
            do throws(SitesError) {
                _ = try renderer.rendering(of: [site], present: view.present, at: now)
            } catch {
                refused[site.lineage] = error
            }
        }
        guard !refused.isEmpty else { throw failure }
        let bad = sites.filter { refused[$0.lineage] != nil }
        let good = sites.filter { refused[$0.lineage] == nil }
        let untouched = Set(bad.map(SiteRenderer.path(of:)))
        // What all share is for those too whose files stay as they are.
        let names = Set(bad.flatMap { $0.settings.certificate.names.map(\.value) })
        let blind = SiteRenderer(for: view.surroundings.without(names))
        do throws(SitesError) {
            let all = try blind.rendering(of: sites, present: view.present, at: now)
            let files = all.files.filter { !untouched.contains($0.path) }
            self.init(sites: good, files: files, notes: all.notes)
        } catch {
            let rest = try renderer.rendering(of: good, present: view.present, at: now)
            self.init(sites: good, files: rest.files, notes: rest.notes)
        }
        self.refused = refused
        self.untouched = untouched
    }
}

extension Surroundings {
    /// The same where no other server has one of `names`.
    fileprivate func without(_ names: Set<String>) -> Surroundings {
        var copy = self
        copy.others = others.map { other in
            OtherServer(
                file: other.file,
                listens: other.listens,
                // It goes on having a name: one without would be taken for another kind.
                names: other.names.map { names.contains($0.lowercased()) ? "~" : $0 }
            )
        }
        return copy
    }
}

import ACME
import FoundationEssentials
import Settings
import Sites

/// The sites that can be served, where one of them cannot: a name that another server has keeps no
/// other site from being changed.
struct SiteChoice: Sendable {
    /// Without the files of those that are refused.
    let rendering: SiteRenderer.Rendering
    /// Why a site is left as it is, by lineage.
    let refused: [String: SitesError]

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
            rendering = try renderer.rendering(of: sites, present: view.present, at: now)
            refused = [:]
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
        self.refused = refused
        let left = sites.filter { refused[$0.lineage] == nil }
        let names = Set(
            sites.filter { refused[$0.lineage] != nil }
                .flatMap { $0.settings.certificate.names.map(\.value) }
        )
        let paths = Set(
            sites.filter { refused[$0.lineage] != nil }.map(SiteRenderer.path(of:))
        )
        // What all share is for those too whose files stay as they are.
        let blind = SiteRenderer(for: view.surroundings.without(names))
        let whole: SiteRenderer.Rendering
        do throws(SitesError) {
            whole = try blind.rendering(of: sites, present: view.present, at: now)
        } catch {
            rendering = try renderer.rendering(of: left, present: view.present, at: now)
            return
        }
        rendering = SiteRenderer.Rendering(
            files: whole.files.filter { !paths.contains($0.path) },
            notes: whole.notes
        )
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

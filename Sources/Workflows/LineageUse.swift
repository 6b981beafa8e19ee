import Nginx
import Sites

/// A place in nginx's configuration where the files of a lineage are named, and whose place it is.
package struct LineageUse: Equatable, Sendable {
    package enum Owner: Equatable, Sendable {
        /// A file that certctl writes for sites; the first name of the lineage's site in certctl.conf,
        /// or `nil` where the file is not, or not any more, that one's.
        case site(String?)
        /// A person's file that certctl has edited.
        case edits
        case person
    }

    /// A file, with line and column where they are known.
    package let place: String
    package let owner: Owner

    package init(_ place: String, _ owner: Owner) {
        self.place = place
        self.owner = owner
    }

    /// Tells whose place it is; `site` is the first name of the lineage's site, `isEdited` says whether
    /// certctl has put the lineage into people's own files.
    init(_ place: String, site: String?, isEdited: Bool) {
        let path = place.prefix { $0 != ":" }
        let name = path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? ""
        let isOfSites = ManagedFile.isManaged(name) && !SiteRenderer.isPlainPath(name)
        self.init(place, isOfSites ? .site(site) : isEdited ? .edits : .person)
    }
}

extension [LineageUse] {
    /// How the lineage is got out of all of them, for a sentence.
    func remedy(_ lineage: String) -> String {
        var steps: [String] = []
        for use in self {
            let step: String
            switch use.owner {
            case .site(let name?): step = "certctl site remove \(name), then certctl apply"
            case .site(nil): step = "certctl apply"
            case .edits: step = "certctl site undo \(lineage)"
            case .person:
                let places = filter { $0.owner == .person }.map(\.place).joined(separator: ", ")
                step = "take it out of \(places) and reload nginx"
            }
            if !steps.contains(step) { steps.append(step) }
        }
        return steps.joined(separator: "; ")
    }
}

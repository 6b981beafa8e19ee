/// Which sites a change of nginx's files is about, by lineage.
enum SiteScope: Sendable {
    /// All of certctl.conf, and what has gone from it.
    case all
    /// These, and what they take the place of.
    case only(Set<String>)
    /// All but these and what they take the place of.
    case without(Set<String>)

    /// Whether the files of a site may be changed.
    func contains(_ lineage: String) -> Bool {
        switch self {
        case .all: true
        case .only(let own): own.contains(lineage)
        case .without(let left): !left.contains(lineage)
        }
    }
}

import ACME
import CertificateStore
import Settings

/// Where the names of a lineage's certificate are looked for, each by itself: they may stand in several blocks
/// of certctl.conf, or in none.
struct WatchedPlaces: Sendable {
    private let names: [(name: String, settings: WatchSettings)]

    /// What `settings` say; the usual place where they say nothing, or cannot be read.
    init(of lineage: LineageName, _ names: [String], _ settings: Settings?) {
        let own = settings?.block(of: lineage)?.watch
        self.names = Set(names).sorted().map { name in
            let block = (try? Identifier(name)).flatMap { settings?.block(naming: $0) }
            return (name, own ?? block?.watch ?? .at([.usual]))
        }
    }

    /// Whether none of the names is looked for anywhere.
    var isNowhere: Bool { !names.isEmpty && names.allSatisfy { $0.settings == .off } }

    /// Whether all of the names are looked for where they are without a word of certctl.conf.
    var areUsual: Bool { names.allSatisfy { $0.settings == .at([.usual]) } }

    /// Why nobody looks for a name; `nil` where somebody does.
    func end(of name: String) -> String? {
        guard let known = names.first(where: { $0.name == name }) else {
            return "it is no name of the certificate"
        }
        return known.settings == .off ? "watch off" : nil
    }

    /// What is asked: each name, at its places.
    ///
    /// With `isPlaceNamed`, as somebody has named another place, also those that are looked for nowhere else.
    func questions(of lineage: LineageName, isPlaceNamed: Bool) -> [ServedAddresses.Question] {
        names.compactMap { name, settings in
            switch settings {
            case .at(let places): .init(lineage: lineage, name: name, places: places)
            case .off: isPlaceNamed ? .init(lineage: lineage, name: name, places: []) : nil
            }
        }
    }
}

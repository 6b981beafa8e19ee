import Nginx
import PKI
import Settings

/// The servers that requests for one path go to, and how nginx is told of them.
///
/// A name is looked up while nginx runs, so that a container which is not there stops neither
/// nginx nor another site, and one that was made anew is found.
struct Pool {
    /// How nginx is told.
    private enum Form {
        /// One server, by its address or a name of the hosts file.
        case fixed
        /// One server, by a name in a variable.
        case variable
        /// A group, each server of which nginx watches.
        case group
        /// A group of names that this nginx could not look up again.
        case chance
    }

    /// At least one.
    let upstreams: [Upstream]
    private let form: Form
    /// What the site's groups are told apart by: none for the first.
    private let suffix: String
    private let lineage: String
    private let surroundings: Surroundings

    init(_ upstreams: [Upstream], number: Int, lineage: String, surroundings: Surroundings) {
        self.upstreams = upstreams
        self.lineage = lineage
        self.surroundings = surroundings
        // No lineage has a tilde in its name.
        suffix = number == 0 ? "" : "~\(number)"
        let hasNames = upstreams.contains { !Self.isFixed($0, surroundings) }
        form =
            switch (upstreams.count > 1, hasNames) {
            case (false, false): .fixed
            case (false, true): .variable
            case (true, true) where !surroundings.build.isAtLeast(1, 27, 3): .chance
            case (true, _): .group
            }
    }

    /// Whether nginx has to ask a resolver when a request comes.
    var needsResolver: Bool { form == .variable || form == .chance }
    var isDividedByChance: Bool { form == .chance }
    var isGroup: Bool { form == .group }

    /// The names that only a resolver knows.
    var names: [String] { upstreams.filter { !Self.isFixed($0, surroundings) }.map(\.host) }

    /// What has to stand before the servers.
    func definition(resolver: [Item]) throws(SitesError) -> [Item] {
        switch form {
        case .fixed, .variable: []
        case .group: try group(resolver)
        case .chance: try chance()
        }
    }

    /// What sets the variable that ``pass`` has, in the same location.
    var setting: [Item] {
        get throws(SitesError) {
            guard form == .variable else { return [] }
            return [.line("set", "$certctl_upstream", try Term(quoting: upstreams[0].place))]
        }
    }

    /// The directive that passes requests on; it names no path, so that theirs stays as it is.
    var pass: Item {
        get throws(SitesError) {
            let target =
                switch form {
                case .fixed: upstreams[0].place
                case .variable: "$certctl_upstream"
                case .group: groupName
                case .chance: "$\(variable)"
                }
            let scheme = upstreams[0].isSecure ? "https" : "http"
            return .line("proxy_pass", try Term(quoting: "\(scheme)://\(target)"))
        }
    }

    private var groupName: String { "certctl_\(lineage)\(suffix)" }

    /// nginx takes no dots in it, and not every length.
    private var variable: String {
        "certctl_pool_\(Hexadecimal.digest(Array(groupName.utf8)).prefix(16))"
    }

    private func group(_ resolver: [Item]) throws(SitesError) -> [Item] {
        let name = try Term(quoting: groupName)
        var items: [Item] = [.line("zone", name, "64k"), .line("least_conn")]
        if !names.isEmpty { items += resolver }
        items.append(.blank)
        for upstream in upstreams {
            var words = [try Term(quoting: upstream.place), "max_fails=3", "fail_timeout=10s"]
            if !Self.isFixed(upstream, surroundings) { words.append("resolve") }
            items.append(.directive("server", words, note: nil))
        }
        // From then on it is the default.
        if !surroundings.build.isAtLeast(1, 29, 7) { items += [.blank, .line("keepalive", "32")] }
        return [.block(["upstream", name], items), .blank]
    }

    private func chance() throws(SitesError) -> [Item] {
        var entries: [Item] = []
        // In hundredths of a percent; what rounding leaves over is the last one's.
        let share = 10_000 / upstreams.count
        let percent = "\(share / 100).\(share % 100 < 10 ? "0" : "")\(share % 100)%"
        for upstream in upstreams.dropLast() {
            entries.append(
                .directive(
                    try Term(quoting: percent),
                    [try Term(quoting: upstream.place)],
                    note: nil
                )
            )
        }
        entries.append(.line("*", try Term(quoting: upstreams[upstreams.count - 1].place)))
        return [
            .comment("Before 1.27.3 nginx looks the names of an upstream block up only once, and"),
            .comment("does not start while one is unknown: so each request draws its server."),
            .block(["split_clients", "$request_id", try Term(quoting: "$\(variable)")], entries),
            .blank,
        ]
    }

    private static func isFixed(_ upstream: Upstream, _ surroundings: Surroundings) -> Bool {
        let host = upstream.host
        return host.hasPrefix("[") || IPAddress(host) != nil
            || surroundings.fixedNames.contains(host.lowercased())
    }
}

extension Upstream {
    /// Where it is, without how it is spoken to.
    fileprivate var place: String { "\(host):\(port)" }
}

/// Has users' own servers pass the requests of a CA to certctl, by including its location.
package struct AddChallengeLocation: Sendable {
    /// The names that the CA will ask for.
    package var names: [String]
    /// The path of the file with the location, as nginx sees it.
    package var snippet: String
    /// The port that the CA asks at, as nginx has it.
    package var port = 80
    /// Files that are written by something else, and by what.
    package var generated: [String: String] = [:]

    package init(names: [String], snippet: String) {
        self.names = names
        self.snippet = snippet
    }

    /// Says what to change.
    ///
    /// A name that no server of that port has gets one of certctl's own
    /// (``EditPlan/ownServers``).
    package func plan(in configuration: Configuration) -> EditPlan {
        var planner = EditPlanner(configuration, generated: generated)
        guard configuration.sockets.contains(where: { $0.port == port }) else {
            planner.plan.add(EditRefusal.nothingListens(port: port))
            return planner.plan
        }
        // A CA validates a wildcard by DNS alone.
        var done: Set<Int> = []
        var homeless: [String] = []
        for name in names where !name.hasPrefix("*.") {
            let servers = servers(for: name, &planner)
            if servers.isEmpty { homeless.append(name) }
            for server in servers where done.insert(server.number).inserted {
                addLocation(to: server, &planner)
            }
        }
        if !homeless.isEmpty {
            planner.plan.add(OwnServer(names: homeless, listens: wildcardListens(configuration)))
        }
        return planner.plan
    }

    /// The servers that have the name; none where only defaults would answer.
    private func servers(for name: String, _ planner: inout EditPlanner) -> [Server] {
        var servers: [Server] = []
        for choice in planner.configuration.choices(for: name, onPort: port) {
            switch choice.reason {
            case .name, .regex: servers.append(choice.server)
            case .byDefault: continue
            case .undecided(let regex):
                let place = planner.configuration.place(of: choice.server)
                planner.plan.add(EditRefusal.undecided(name: name, regex: regex, place))
            }
        }
        return servers
    }

    /// On all addresses, as far as nginx listens on the port of such now.
    private func wildcardListens(_ configuration: Configuration) -> [[String]] {
        let sockets = configuration.sockets.filter { $0.port == port }
        let listens = sockets.compactMap { socket -> [String]? in
            switch socket.address {
            case .anyIPv4: ["\(port)"]
            case .anyIPv6: ["[::]:\(port)"]
            case .specific(let text): ["\(text):\(port)"]
            case .unix: nil
            }
        }
        return listens.isEmpty ? [["\(port)"]] : listens
    }

    private func addLocation(to server: Server, _ planner: inout EditPlanner) {
        let configuration = planner.configuration
        if let file = configuration.files[server.file], Ownership.isOwn(file) { return }
        switch configuration.challengeFate(in: server) {
        case .open, .location:
            guard !configuration.includes(snippet, in: server) else { return }
            if let location = configuration.challengeLocation(in: server) {
                let place = configuration.place(of: location)
                return planner.plan.add(EditRefusal.challengeLocation(place))
            }
            insert(into: server, moving: nil, &planner)
        case .earlier(let directive):
            let place = configuration.place(of: directive)
            guard isMovable(directive, in: server) else {
                return planner.plan.add(EditRefusal.decidedEarlier(directive.name, place))
            }
            planner.plan.add(.movedReturn(place))
            insert(into: server, moving: directive, &planner)
        }
    }

    /// Whether a `return` can stand in `location /` as well: nothing else would change by it.
    private func isMovable(_ directive: PlacedDirective, in server: Server) -> Bool {
        directive.isNamed("return") && !directive.isIncluded
            && server.contents.filter { $0.file != snippet }.allSatisfy { other in
                !["location", "rewrite", "if", "try_files"].contains(other.name)
                    && (other.name != "return" || other == directive)
            }
    }

    private func insert(
        into server: Server,
        moving directive: PlacedDirective?,
        _ planner: inout EditPlanner
    ) {
        guard let inserter = planner.inserter(for: server.file) else { return }
        if !planner.configuration.includes(snippet, in: server) {
            guard let include = planner.include(snippet) else { return }
            let edit = planner.insertion(of: [include], firstIn: server, by: inserter)
            planner.plan.add(edit, to: server.file)
        }
        guard let directive else { return }
        let edits = inserter.wrap(
            directive.directive.span,
            in: Array("location / { ".utf8),
            Array(" }".utf8)
        )
        for edit in edits { planner.plan.add(edit, to: server.file) }
    }
}

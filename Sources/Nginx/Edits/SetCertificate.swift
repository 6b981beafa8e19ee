/// Has users' own servers use a certificate of certctl's, by including its pair file.
///
/// nginx reads certificate and key from that one file, so that a renewal needs no further edit.
package struct SetCertificate: Sendable {
    /// The names of the certificate, `*.x` among them.
    package var names: [String]
    /// The path of the file with both directives, as nginx sees it.
    package var pair: String
    /// The path of the file with the settings of TLS, as nginx sees it; for servers that had none.
    package var tlsSettings: String
    /// The port that a server without TLS is to listen on.
    package var port = 443
    /// Whether a server may lose a certificate for names that the new one does not have.
    package var mayDropNames = false
    /// Files that are written by something else, and by what.
    package var generated: [String: String] = [:]

    package init(names: [String], pair: String, tlsSettings: String) {
        self.names = names
        self.pair = pair
        self.tlsSettings = tlsSettings
    }

    /// Says what to change.
    package func plan(in configuration: Configuration) -> EditPlan {
        var planner = EditPlanner(configuration, generated: generated)
        let chosen = chosenServers(&planner)
        let blocks = Set(chosen.map(\.server.identity))
        for (server, hasTLS) in chosen {
            if hasTLS {
                setCertificate(of: server, among: blocks, &planner)
            } else {
                addTLS(to: server, among: blocks, &planner)
            }
        }
        return planner.plan
    }

    /// The servers that answer for one of the names, with TLS if there are such, else without.
    private func chosenServers(_ planner: inout EditPlanner) -> [(server: Server, hasTLS: Bool)] {
        var chosen: [(server: Server, hasTLS: Bool)] = []
        for name in names {
            let configuration = planner.configuration
            var found = named(configuration.tlsChoices(for: name), name, &planner)
            let hasTLS = !found.isEmpty
            if !hasTLS {
                let plain = configuration.sockets.filter { !$0.isTLS }
                let choices = plain.map { configuration.choice(for: name, on: $0) }
                found = named(choices, name, &planner)
            }
            if found.isEmpty { planner.plan.add(EditRefusal.noServer(name: name)) }
            for server in found where !chosen.contains(where: { $0.server.number == server.number })
            {
                chosen.append((server, hasTLS))
            }
        }
        return chosen
    }

    /// Those that are chosen for the name itself.
    private func named(
        _ choices: [ServerChoice],
        _ name: String,
        _ planner: inout EditPlanner
    ) -> [Server] {
        var servers: [Server] = []
        var others: [ServerChoice] = []
        for choice in choices {
            switch choice.reason {
            case .name, .regex: servers.append(choice.server)
            case .byDefault: others.append(choice)
            case .undecided(let regex):
                let place = planner.configuration.place(of: choice.server)
                planner.plan.add(EditRefusal.undecided(name: name, regex: regex, place))
            }
        }
        guard !servers.isEmpty else { return [] }
        for other in others {
            let place = planner.configuration.place(of: other.server)
            planner.plan.add(
                .answeredByDefault(name: name, socket: other.socket.description, place)
            )
        }
        return servers
    }
}

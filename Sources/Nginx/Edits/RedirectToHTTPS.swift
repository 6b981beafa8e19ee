/// Has plain http be sent to https: users' own servers are left with https alone, and a server of
/// certctl's own takes their place on the plain port.
///
/// No `if` is written, and the user's locations stay as they are.
package struct RedirectToHTTPS: Sendable {
    /// The names of the certificate.
    package var names: [String]
    /// The plain port, as nginx has it.
    package var port = 80
    /// The port of https, as nginx has it.
    package var httpsPort = 443
    /// Files that are written by something else, and by what.
    package var generated: [String: String] = [:]

    package init(names: [String]) {
        self.names = names
    }

    /// Says what to change; ``SetCertificate`` has to be planned and applied before.
    package func plan(in configuration: Configuration) -> EditPlan {
        var planner = EditPlanner(configuration, generated: generated)
        var done: Set<Int> = []
        for name in names {
            for choice in configuration.choices(for: name, onPort: port) {
                switch choice.reason {
                case .name, .regex:
                    guard done.insert(choice.server.number).inserted else { continue }
                    redirect(choice.server, for: name, &planner)
                case .byDefault: continue
                case .undecided(let regex):
                    let place = configuration.place(of: choice.server)
                    planner.plan.add(EditRefusal.undecided(name: name, regex: regex, place))
                }
            }
        }
        return planner.plan
    }

    private func redirect(_ server: Server, for name: String, _ planner: inout EditPlanner) {
        let configuration = planner.configuration
        if let file = configuration.files[server.file], Ownership.isOwn(file) { return }
        if let redirect = Redirect.toHTTPS(of: server) {
            return planner.plan.add(.redirectsAlready(configuration.place(of: redirect)))
        }
        let others = EditPlanner.uncovered(of: server, by: names, withPatterns: true)
        guard others.isEmpty else {
            let place = configuration.place(of: server)
            return planner.plan.add(EditRefusal.otherNames(others, place))
        }
        let plain = server.listens.filter { $0.ports.contains(port) && !$0.isTLS }
        if let fixed = plain.first(where: isFixed)?.directive {
            let place = configuration.place(of: fixed)
            return planner.plan.add(EditRefusal.fixedDirective("listen", place))
        }
        if let other = otherServer(for: server, configuration) {
            let places = (configuration.place(of: server), configuration.place(of: other))
            return planner.plan.add(EditRefusal.twoServers(places.0, other: places.1))
        }
        let secure = configuration.tlsChoices(for: name)
        guard secure.contains(where: { $0.server.identity == server.identity }) else {
            let place = configuration.place(of: server)
            return planner.plan.add(EditRefusal.onlyRedirects(name: name, place))
        }
        guard let inserter = planner.inserter(for: server.file) else { return }
        replaceListens(plain, of: server, by: inserter, &planner)
        planner.plan.add(
            OwnServer(
                names: server.directives(named: "server_name").flatMap(\.arguments),
                listens: plain.map { listen in
                    listen.directive.map { [$0.arguments[0]] + defaultOption(listen) }
                        ?? ["\(port)"]
                }
            )
        )
    }

    private func isFixed(_ listen: Listen) -> Bool {
        listen.ports.count > 1 || listen.directive?.isIncluded == true
    }

    /// A server that has one of the names by https, or would have it next on the plain port.
    private func otherServer(for server: Server, _ configuration: Configuration) -> Server? {
        let listed = names.filter(server.lists)
        let secure = listed.flatMap { configuration.tlsChoices(for: $0) }
            .filter { $0.reason != .byDefault }.map(\.server)
        let plain = configuration.servers.filter { other in
            other.listens.contains { $0.ports.contains(port) }
                && (listed.contains(where: other.lists)
                    || !Set(other.names).isDisjoint(with: server.names))
        }
        return (secure + plain).first { $0.identity != server.identity }
    }

    private func defaultOption(_ listen: Listen) -> [String] {
        listen.isDefaultServer ? ["default_server"] : []
    }

    /// Makes each plain `listen` one of https; takes it away where that one is there.
    private func replaceListens(
        _ plain: [Listen],
        of server: Server,
        by inserter: LineInserter,
        _ planner: inout EditPlanner
    ) {
        let wanted = TLSListens(port: httpsPort, in: planner.configuration)
        for listen in plain {
            let isThere = wanted.isThere(listen.address, in: server)
            let arguments = isThere ? nil : wanted.arguments(for: listen)
            let line = arguments.flatMap { planner.line("listen", $0) }
            switch (listen.directive?.directive.span, line) {
            case (let span?, let line?):
                planner.plan.add(inserter.replace(span, with: line), to: server.file)
            case (let span?, nil):
                planner.plan.add(inserter.remove(span), to: server.file)
            case (nil, let line?):
                let edit = planner.insertion(of: [line], firstIn: server, by: inserter)
                planner.plan.add(edit, to: server.file)
            case (nil, nil): continue
            }
        }
    }
}

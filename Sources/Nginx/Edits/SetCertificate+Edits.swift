extension SetCertificate {
    /// Replaces the certificate of a server that has TLS.
    func setCertificate(
        of server: Server,
        among blocks: Set<BlockIdentity>,
        _ planner: inout EditPlanner
    ) {
        let configuration = planner.configuration
        let certificates = foreign(server.directives(named: "ssl_certificate"))
        let keys = foreign(server.directives(named: "ssl_certificate_key"))
        // By its own include, by one with wildcards, or by one of http.
        let used = configuration.certificates(of: server)
        let isSet =
            configuration.includes(pair, in: server)
            || !used.isEmpty && used.allSatisfy { $0.directive.file == pair }
        if isSet, certificates.isEmpty, keys.isEmpty { return }
        guard certificates.count <= 1, keys.count <= 1, !isSet else {
            let all = certificates.count > 1 || isSet ? certificates + keys : keys
            let places = all.map { configuration.place(of: $0) }
            return planner.plan.add(EditRefusal.severalCertificates(places))
        }
        for found in certificates + keys {
            guard accepts(found, of: server, among: blocks, &planner) else { return }
        }
        guard checkNames(of: server, hasCertificate: !used.isEmpty, &planner) else { return }
        guard let include = planner.include(pair) else { return }
        if let certificate = certificates.first {
            replace(certificate, by: include, &planner)
        } else {
            insert(include, into: server, &planner)
        }
        for key in keys {
            guard let inserter = planner.inserter(for: key.file) else { return }
            planner.plan.add(inserter.remove(key.directive.span), to: key.file)
        }
    }

    /// Those that are not in the pair file itself.
    private func foreign(_ directives: [PlacedDirective]) -> [PlacedDirective] {
        directives.filter { $0.file != pair }
    }

    /// Whether a directive of the user's can be taken away.
    private func accepts(
        _ found: PlacedDirective,
        of server: Server,
        among blocks: Set<BlockIdentity>,
        _ planner: inout EditPlanner
    ) -> Bool {
        let configuration = planner.configuration
        let place = configuration.place(of: found)
        let certificate = CertificateDirective(directive: found, level: .server)
        guard !certificate.isSpecial else {
            planner.plan.add(EditRefusal.specialValue(certificate.value, place))
            return false
        }
        // What stands in the block itself is the block's, also where its file has more.
        guard found.isIncluded else { return true }
        guard configuration.isPrivate(found.file, to: blocks) else {
            let others = configuration.servers(using: found.file).filter {
                !blocks.contains($0.identity)
            }
            let places = others.map { configuration.place(of: $0) }
            planner.plan.add(EditRefusal.sharedFile(place, others: places))
            return false
        }
        return true
    }

    private func checkNames(
        of server: Server,
        hasCertificate: Bool,
        _ planner: inout EditPlanner
    ) -> Bool {
        let others = EditPlanner.uncovered(of: server, by: names)
        guard !others.isEmpty else { return true }
        let place = planner.configuration.place(of: server)
        guard mayDropNames || !hasCertificate else {
            planner.plan.add(EditRefusal.otherNames(others, place))
            return false
        }
        planner.plan.add(.uncovered(others, place))
        return true
    }

    private func replace(
        _ certificate: PlacedDirective,
        by include: [UInt8],
        _ planner: inout EditPlanner
    ) {
        guard let inserter = planner.inserter(for: certificate.file) else { return }
        let edit = inserter.replace(certificate.directive.span, with: include)
        planner.plan.add(edit, to: certificate.file)
    }

    private func insert(_ include: [UInt8], into server: Server, _ planner: inout EditPlanner) {
        guard let inserter = planner.inserter(for: server.file) else { return }
        let configuration = planner.configuration
        if let common = configuration.httpDirectives(named: "ssl_certificate").first {
            planner.plan.add(.overridesHTTP(configuration.place(of: common)))
        }
        let names = ["server_name", "listen"]
        let edit = planner.insertion(of: [include], below: names, in: server, by: inserter)
        planner.plan.add(edit, to: server.file)
    }
}

extension SetCertificate {
    /// What the file of settings sets; a second time in one server would be fatal.
    private static let settings = [
        "ssl_protocols", "ssl_ciphers", "ssl_prefer_server_ciphers", "ssl_ecdh_curve",
        "ssl_session_timeout", "ssl_session_cache", "ssl_session_tickets",
    ]

    /// Has a server speak TLS that has not done so.
    func addTLS(
        to server: Server,
        among blocks: Set<BlockIdentity>,
        _ planner: inout EditPlanner
    ) {
        let configuration = planner.configuration
        if let redirect = Redirect.toHTTPS(of: server) {
            let place = configuration.place(of: redirect)
            return planner.plan.add(EditRefusal.onlyRedirects(name: names[0], place))
        }
        // Some prepare the certificate and leave out the word `ssl`.
        let isPrepared = !foreign(server.directives(named: "ssl_certificate")).isEmpty
        if isPrepared {
            setCertificate(of: server, among: blocks, &planner)
        } else {
            _ = checkNames(of: server, hasCertificate: false, &planner)
        }
        guard let inserter = planner.inserter(for: server.file) else { return }
        var lines = listenLines(for: server, planner)
        if !isPrepared, !configuration.includes(pair, in: server) {
            guard let include = planner.include(pair) else { return }
            lines.append(include)
        }
        if !configuration.includes(tlsSettings, in: server) {
            let own = server.contents.first { Self.settings.contains($0.name) }
            if let own {
                planner.plan.add(.keptTLSSettings(configuration.place(of: own)))
            } else {
                guard let include = planner.include(tlsSettings) else { return }
                lines.append(include)
            }
        }
        let edit = planner.insertion(of: lines, below: ["listen"], in: server, by: inserter)
        planner.plan.add(edit, to: server.file)
    }

    /// A `listen` for each address that the server has; `listen 80;` first where that was implied.
    private func listenLines(for server: Server, _ planner: EditPlanner) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        if server.listens.contains(where: { $0.directive == nil }),
            let line = planner.line("listen", ["80"])
        {
            lines.append(line)
        }
        for listen in TLSListens(port: port, in: planner.configuration).needed(by: server) {
            if let line = planner.line("listen", listen) { lines.append(line) }
        }
        return lines
    }
}

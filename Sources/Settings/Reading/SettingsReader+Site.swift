import ACME
import Diagnostics
import Nginx

/// What says how a site is served.
extension SettingsReader {
    mutating func site(_ entry: Entry) -> SiteSettings? {
        let block = block(entry.source.children, in: .site)
        let certificate = certificate(entry, block)
        var site = SiteSettings(certificate: certificate ?? CertificateSettings(names: []))
        let kind: SiteSettings.Kind? = value(block["kind"]) { text throws(SettingsFault) in
            try Self.choice(text, of: "kind")
        }
        site.kind = kind ?? .app
        // What a kind that is not known would need cannot be told.
        if kind != nil || block["kind"] == nil {
            let to = block["to"]
            site.destination = site.kind == .redirect ? redirect(to) : upstreams(to)
            checkNeeds(of: site.kind, block, entry)
        }
        site.locations = locations(block)
        site.isCached = flag(block["cache"]) ?? false
        site.isCompressed = flag(block["gzip"]) ?? false
        site.raw = block["raw"]?.source.bodySpan.map { Array(source.bytes[$0]) }
        site.passwordFile = passwordFile(block["auth_basic_user_file"])
        site.access = block.all("allow", "deny").compactMap { accessRule($0) }
        site.isPublic = block["public"] != nil
        site.transportSecurity = transportSecurity(block["hsts"])
        return certificate == nil ? nil : site
    }

    /// Whether a block has what its kind needs, and nothing that it has no use for.
    private mutating func checkNeeds(of kind: SiteSettings.Kind, _ block: Block, _ entry: Entry) {
        let useless: [String] =
            switch kind {
            case .redirect:
                ["location", "cache", "gzip", "auth_basic_user_file", "allow", "deny", "public"]
            case .registry: ["location", "cache", "gzip"]
            case .app, .websocket, .portainer, .static: ["public"]
            }
        for directive in block.entries where useless.contains(directive.name) {
            note(.unfit(directive.name, kind: kind.rawValue), at: directive.source.name)
        }
        if kind == .registry { checkGuards(of: block, entry) }
        let canBeWithoutTo = [.app, .static].contains(kind)
        guard block.isWhole, block["to"] == nil else { return }
        if !canBeWithoutTo || block.all("location", "raw").isEmpty {
            note(.incomplete("site", lacks: "to"), at: entry.source.name)
        }
    }

    /// Whether it was said who may use a registry.
    private mutating func checkGuards(of block: Block, _ entry: Entry) {
        let guards = block.all("auth_basic_user_file", "allow", "deny")
        if let isPublic = block["public"] {
            guard let guarding = guards.first else { return }
            note(.conflict("public", with: guarding.name), at: isPublic.source.name)
            return
        }
        // nginx lets in whom no rule names: only `deny all` ends the list.
        let last = guards.first { $0.words == ["all"] }
        guard block.isWhole, block["auth_basic_user_file"] == nil, last?.name != "deny" else {
            return
        }
        note(.unguardedRegistry, at: entry.source.name)
    }

    private mutating func upstreams(_ entry: Entry?) -> SiteSettings.Destination? {
        guard let entry else { return nil }
        let upstreams = upstreams(of: entry)
        return upstreams.isEmpty ? nil : .upstreams(upstreams)
    }

    private mutating func upstreams(of entry: Entry) -> [Upstream] {
        var first: Upstream?
        return values(of: entry) { text throws(SettingsFault) in
            guard let upstream = Upstream(text) else {
                throw Self.unusable("to", text, Upstream.forms)
            }
            if let first, first.isSecure != upstream.isSecure {
                throw .conflict("\(upstream)", with: "\(first)")
            }
            first = first ?? upstream
            return upstream
        }
    }

    /// Reads the host that a browser is to ask instead.
    private mutating func redirect(_ entry: Entry?) -> SiteSettings.Destination? {
        guard let entry else { return nil }
        guard entry.words.count == 1 else {
            note(
                .wrongArgumentCount("to", usage: "to HOST; in a site of kind redirect"),
                at: entry.source.arguments[1]
            )
            return nil
        }
        let names = names
        return value(entry) { text throws(SettingsFault) in
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            let port = parts.count == 2 ? Upstream.port(parts[1]) : nil
            guard parts.count == 1 || port != nil else {
                throw Self.unusable("to", text, "a host, as www.example.com, in a redirect")
            }
            do throws(DomainNameError) {
                let host = try names.host(String(parts[0]))
                return .redirect(port.map { "\(host):\($0)" } ?? "\(host)")
            } catch {
                throw SettingsFault.unusableName(error)
            }
        }
    }

    private mutating func locations(_ outer: Block) -> [SiteSettings.Location] {
        var first: [String: Word] = [:]
        // What the site itself says of `to` is its location `/`.
        if let to = outer["to"] { first["/"] = to.source.name }
        return outer.all("location").compactMap { entry in
            let path = value(entry) { text throws(SettingsFault) in
                guard text.hasPrefix("/") else {
                    let allowed = "the beginning of a path, as /api/; all else belongs in raw { }"
                    throw Self.unusable("location", text, allowed)
                }
                return text
            }
            if let path, let earlier = first[path] {
                let place = position(of: earlier.span.lowerBound)
                note(.duplicate("location \(path)", first: place), at: entry.source.arguments[0])
            } else if let path {
                first[path] = entry.source.arguments[0]
            }
            let inner = block(entry.source.children, in: .location)
            guard let to = inner["to"] else {
                if inner.isWhole {
                    note(.incomplete("location", lacks: "to"), at: entry.source.name)
                }
                return nil
            }
            let upstreams = upstreams(of: to)
            return path.map { SiteSettings.Location(path: $0, upstreams: upstreams) }
        }
    }

    private mutating func passwordFile(_ entry: Entry?) -> String? {
        value(entry) { text throws(SettingsFault) in
            guard text.hasPrefix("/") else {
                let allowed = "an absolute path, as nginx sees it"
                throw Self.unusable("auth_basic_user_file", text, allowed)
            }
            return text
        }
    }

    private mutating func accessRule(_ entry: Entry) -> AccessRule? {
        value(entry) { text throws(SettingsFault) in
            guard let clients = AccessRule.Clients(text) else {
                throw Self.unusable(entry.name, text, AccessRule.Clients.forms, ["all"])
            }
            return AccessRule(isAllowed: entry.name == "allow", clients: clients)
        }
    }

    private mutating func transportSecurity(_ entry: Entry?) -> TransportSecurity? {
        guard let entry else { return nil }
        if let security = TransportSecurity(entry.words) { return security }
        // The first word that says nothing is at fault; where all do, their sum is.
        let index = entry.words.indices.first { index in
            index == 0
                ? entry.words[0] != "off" && TransportSecurity.seconds(entry.words[0]) == nil
                : !TransportSecurity.options.contains(entry.words[index])
        }
        let words = index == 0 ? ["off"] : TransportSecurity.options
        let value = index.map { entry.words[$0] } ?? entry.words.joined(separator: " ")
        let fault = Self.unusable("hsts", value, TransportSecurity.forms, words)
        note(fault, at: entry.source.arguments[index ?? 0])
        return nil
    }
}

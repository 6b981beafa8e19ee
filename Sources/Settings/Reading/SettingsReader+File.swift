import ACME
import Diagnostics
import Nginx
import PKI

/// The directives outside of all blocks.
extension SettingsReader {
    mutating func settings() -> Settings {
        let block = block(source.directives, in: .file)
        var settings = Settings()
        settings.email = value(block["email"], Self.email)
        settings.authority = authority(block["ca"])
        settings.fallback = authority(block["fallback"])
        settings.keyType = value(block["key_type"]) { text throws(SettingsFault) in
            try Self.choice(text, of: "key_type")
        }
        settings.http01 = mode(block["http01"])
        settings.tlsGroup = value(block["tls_group"], Self.group)
        settings.preferredChain = text(block["preferred_chain"])
        settings.profile = text(block["profile"])
        settings.proxy = proxy(block["proxy"])
        for entry in block.all("site", "certificate") {
            if entry.name == "site" {
                if let site = site(entry) { settings.sites.append(site) }
            } else {
                if let certificate = certificate(entry) {
                    settings.certificates.append(certificate)
                }
            }
        }
        return settings
    }

    /// Reads how http-01 is answered; a webroot may be a path from the file's own directory.
    mutating func mode(_ entry: Entry?) -> HTTP01Mode? {
        let (names, directory) = (names, directory)
        return value(entry) { text throws(SettingsFault) in
            let mode = try Self.mode(text)
            guard case .webroot(let text) = mode else { return mode }
            let path = text.hasPrefix("/") ? text : "\(directory)/\(text)"
            return .webroot(try names.path(path, of: "http01", .folder))
        }
    }

    /// Reads `ca` or `fallback`.
    mutating func authority(_ entry: Entry?) -> AuthoritySettings? {
        guard let entry else { return nil }
        let known = value(entry) { text throws(SettingsFault) in
            guard let known = CertificateAuthority(text) else {
                let names = CertificateAuthority.names
                let allowed = names.joined(separator: ", ") + " or the https URL of a directory"
                throw Self.unusable(entry.name, text, allowed, names)
            }
            return known
        }
        let inner = block(entry.source.children, in: .authority)
        let roots = path(inner["roots"], .file)
        let account = externalAccount(inner, of: entry)
        return known.map { known in
            var settings = AuthoritySettings(known)
            settings.roots = roots
            settings.externalAccount = account
            return settings
        }
    }

    private mutating func externalAccount(
        _ block: Block,
        of entry: Entry
    ) -> AuthoritySettings.ExternalAccount? {
        let identifier = text(block["eab_kid"])
        let file = path(block["eab_hmac_file"], .file)
        let algorithm: HMAC? = value(block["eab_hmac_alg"]) {
            text throws(SettingsFault) in try Self.choice(text, of: "eab_hmac_alg")
        }
        let names = ["eab_kid", "eab_hmac_file"]
        if block.isWhole, !block.all("eab_kid", "eab_hmac_file", "eab_hmac_alg").isEmpty {
            for name in names where block[name] == nil {
                note(.incomplete(entry.name, lacks: name), at: entry.source.name)
            }
        }
        guard let identifier, let file else { return nil }
        return .init(keyIdentifier: identifier, hmacFile: file, algorithm: algorithm ?? .sha256)
    }

    private mutating func proxy(_ entry: Entry?) -> ProxySettings? {
        guard let entry else { return nil }
        let place = value(entry) { text throws(SettingsFault) in
            guard let place = ProxySettings.Place(text) else {
                let word = String(text.prefix { $0 != ":" })
                let forms = ProxySettings.Place.forms
                guard Suggestion.closest(to: word, among: ["compose"]) != nil else {
                    throw .unusableForm(of: "proxy", value: text, form: forms)
                }
                throw .unusableValue(
                    of: "proxy",
                    value: text,
                    allowed: forms,
                    suggestion: "compose:PROJECT/SERVICE"
                )
            }
            return place
        }
        let inner = block(entry.source.children, in: .proxy)
        guard let directive = inner["configuration"] else {
            if inner.isWhole {
                note(.incomplete("proxy", lacks: "configuration"), at: entry.source.name)
            }
            return nil
        }
        guard let place, let configuration = path(directive, .folder) else { return nil }
        if Self.holds(configuration, directory) {
            note(.exposesSettings(directory: configuration), at: directive.source.arguments[0])
        }
        return ProxySettings(place: place, configuration: configuration)
    }

    /// Whether a directory is another one or holds it, by their names.
    static func holds(_ outer: String, _ inner: String) -> Bool {
        let outer = parts(of: outer)
        return parts(of: inner).prefix(outer.count) == outer[...]
    }

    private static func parts(of path: String) -> [Substring] {
        var parts: [Substring] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return parts
    }
}

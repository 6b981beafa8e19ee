import ACME
import Nginx
import PKI

/// What says how a certificate is asked for.
extension SettingsReader {
    /// What CAs allow in one certificate.
    private static let mostNames = 100

    mutating func certificate(_ entry: Entry) -> CertificateSettings? {
        let block = block(entry.source.children, in: .certificate)
        return certificate(entry, block)
    }

    /// Reads the names of a block and the directives about its certificate.
    mutating func certificate(_ entry: Entry, _ block: Block) -> CertificateSettings? {
        let hosts = hosts(entry)
        let lineage = lineage(block["name"], of: entry, hosts)
        var settings = CertificateSettings(names: hosts ?? [])
        settings.lineage = lineage
        settings.authority = authority(block["ca"])
        settings.keyType = value(block["key_type"]) { text throws(SettingsFault) in
            try Self.choice(text, of: "key_type")
        }
        settings.profile = text(block["profile"])
        settings.preferredChain = text(block["preferred_chain"])
        settings.reusesKey = flag(block["reuse_key"])
        settings.http01 = mode(block["http01"])
        settings.deployHooks = block.all("deploy_hook").compactMap { deployHook($0) }
        settings.watch = watch(block["watch"])
        return hosts == nil ? nil : settings
    }

    /// Reads the names of a block; `nil` when one of them is wrong.
    private mutating func hosts(_ entry: Entry) -> [Identifier]? {
        guard entry.words.count <= Self.mostNames else {
            let fault = SettingsFault.tooManyNames(entry.words.count, limit: Self.mostNames)
            note(fault, at: entry.source.arguments[Self.mostNames])
            return nil
        }
        let names = names
        var hosts: [Identifier] = []
        for (text, word) in zip(entry.words, entry.source.arguments) {
            let host = attempt(at: word) { () throws(SettingsFault) in
                do throws(DomainNameError) {
                    return try names.identifier(text)
                } catch {
                    throw SettingsFault.unusableName(error)
                }
            }
            guard let host else { continue }
            if let first = self.hosts[host.description] {
                let place = position(of: first)
                note(.repeatedName(host.description, first: place), at: word)
            } else {
                self.hosts[host.description] = word.span.lowerBound
                hosts.append(host)
            }
        }
        return hosts.count == entry.words.count ? hosts : nil
    }

    /// Reads the name of the lineage, and sees to it that no two have one name.
    private mutating func lineage(
        _ directive: Entry?,
        of entry: Entry,
        _ hosts: [Identifier]?
    ) -> String? {
        let names = names
        let lineage = value(directive) { text throws(SettingsFault) in
            guard names.isLineageName(text) else {
                let allowed = "1 to 200 lower-case letters, digits, dots, hyphens and underscores"
                throw Self.unusable("name", text, allowed)
            }
            return text
        }
        guard let name = lineage ?? (directive == nil ? hosts?.first?.description : nil) else {
            return nil
        }
        let word = directive?.source.arguments[0] ?? entry.source.arguments[0]
        if let first = lineages[name] {
            let place = position(of: first)
            note(.repeatedLineage(name, first: place), at: word)
        } else {
            lineages[name] = word.span.lowerBound
        }
        return lineage
    }

    private mutating func watch(_ entry: Entry?) -> WatchSettings? {
        guard let entry else { return nil }
        guard entry.words != ["off"] else { return .off }
        let places = values(of: entry) { text throws(SettingsFault) in
            if text == "off" {
                throw .conflict(text, with: entry.words.first { $0 != text } ?? text)
            }
            guard let place = WatchSettings.Place(text) else {
                throw Self.unusable("watch", text, WatchSettings.form, ["off"])
            }
            return place
        }
        return places.isEmpty ? nil : .at(places)
    }

    private mutating func deployHook(_ entry: Entry) -> CertificateSettings.DeployHook? {
        let names = names
        return value(entry) { text throws(SettingsFault) in
            guard text.hasPrefix("/") else {
                let allowed = "the absolute path of a program, and its arguments"
                throw Self.unusable("deploy_hook", text, allowed)
            }
            let arguments = Array(entry.words.dropFirst())
            let program = try names.path(text, of: "deploy_hook", .program)
            return CertificateSettings.DeployHook(executable: program, arguments: arguments)
        }
    }
}

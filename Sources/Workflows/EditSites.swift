package import ACME
package import CertificateStore
import Diagnostics
package import Nginx
import Platform
package import Settings

/// `certctl site`: reads and changes the `site` blocks of certctl.conf.
///
/// Every other byte of the file stays, and so do its owner and its mode. What would not be read
/// again is not written.
package struct EditSites: Sendable {
    /// What a change of the file has made of it.
    package struct Change: Sendable {
        /// `nil` where there was no file.
        fileprivate let before: [UInt8]?
        fileprivate let after: [UInt8]?
    }

    /// What stays when a site is taken out.
    package enum Remains: Equatable, Sendable {
        case nothing
        /// A certificate, which goes on being renewed.
        case certificate(LineageName)
        /// What an order that has not succeeded has left.
        case order(LineageName)
    }

    private let services: Services
    private let loader: SettingsLoader

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
        loader = SettingsLoader(services)
    }

    /// Where the blocks are.
    package var path: String { loader.path }

    /// All sites, in the order of the file.
    ///
    /// Throws what ``SettingsLoader/load(looksAtPaths:)`` throws, as do all others.
    package func sites() throws -> [SiteSettings] { try loader.load().sites }

    /// What the block that is about `name` says, and its text.
    ///
    /// Throws ``SiteError/unknown(_:known:)``.
    package func block(of name: String) throws -> (settings: SiteSettings, text: [UInt8]) {
        let blocks = try read().blocks
        let block = try block(of: name, in: blocks)
        return (block.settings, blocks.text(of: block))
    }

    /// Adds a block for `names` with these directives in it.
    ///
    /// Throws ``SiteError/exists(_:of:)`` where a block is about one of them already.
    package func add(_ names: [Identifier], _ directives: [Directive]) throws {
        let (bytes, blocks) = try read()
        for name in names {
            guard let block = blocks.block(of: name.value) else { continue }
            let hosts = block.settings.certificate.names.map(\.value)
            throw SiteError.exists(name.value, of: hosts)
        }
        var site = Directive("site")
        site.arguments = names.map { Array($0.value.utf8) }
        site.body = .block(directives)
        try write(try blocks.adding(site), to: bytes)
    }

    /// Has the site of exactly `names` pass requests on to `servers`; adds it where there is none.
    ///
    /// Returns whether the file was changed. Throws ``SiteError/otherNames(_:_:)``.
    @discardableResult
    package func route(
        _ names: [Identifier],
        to servers: [String],
        kind: String?
    ) throws -> Bool {
        let (bytes, blocks) = try read()
        let known = names.lazy.compactMap { blocks.block(of: $0.value) }.first
        guard let known else {
            let kind = kind.map { [Directive("kind", $0)] } ?? []
            var to = Directive("to")
            to.arguments = servers.map { Array($0.utf8) }
            try add(names, kind + [to])
            return true
        }
        let own = known.settings.certificate.names
        guard Set(own) == Set(names) else {
            throw SiteError.otherNames(
                names.map(\.value).joined(separator: " "),
                own.map(\.value).joined(separator: " ")
            )
        }
        let edits = try blocks.setting(known, to: servers, kind: kind)
        guard !edits.isEmpty else { return false }
        try write(edits, to: bytes)
        return true
    }

    /// Takes the block out that is about `name`; its certificate stays.
    ///
    /// Returns what there still is of it. Throws ``SiteError/unknown(_:known:)`` and
    /// ``SiteError/notFirst(_:of:place:)``.
    @discardableResult
    package func remove(_ name: String) throws -> Remains {
        let (bytes, blocks) = try read()
        let block = try block(of: name, in: blocks)
        let names = block.settings.certificate.names.map(\.value)
        let wanted = Self.ascii(name)
        // Who names another host of it may mean that one alone.
        if wanted != block.settings.certificate.lineage, names.dropFirst().contains(wanted) {
            let place = "\(path):\(blocks.line(of: block))"
            throw SiteError.notFirst(wanted, of: names, place: place)
        }
        try write(blocks.removing(block), to: bytes)
        let store = services.store
        guard let lineage = block.settings.certificate.lineageName, try store.isPresent,
            try store.lineageNames().contains(lineage)
        else { return .nothing }
        let isIssued = try store.lineage(lineage).current != nil
        return isIssued ? .certificate(lineage) : .order(lineage)
    }

    /// The same, to be taken back.
    ///
    /// Returns `nil` where the file was not changed.
    package func routing(
        _ names: [Identifier],
        to servers: [String],
        kind: String?
    ) throws -> Change? {
        let before = try loader.bytes()
        guard try route(names, to: servers, kind: kind) else { return nil }
        return Change(before: before, after: try loader.bytes())
    }

    /// Takes a change back that could not be brought into use, unless somebody has changed the file
    /// since.
    package func takeBack(_ change: Change) throws {
        guard try loader.bytes() == change.after else {
            throw SiteError.settingsChanged(path: path)
        }
        if let before = change.before {
            try services.fileSystem.replaceKeepingOwner(path, before, temporary: "\(path)~new")
        } else {
            try services.fileSystem.removeFile(path)
            try services.fileSystem.syncDirectory(services.layout.configuration)
        }
        services.log.notice("certctl.conf is as it was before", ["path": path])
    }

    private func read() throws -> (bytes: [UInt8], blocks: SiteBlocks) {
        let bytes = try loader.bytes() ?? []
        return (bytes, try SiteBlocks(bytes, path: path, names: loader.names()))
    }

    private func block(of name: String, in blocks: SiteBlocks) throws -> SiteBlocks.Block {
        guard let block = blocks.block(of: Self.ascii(name)) else {
            let known = blocks.blocks.compactMap { $0.settings.certificate.names.first?.value }
            throw SiteError.unknown(name, known: known)
        }
        return block
    }

    /// A name is found as people write it.
    private static func ascii(_ name: String) -> String {
        (try? Identifier(InternationalName.ascii(name) ?? name))?.value ?? name
    }

    private func write(_ edits: [SpanEdit], to bytes: [UInt8]) throws {
        let changed = try SpanEdit.apply(edits, to: bytes)
        do throws(SettingsError) {
            _ = try SettingsReader.read(changed, path: path, names: loader.names())
        } catch {
            // Nobody has the lines that it is about.
            throw SiteError.unusable(error.findings.map(\.fault))
        }
        // Whoever has saved the file meanwhile would lose what he has written.
        guard try loader.bytes() ?? [] == bytes else {
            throw SiteError.settingsChanged(path: path)
        }
        try services.store.prepareConfiguration()
        try services.fileSystem.replaceKeepingOwner(path, changed, temporary: "\(path)~new")
        services.log.notice("certctl.conf changed", ["path": path])
    }
}

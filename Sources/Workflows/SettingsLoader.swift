import CertificateStore
import Platform
package import Settings

/// Reads certctl.conf, if it can be trusted.
package struct SettingsLoader: Sendable {
    /// Whoever has a file as long as this has another file in mind.
    private static let tooManyBytes = 10_000_000

    private let services: Services

    /// Prepares to read the settings of `services`; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// Where the settings are, if there are any.
    package var path: String { "\(services.layout.configuration)/certctl.conf" }

    /// Whether there is a file to be read.
    package func isPresent() throws -> Bool { try trustedFile() != nil }

    /// The settings; without a file those that say nothing.
    ///
    /// Throws ``SettingsError`` for what the file says, ``SettingsFileError`` for a file that cannot
    /// be trusted.
    /// With `looksAtPaths` also what a path leads to is judged: of everybody's business only where
    /// the file itself is the question.
    package func load(looksAtPaths: Bool = false) throws -> Settings {
        guard let bytes = try bytes() else { return Settings() }
        return try SettingsReader.read(
            bytes,
            path: path,
            names: names(looksAtPaths: looksAtPaths)
        )
    }

    /// The file as it stands; `nil` where there is none.
    ///
    /// Throws ``SettingsFileError`` for a file that cannot be trusted.
    func bytes() throws -> [UInt8]? {
        guard let status = try trustedFile() else { return nil }
        guard status.size < Self.tooManyBytes else {
            throw SettingsFileError.tooLong(path, bytes: status.size)
        }
        return try services.fileSystem.readFile(path, limit: Self.tooManyBytes)
    }

    /// How the names in the file are judged.
    func names(looksAtPaths: Bool = false) -> NameRules {
        NameRules(
            toASCII: InternationalName.ascii,
            isLineageName: { LineageName($0) != nil },
            obstacle: { looksAtPaths ? self.obstacle($0, $1) : nil }
        )
    }

    /// What keeps a path from being used; links on the way are followed, as where it is used.
    private func obstacle(_ path: String, _ use: PathUse) -> String? {
        let real = RealPath.of(path) ?? path
        // One that cannot be looked at is as good as not there.
        guard let status = try? services.fileSystem.status(real) else {
            return "there is no such \(use == .folder ? "folder" : "file")"
        }
        switch use {
        case .folder:
            return status.kind == .directory ? nil : "it is no folder"
        case .file:
            return status.kind == .file ? nil : "it is no file"
        case .program:
            let isRunnable = status.kind == .file && status.mode.bits & 0o100 != 0
            return isRunnable ? nil : "it is no executable file"
        }
    }

    /// The file, if there is one; whoever can write to its directory can put another one there.
    private func trustedFile() throws -> FileStatus? {
        let directory = services.layout.configuration
        guard let parent = try services.fileSystem.status(directory) else { return nil }
        guard parent.kind == .directory else { throw SettingsFileError.notRegular(directory) }
        guard let status = try services.fileSystem.status(path) else { return nil }
        guard status.kind == .file else { throw SettingsFileError.notRegular(path) }
        try checkTrust(directory, parent)
        try checkTrust(path, status)
        return status
    }

    /// What root runs and where keys go is decided here: nobody else may have a say in it.
    private func checkTrust(_ path: String, _ status: FileStatus) throws(SettingsFileError) {
        guard status.owner == 0 || status.owner == services.user else {
            throw .foreignOwner(path, owner: status.owner)
        }
        guard !status.mode.isWritableByOthers else {
            throw .writableByOthers(path, mode: status.mode.description)
        }
    }
}

import Settings

/// `certctl apply --check`: whether certctl.conf can be used; changes nothing.
package struct CheckSettings: Sendable {
    /// What a file without faults has in it.
    package struct Report: Equatable, Sendable {
        package let file: String
        /// Without a file everything has its default.
        package let isPresent: Bool
        package let sites: Int
        package let certificates: Int
    }

    private let loader: SettingsLoader

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        loader = SettingsLoader(services)
    }

    /// Reads the settings and counts what they ask for.
    ///
    /// Throws what ``SettingsLoader/load()`` throws.
    package func run() throws -> Report {
        let settings = try loader.load(looksAtPaths: true)
        return Report(
            file: loader.path,
            isPresent: try loader.isPresent(),
            sites: settings.sites.count,
            certificates: settings.certificates.count
        )
    }
}

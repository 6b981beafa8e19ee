import ACME
import Diagnostics
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

    private let services: Services
    private let loader: SettingsLoader

    /// Prepares the workflow; nothing is read yet.
    package init(_ services: Services) {
        self.services = services
        loader = SettingsLoader(services)
    }

    /// Reads the settings and counts what they ask for.
    ///
    /// A fallback that could not be used is told of, and so is what keeps a site from working, where
    /// nginx is at hand.
    ///
    /// Throws what ``SettingsLoader/load()`` throws.
    package func run() async throws -> Report {
        let settings = try loader.load(looksAtPaths: true)
        if let authority = FallbackAccount(services).missing(settings) {
            services.log.warning(
                "the fallback CA has no account and could not stand in",
                ["CA": authority.folder, "to change that": FallbackAccount.command(authority)]
            )
        }
        if let advice = SiteAdvice(services, settings) { services.tell(await advice.notes()) }
        return Report(
            file: loader.path,
            isPresent: try loader.isPresent(),
            sites: settings.sites.count,
            certificates: settings.certificates.count
        )
    }
}

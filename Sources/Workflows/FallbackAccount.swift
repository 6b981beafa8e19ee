import ACME
import CertificateStore
import Diagnostics
import HTTP
import Settings

/// Whether the CA that is to stand in for another could: an account is needed whose terms a person has
/// agreed to, and when it is wanted there is no person.
struct FallbackAccount: Sendable {
    private let services: Services

    /// Prepares to look; nothing is read yet.
    init(_ services: Services) {
        self.services = services
    }

    /// The CA that certctl.conf names and that has no account; `nil` also where that cannot be told.
    func missing(_ settings: Settings) -> CertificateAuthority? {
        guard let authority = settings.fallback?.authority else { return nil }
        do {
            // A damaged account is told of by whoever uses it.
            let folders = try AccountStore.folders(in: services.store)
            return folders.contains(authority.folder) ? nil : authority
        } catch {
            services.log.debug(
                "the accounts cannot be looked at",
                ["reason": Services.reason(of: error)]
            )
            return nil
        }
    }

    /// What makes one.
    static func command(_ authority: CertificateAuthority) -> String {
        let isKnown = CertificateAuthority.names.contains(authority.folder)
        let name = isKnown ? authority.folder : authority.directory.description
        return "certctl account register --ca \(name) --agree-tos"
    }
}

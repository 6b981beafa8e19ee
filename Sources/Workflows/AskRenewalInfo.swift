package import ACME
import ACMEClient
import CertificateStore
import HTTP
import Platform

/// `certctl show --renewal-info`: when the CA would like a certificate to be renewed.
///
/// Source: RFC 9773 §4.
package struct AskRenewalInfo: Sendable {
    private let services: Services

    /// Prepares the workflow; nothing is asked yet.
    package init(_ services: Services) {
        self.services = services
    }

    /// Asks about the current certificate of the lineage named `text`.
    ///
    /// Returns `nil` for a CA that does not tell. Throws ``WorkflowError/noCertificate(lineage:reason:)``
    /// and ``ACMEError``.
    package func run(_ text: String) async throws -> RenewalInfo? {
        let lineage = try services.store.existingLineage(text)
        let general = try SettingsLoader(services).load()
        guard let current = lineage.current,
            let issuer = lineage.settings.flatMap(general.issuer)
        else {
            throw WorkflowError.noCertificate(
                lineage: "\(lineage.name)",
                reason: "it has no certificate"
            )
        }
        let certificate = try services.store.certificate(of: current)
        guard let identifier = CertificateIdentifier(certificate) else { return nil }
        let connection = try await Authorities(services).connection(
            to: issuer.authority,
            roots: issuer.roots
        )
        return try await connection.client.renewalInfo(of: identifier, in: connection.directory)
    }
}

import ACME
import CertificateStore
import Diagnostics

/// The accounts of a command that also changes other things: what a person has to be asked comes
/// first.
extension IssueCertificates {
    /// Whether an account is not known here that will be needed.
    package func lacksAccounts() throws -> Bool {
        try !ordersWithoutAccount().isEmpty
    }

    /// Finds or registers the accounts that are not known here.
    ///
    /// Throws what a person has to settle: terms that are not agreed to, or what the CA has to be told
    /// of its customer. What else is in the way is told when a certificate is ordered.
    package func openAccounts() async throws {
        try services.store.prepare()
        let authorities = Authorities(services)
        for (order, settings) in try ordersWithoutAccount() {
            do {
                let connection = try await authorities.connection(
                    to: settings.authority,
                    roots: settings.authorityRoots
                )
                let account = order.account(with: settings.authority)
                _ = try await authorities.session(connection, account)
            } catch let error as AccountError {
                throw error
            } catch ACMEError.termsNotAgreed(let terms) {
                throw ACMEError.termsNotAgreed(terms)
            } catch ACMEError.externalAccountRequired {
                throw ACMEError.externalAccountRequired
            } catch {
                services.log.info(
                    "there is no account yet",
                    ["CA": settings.authority.folder, "reason": Services.reason(of: error)]
                )
            }
        }
    }

    private func ordersWithoutAccount() throws -> [(IssueCertificate, IssueSettings)] {
        let store = services.store
        let known = try store.isPresent ? store.lineageNames() : []
        return try orders.compactMap { order in
            let remembered = try known.contains(order.name) ? store.lineage(order.name) : nil
            let settings = order.settings(remembered)
            let accounts = AccountStore(store, authority: settings.authority.folder)
            return try accounts.account() == nil ? (order, settings) : nil
        }
    }
}

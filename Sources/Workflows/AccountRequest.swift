package import Settings

/// What an operator says of the account with a CA.
package struct AccountRequest: Sendable {
    /// Where the CA may write to; `nil` leaves it as it is.
    package var email: String?
    /// The customer that a new account belongs to; the secret stays in its file until it is needed.
    package var binding: AuthoritySettings.ExternalAccount?
    /// Asks whether the terms of service at that address are agreed to.
    package var agreesToTerms: @Sendable (_ url: String) async -> Bool

    package init(agreesToTerms: @escaping @Sendable (_ url: String) async -> Bool) {
        self.agreesToTerms = agreesToTerms
    }
}

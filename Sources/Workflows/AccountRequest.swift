package import PKI

/// What an operator says of the account with a CA.
package struct AccountRequest: Sendable {
    /// Where the CA may write to; `nil` leaves it as it is.
    package var email: String?
    /// The customer that a new account belongs to.
    package var binding: BindingRequest?
    /// Asks whether the terms of service at that address are agreed to.
    package var agreesToTerms: @Sendable (_ url: String) async -> Bool

    package init(agreesToTerms: @escaping @Sendable (_ url: String) async -> Bool) {
        self.agreesToTerms = agreesToTerms
    }
}

/// The credentials of external account binding: the secret one stays in its file until it is needed.
///
/// Source: RFC 8555 §7.3.4.
package struct BindingRequest: Equatable, Sendable {
    /// The name of the HMAC key.
    package let keyIdentifier: String
    /// The file with the HMAC key in base64url, by absolute path.
    package let keyFile: String
    package let algorithm: HMAC

    package init(keyIdentifier: String, keyFile: String, algorithm: HMAC) {
        self.keyIdentifier = keyIdentifier
        self.keyFile = keyFile
        self.algorithm = algorithm
    }
}

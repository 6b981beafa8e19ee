/// What keeps an account with a CA from being made, found or changed, apart from the CA itself.
package enum AccountError: Error, Equatable {
    /// There is no account with that CA.
    case noAccount(authority: String)
    /// There is an account with that CA already, with another key than the one to register.
    case otherKey(authority: String)
    /// Orders come to nothing at that CA without an e-mail address.
    case emailRequired(authority: String)
    /// That CA makes accounts for its customers only; `advice` tells how to become known to it.
    case bindingRequired(authority: String, advice: String)
    /// A file with a secret cannot be used.
    case unusableSecret(path: String, reason: String)
    /// This user may not read the file with a secret.
    case unreadableSecret(path: String, user: UInt32)
    /// That CA keeps the key of an account for ever.
    case keyChangeNotOffered(authority: String)
    /// The request to sign is for the account's key.
    case keyInRequest
}
